"""Staff of the sample bank, the people whom the sandbox invents around them, and how both sides learn of each other."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from community.clients import identities, tagging
from community.clients.models import Client, Identity
from community.clients.tasks import read_tags
from community.reconciling import running as reconciling
from community.suitability.models import RiskAssessment
from kernel import clock, settings
from loyalty.assets import importing
from processes.demo import bank_files, cast
from processes.demo.bank_files import BankClient
from staff import organisation, people
from staff.models import Branch, Staff
from wechat.sandbox.client import Sandbox
from wechat.sandbox.seeds import names

RANDOM_SEED = 2026
IN_WECHAT, KNOWN_BY_BANK, ONLY_AT_BANK, GROUPS = 1_900, 1_800, 100, 40
FANS = 300
TAGS = {"企业主": 0.08, "退休规划": 0.14, "子女教育": 0.12, "高潜客户": 0.1}
AT_ONCE = 4


def sandbox() -> Sandbox:
    """The sandbox's control plane."""
    return Sandbox(f"{settings.get().sandbox_url}/_ctl")


async def hire_staff() -> None:
    """The organisation and the people of the cast; the same again changes nothing."""
    branches: dict[str, Branch] = {}
    for unit in cast.UNITS:
        parent = branches[unit.parent].id if unit.parent else None
        found = await Branch.get_or_none(code=unit.code)
        branches[unit.code] = found or await organisation.open_unit(unit.code, unit.name, unit.kind, parent, None)
    for person in cast.STAFF:
        if not await Staff.exists(login=person.login):
            hired = await people.hire(
                person.login,
                person.name,
                person.role,
                branch=branches.get(person.branch),
                reach=person.reach,
                wecom_userid=person.login,
                password=cast.password(person, settings.get().secret_key),
            )
            await Staff.filter(id=hired.id).update(in_committee=person.in_committee)


async def join_wecom() -> None:
    """The same people as members of the sandbox's corp."""
    async with sandbox() as control:
        known = {row["userid"] for row in (await control.people("members"))["members"]}
        for person in cast.STAFF:
            if person.login not in known:
                await control.act("member.join", userid=person.login, name=person.name)


async def meet_clients() -> None:
    """The sandbox invents clients and groups of our staff; the nightly full pass reads them all."""
    async with sandbox() as control:
        if not (await control.people("externals"))["externals"]:
            staff = [
                {"userid": one.login, "name": one.name, "branch": cast.BRANCHES[one.branch].removesuffix("支行")}
                for one in cast.with_clients()
            ]
            await control.seed(
                "bank-demo",
                staff=staff,
                clients=IN_WECHAT,
                groups=GROUPS,
                fan_share=0,
                extra_fans=0,
                random_seed=RANDOM_SEED,
            )
    await read_tags.now()
    await reconciling.run()


async def import_clients() -> None:
    """Most of them are clients of the bank already, some of the bank's clients aren't in WeChat yet."""
    known = [one for one in await _bank_clients() if not one[1].number.startswith("HY9")]
    at_once = asyncio.Semaphore(AT_ONCE)

    async def link(external_id: str, one: BankClient) -> None:
        async with at_once:
            client_id = await identities.client_of("external_id", settings.get().wecom_corpid, external_id)
            if client_id is not None:
                await identities.link_bank_number(client_id, bank_files.MAPPING, one.number)

    if not await Identity.exists(kind="bank_number"):
        await asyncio.gather(*(link(external_id, one) for external_id, one in known))
    path = bank_files.write_clients([one for _, one in await _bank_clients()], RANDOM_SEED)
    await importing.import_file(path, bank_files.MAPPING, "clients", by=await Staff.get(login="lin.yue"))


async def import_papers() -> None:
    """What the bank knows of assessments and documents comes in a later file."""
    if await RiskAssessment.exists():
        return
    path = bank_files.write_papers([one for _, one in await _bank_clients()], clock.today(), RANDOM_SEED)
    await importing.import_file(path, bank_files.MAPPING, "clients", by=await Staff.get(login="lin.yue"))


async def tag_clients() -> None:
    """A few tags that directors would give."""
    rng = random.Random(RANDOM_SEED)
    ids = [client.id for client in await Client.filter(merged_into_id=None).order_by("id").only("id")]
    for name, share in TAGS.items():
        await tagging.add(rng.sample(ids, int(len(ids) * share)), name, group_name="客户特征")


async def come_to_life() -> None:
    """Some clients follow the official account, and from now on people act by themselves: callbacks tell of it."""
    async with sandbox() as control:
        externals: list[dict[str, Any]] = (await control.people("externals"))["externals"]
        if not (await control.people("fans"))["fans"]:
            chosen = random.Random(RANDOM_SEED).sample(externals, min(FANS, len(externals)))
            acts = [{"act": "fan.subscribe", "unionid": one["unionid"], "name": one["name"]} for one in chosen]
            await control.acts(acts)
        await control.population("start", night_share=0.3)


async def _bank_clients() -> list[tuple[str, BankClient]]:
    # (external id or empty, client of the bank), the same at every call: order and numbers depend on the seed only
    rng = random.Random(RANDOM_SEED)
    async with sandbox() as control:
        told = await control.people("externals", "relations")
    owners: dict[str, str] = {}
    for row in told["relations"]:
        owners.setdefault(row["external_userid"], row["userid"])
    branch_of = {one.login: one.branch for one in cast.STAFF}
    pairs = []
    for place, row in enumerate(told["externals"][:KNOWN_BY_BANK]):
        owner = owners.get(row["external_userid"], "")
        one = BankClient(f"HY1{place:06d}", row["name"], branch_of.get(owner, ""), owner)
        pairs.append((row["external_userid"], one))
    for place in range(ONLY_AT_BANK):
        adviser = rng.choice(cast.with_clients())
        pairs.append(("", BankClient(f"HY9{place:06d}", names.person(rng), adviser.branch, adviser.login)))
    return pairs
