"""The page of the keys: who may, what it shows, and what each press does and leaves in the audit."""

from __future__ import annotations

from kernel import keyring, rotating, sealing
from kernel.models import DataKey, KeyRotation
from staff.keys.tasks import rotate_keys
from staff.models import AuditEntry
from tests.kernel.rotations import finish, let_time_pass, make_clients
from web.console import keys


async def test_only_who_manages_keys_sees_them(signed_in):
    for role in ("marketing", "director", "branch_head", "reviewer"):
        assert (await (await signed_in(role)).get("/settings/keys")).status == 403


async def test_every_sealed_column_has_a_name_that_people_understand(db):
    assert {f"{one.table}.{one.column}" for one in sealing.columns()} == set(keys.COLUMNS)


async def test_the_page_tells_epochs_values_and_health(signed_in):
    await make_clients(5)
    page = await (await signed_in("administrator")).get("/settings/keys")
    assert page.status == 200
    assert f"密钥 {keyring.known().current}" in page.text
    assert "可以打开所有数据密钥" in page.text
    assert "客户手机号" in page.text


async def test_a_rotation_is_begun_paused_resumed_and_ends(signed_in):
    await make_clients(5)
    browser = await signed_in("administrator")
    assert (await browser.post("/settings/keys/rotations")).status == 303
    rotation = await KeyRotation.get()
    assert "新密钥已公布" in (await browser.get("/settings/keys/progress")).text
    assert (await browser.post("/settings/keys/rotations")).status == 422
    await let_time_pass()
    await rotate_keys.now()
    assert "再核对一遍" in (await browser.get("/settings/keys")).text
    assert (await browser.post(f"/settings/keys/rotations/{rotation.id}/pause")).status == 303
    assert "继续轮换" in (await browser.get("/settings/keys")).text
    assert (await browser.post(f"/settings/keys/rotations/{rotation.id}/resume")).status == 303
    await finish(rotation)
    assert "没有任何数据还在使用旧密钥" in (await browser.get("/settings/keys")).text
    acts = await AuditEntry.filter(action__startswith="key.").order_by("id").values_list("action", flat=True)
    assert acts == ["key.rotation_began", "key.rotation_paused", "key.rotation_resumed"]


async def test_a_key_is_destroyed_only_with_its_number_typed(signed_in):
    await make_clients(5)
    old = keyring.known().current
    await finish(await rotating.begin(None))
    browser = await signed_in("administrator")
    wrong = await browser.post(f"/settings/keys/{old}/destruction", {"typed": "是"})
    assert wrong.status == 422
    assert "以确认销毁" in wrong.text
    assert (await DataKey.get(epoch=old)).state == "retired"
    assert (await browser.post(f"/settings/keys/{old}/destruction", {"typed": str(old)})).status == 303
    assert (await DataKey.get(epoch=old)).wrapped is None
    assert await AuditEntry.filter(action="key.destroyed", subject_id=old).count() == 1
    assert (await browser.post("/settings/keys/60000/destruction", {"typed": "60000"})).status == 404


async def test_an_old_proof_is_asked_for_again(signed_in, people):
    browser = await signed_in("administrator")
    await _proof_is_old()
    assert (await browser.get("/settings/keys")).status == 303
    assert (await browser.post("/settings/keys/rotations")).status == 401
    assert not await KeyRotation.exists()


async def _proof_is_old() -> None:
    from datetime import timedelta

    from kernel import clock
    from staff.models import Session

    await Session.all().update(stepped_up_at=clock.now() - timedelta(hours=1))
