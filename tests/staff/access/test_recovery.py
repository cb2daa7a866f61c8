"""Recovery codes: ten, kept as hashes, each good once."""

from __future__ import annotations

import asyncio

import pytest

from staff.access import proofs, recovery
from staff.access.models import RecoveryCode
from staff.models import AuditEntry
from tests import phones


async def test_ten_different_codes_are_shown_and_only_hashes_kept(zhou):
    codes = await recovery.renew(zhou)
    assert len(set(codes)) == recovery.HOW_MANY == await recovery.remaining(zhou)
    kept = " ".join(await RecoveryCode.all().values_list("code_hash", flat=True))
    assert not any(code.replace("-", "") in kept for code in codes)


async def test_a_code_is_good_once_however_it_is_typed_and_for_its_owner_only(zhou, ma):
    first, second, *_ = await recovery.renew(zhou)
    await recovery.renew(ma)
    assert not await recovery.use(ma, first)
    assert await recovery.use(zhou, f"  {first.lower().replace('-', ' ')} ")
    assert not await recovery.use(zhou, first)
    assert await recovery.remaining(zhou) == 9
    told = await asyncio.gather(*(recovery.use(zhou, second) for _ in range(20)))
    assert sum(told) == 1
    used = await AuditEntry.filter(action="recovery_code.used").order_by("id")
    assert [entry.detail["left"] for entry in used] == [9, 8]


async def test_new_codes_void_the_old_ones(zhou):
    old = await recovery.renew(zhou)
    await recovery.renew(zhou)
    assert not await recovery.use(zhou, old[0])
    assert await recovery.remaining(zhou) == recovery.HOW_MANY


async def test_without_a_second_factor_a_recovery_code_proves_nothing(zhou):
    codes = await recovery.renew(zhou)
    with pytest.raises(proofs.WrongProof):
        await proofs.give_code(zhou, codes[0])
    await phones.set_up(zhou)
    assert await proofs.give_code(zhou, codes[1]) == "recovery"
