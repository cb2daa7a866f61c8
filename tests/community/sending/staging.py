"""The cast of the sending tests: people of the sandbox known to us, streams of messages to them, counts of states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from community.sending import claiming, dispatching, rendering, streams
from community.sending.leases import Leased
from kernel import clock, database, records, settings
from kernel.database import transaction
from wechat.sandbox.client import Sandbox


@dataclass
class Stage:
    """The sandbox's control plane and the people that we and it know."""

    control: Sandbox

    async def followers(self, count: int, left: int = 5) -> dict[str, int]:
        """Followers with an open customer-service window; {openid: client id}."""
        await self.control.seed("bulk", fans=count, window=3600, allowance=left)
        openids = [fan["openid"] for fan in (await self.control.people("fans"))["fans"]][:count]
        clients = await self._clients(openids)
        until = clock.now() + timedelta(hours=1)
        async with transaction():
            await database.copy_in(
                "fan",
                ("client_id", "appid", "openid", "window_left", "window_until"),
                [(clients[one], settings.get().oa_appid, one, left, until) for one in openids],
            )
        return clients

    async def contacts(self, count: int, members: int = 1) -> dict[str, tuple[int, str]]:
        """Contacts of `members` members of staff; {external id: (client id, userid)}."""
        await self.control.seed("bulk", clients=count, members=members)
        relations = (await self.control.people("relations"))["relations"]
        pairs = {one["external_userid"]: one["userid"] for one in relations if one["userid"].startswith("bulk")}
        clients = await self._clients(list(pairs))
        corpid = settings.get().wecom_corpid
        async with transaction():
            await database.copy_in(
                "contact",
                ("client_id", "corpid", "userid", "external_userid"),
                [(clients[one], corpid, userid, one) for one, userid in pairs.items()],
            )
        return {one: (clients[one], userid) for one, userid in pairs.items()}

    async def reached(self, **filters: str) -> dict[str, int]:
        """How many messages reached each person, as the sandbox itself counted."""
        told = await self.control.reached(**filters)
        return {who: sum(kinds.values()) for who, kinds in told["people"].items()}

    async def _clients(self, names: list[str]) -> dict[str, int]:
        ids = await records.reserve_ids("client", len(names))
        async with transaction():
            await database.copy_in("client", ("id", "marketing_consent"), [(one, True) for one in ids])
        return dict(zip(names, ids, strict=True))


async def stream_of(people: Mapping[str, int], channel: str, *, sender_of: Mapping[str, str] | None = None) -> int:
    """An open stream with one marketing message to each person, planned set-based and rendered at send time."""
    stream_id = await streams.open_stream("测试")
    senders = sender_of or {}
    now = clock.now()
    async with transaction():
        await database.copy_in(
            "send",
            ("key", "purpose", "channel", "client_id", "recipient", "sender_userid", "stream_id", "due_at"),
            [
                (f"trial:{stream_id}:{who}", "marketing", channel, client_id, who, senders.get(who, ""), stream_id, now)
                for who, client_id in people.items()
            ],
        )
    return stream_id


async def states(stream_id: int | None = None) -> dict[str, int]:
    """How many sends are in each state."""
    rows = await database.fetch(
        "SELECT state, count(*) AS n FROM send WHERE $1::bigint IS NULL OR stream_id = $1 GROUP BY state", stream_id
    )
    return {row["state"]: row["n"] for row in rows}


async def render(rows: Sequence[Leased]) -> dict[int, str]:
    """The renderer of these tests."""
    return {row.id: f"第{row.stream_id}次活动邀请" for row in rows}


rendering.register("trial:", render)


async def drain(stream_id: int | None = None) -> None:
    """Dispatch until nothing is due; one stream, or what is urgent."""
    lane: claiming.Lane = "campaigns" if stream_id else "urgent"
    while await dispatching.dispatch(50, lane=lane, stream_id=stream_id):
        pass
