"""What lies at each place of the matrix: made straight as rows, by the colleague of the place."""

from __future__ import annotations

from datetime import timedelta

from campaigns.audience.models import AudienceList, Segment, SegmentVersion
from campaigns.content.models import Piece
from campaigns.events.models import Event, Invitation
from campaigns.journeys import definition
from campaigns.journeys.models import Journey, StaffTask
from campaigns.kinds import registry
from campaigns.livestreams.models import Livestream
from campaigns.planning.models import Campaign, Step
from community.clients import personal
from community.groups.models import Group
from community.privacy.models import PrivacyRequest
from community.reconciling.models import ReconcileRun
from community.sending.models import MediaAsset, Stop
from community.suitability.models import Product
from kernel import clock, database, settings
from loyalty.assets.models import ImportRun
from loyalty.rewards import benefits
from staff.access import sessions
from staff.exports.models import Export
from staff.models import Approval, Branch, Delegation, Interest, Staff
from tests.web.matrix_world import (
    COMMON,
    DECIDED,
    MINE,
    MOVED,
    NOTHING,
    PERSONAL,
    PLANNED,
    WHOLE,
    World,
    holders,
    make_clients,
    phone_of,
)

assert registry.KINDS
SAVE_CLIENT = """
UPDATE client SET name_sealed = $2, name_index = $3, phone_sealed = $4, phone_index = $5, phone_tail_index = $6
WHERE id = $1
"""


async def name_clients(world: World) -> None:
    """Every client gets a name and a phone, sealed."""
    for number in world.things["client"].values():
        name, phone = f"昝{number}", phone_of(number)
        await database.execute(
            SAVE_CLIENT,
            number,
            personal.seal_name(number, name),
            personal.name_index(name),
            personal.seal_phone(number, phone),
            personal.phone_index(phone),
            personal.phone_tail_index(phone),
        )


async def make_groups(world: World) -> None:
    """A client group per holder."""
    for place, owner, _at in holders(world):
        made = await Group.create(
            corpid=settings.get().wecom_corpid,
            chat_id=f"chat-{owner.id}",
            name=f"群{owner.id}",
            owner=owner,
            owner_userid=owner.wecom_userid or "",
        )
        world.put("group", PERSONAL, place, made.id)


async def make_imports(world: World) -> None:
    """An import per holder."""
    for place, owner, _at in holders(world):
        made = await ImportRun.create(
            kind="clients", bank="haiyue", file_name="f.csv", file_sha256=f"{owner.id:064d}", state="done", by=owner
        )
        world.put("import", PERSONAL, place, made.id)


async def make_campaigns(world: World) -> None:
    """Per unit a message campaign that waits for approval, an event and a livestream."""
    for place, at in world.units.items():
        by = world.colleagues[place]
        campaign = await _campaign(by, at, "message", "submitted")
        world.put("campaign", PLANNED, place, campaign.id)
        asked = await Approval.create(
            subject="campaign",
            subject_id=campaign.id,
            content_hash="0" * 64,
            summary={"title": campaign.name, "lines": [], "branch_id": at.id, "maker_ids": [by.id]},
            asked_by=by,
            expires_at=clock.now() + timedelta(days=1),
        )
        world.put("approval", DECIDED, place, asked.id)
        world.put("draft", PLANNED, place, (await _campaign(by, at, "message", "draft")).id)
        party = await _campaign(by, at, "event_invitation", "sending")
        event = await Event.create(campaign=party, place="厅", starts_at=clock.now() + timedelta(1), seats=5)
        world.put("event", PLANNED, place, party.id)
        client_id = world.things["client"][place]
        invitation = await Invitation.create(event=event, client_id=client_id, code=f"C{client_id}", state="accepted")
        world.put("invitation", COMMON, place, invitation.id)
        show = await _campaign(by, at, "livestream", "sending")
        await Livestream.create(campaign=show, anchor_userid="x", starts_at=clock.now() + timedelta(1), livingid=place)
        world.put("livestream", PLANNED, place, show.id)


async def make_journeys(world: World) -> None:
    """Per unit a journey that runs, and per client a task that one gave."""
    for place, at in world.units.items():
        by = world.colleagues[place]
        made = await Journey.create(
            name=f"旅程{at.id}",
            state="running",
            draft=definition.empty(),
            salt="s",
            branch=at,
            author=by,
            last_editor=by,
        )
        world.put("journey", PLANNED, place, made.id)
    for place, client_id in world.things["client"].items():
        task = await StaffTask.create(
            key=f"matrix:{client_id}",
            client_id=client_id,
            staff=next(iter(world.colleagues.values())),
            title="回访",
            due_on=clock.today(),
        )
        world.put("follow_up", PERSONAL, place, task.id)


async def make_private(world: World) -> None:
    """What is a person's very own: a session, a declared interest, a file, an absence, a question asked."""
    people = [(f"mine:{actor.login}", actor) for actor in world.actors.values()]
    deputy = world.colleagues["next branch"]
    for place, person in [*people, ("team", world.colleagues["team"])]:
        made, _token = await sessions.begin(person, "password", address="127.0.0.1")
        world.put("session", MINE, place, made.id)
        declared = await Interest.create(staff=person, kind="company", ref=f"公司{person.id}", relation="股东")
        world.put("interest", MINE, place, declared.id)
        world.put("export", MINE, place, await _export(person))
        world.put("absence", MINE, place, await _absence(person, deputy))
        asked = await Approval.create(
            subject="staff_role",
            subject_id=NOTHING,
            content_hash="0" * 64,
            summary={"title": "x", "lines": []},
            asked_by=person,
        )
        world.put("question", MINE, place, asked.id)
        brought = await AudienceList.create(name=f"名单{person.id}", by=person)
        world.put("segment_list", MINE | {"bank": ("mine", None)}, place, brought.id)


async def make_grants(world: World) -> None:
    """A grant per client, of a benefit that is worth something."""
    benefit = await benefits.create("B1", "体检券", "voucher", "gold", value_fen=100_00, description="全国")
    for place, client_id in world.things["client"].items():
        world.put("grant", PERSONAL, place, (await benefits.grant(client_id, benefit.id)).id)


async def make_requests(world: World) -> None:
    """A client's request about the own data, per client; the people and units themselves."""
    for place, client_id in list(world.things["client"].items()):
        asked = await PrivacyRequest.create(
            client_id=client_id, kind="see", source="portal", due_at=clock.now() + timedelta(days=9)
        )
        world.put("request", PERSONAL, place, asked.id)
        done = await PrivacyRequest.create(
            client_id=client_id,
            kind="withdraw",
            source="staff",
            state="done",
            due_at=clock.now(),
            evidence={"client": 1},
        )
        world.put("answered request", PERSONAL, place, done.id)
    for place, person, at in holders(world):
        world.put("person", PERSONAL, place, person.id)
        world.put("export in reach", PERSONAL, place, await _export(person))
        away = await _absence(person, world.actors["director", "bank"])
        world.put("absence in reach", PERSONAL, place, away)
        world.put("absence of a person", PERSONAL, place, {"id": person.id, "delegation": away})
        if not place.startswith("mine"):
            world.put("unit", DECIDED, place, at.id)
            world.put("unit to move", MOVED, place, at.id)


async def make_commons(world: World) -> None:
    """What the whole bank shares."""
    by = world.colleagues["team"]
    piece = await Piece.create(series="p-1", version=1, title="文", text="您好", by=by)
    world.put("piece", COMMON, "common", piece.series)
    world.put("piece_version", COMMON, "common", piece.id)
    asset = await MediaAsset.create(
        sha256="0" * 64, kind="image", name="a.png", content_type="image/png", size=4, data=b"none"
    )
    world.put("media_asset", COMMON, "common", asset.id)
    product = await Product.create(code="R12", name="产品十二", product_class="wealth", seller_level=2)
    world.put("product", COMMON, "common", product.id)
    segment = await Segment.create(name="分群", conditions={}, by=by)
    await SegmentVersion.create(segment=segment, version=1, conditions={}, by=by)
    world.put("segment", COMMON, "common", segment.id)
    stop = await Stop.create(what="all", reason="演练", pulled_by_id=world.colleagues["next branch"].id)
    world.put("stop", WHOLE, "common", stop.id)
    run = await ReconcileRun.create(scope="tags", app="wwtest0000000001", started_at=clock.now())
    world.put("reconcile_run", COMMON, "common", run.id)


async def _export(person: Staff) -> int:
    made = await Export.create(kind="clients", reason="月度复盘", asked_by=person, state="preparing")
    return int(made.id)


async def _absence(person: Staff, deputy: Staff) -> int:
    day = clock.today() + timedelta(days=40)
    return int((await Delegation.create(absent=person, deputy=deputy, from_on=day, until_on=day)).id)


async def _campaign(by: Staff, at: Branch, kind: str, state: str) -> Campaign:
    made = await Campaign.create(
        kind=kind,
        name=f"活动{kind}{at.id}",
        channel="wecom_message",
        salt="s",
        state=state,
        branch=at,
        author=by,
        last_editor=by,
    )
    for position, plan in enumerate(registry.KINDS[kind].steps):
        await Step.create(campaign=made, code=plan.code, position=position, text="您好", who=plan.who)
    return made


EVERY = [
    make_clients,
    name_clients,
    make_groups,
    make_imports,
    make_campaigns,
    make_journeys,
    make_private,
    make_grants,
    make_requests,
    make_commons,
]
