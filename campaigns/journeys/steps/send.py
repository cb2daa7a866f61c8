"""A message: a row of the send ledger for each client, which the gate judges again at the moment of sending."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from campaigns.audience import reach
from campaigns.content import library, notices, placeholders
from campaigns.content.findings import Finding
from campaigns.journeys import capacity, wording
from campaigns.journeys.definition import Step
from campaigns.journeys.steps.face import DONE, Foreseen, Outcome, Place, Standing, StepKind
from community.sending import tasks as sending_tasks
from kernel import clock, database

CHANNELS = ("wecom_message", "oa_service")
BYTES = {"wecom_message": 4000, "oa_service": 2048}
GOOD_FOR = timedelta(days=3)
# of the channels in order the first that reaches the client now; who can't be reached gets a row that says so
WAYS = """
SELECT e.id, e.client_id, way.channel, way.recipient, way.sender_userid, way.staff_id, way.app
FROM unnest($1::bigint[], $2::bigint[]) AS e(id, client_id) JOIN client c ON c.id = e.client_id
LEFT JOIN LATERAL ({way}) way ON TRUE
"""
PLAN = """
INSERT INTO send (key, purpose, channel, client_id, recipient, sender_userid, app, stream_id, step, attachments,
    due_at, expires_at, state, reason, ended_at)
SELECT one.key, 'marketing', one.channel, one.client_id, one.recipient, one.sender_userid, one.app, $7, $8, $9::jsonb,
    $10, $11, CASE WHEN one.recipient = '' THEN 'skipped' ELSE 'planned' END,
    CASE WHEN one.recipient = '' THEN 'no_channel' ELSE '' END, CASE WHEN one.recipient = '' THEN $10::timestamptz END
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[])
    AS one(key, channel, client_id, recipient, sender_userid, app)
ON CONFLICT (key) DO NOTHING
"""


class Send(StepKind):
    """One text with an optional link, through the first channel that reaches the client."""

    code = "send"
    label = "发送消息"
    icon = "send"
    about = "发一条经过审批的消息；发送那一刻再核对同意、频次、静默时段和适当性"

    def new(self) -> dict[str, Any]:
        """What a new step of this kind starts with."""
        return {"channel": "wecom_message", "fallback": "", "text": "", "link_title": "", "link_url": ""}

    def read(self, params: dict[str, Any], typed: Mapping[str, str], step: Step) -> None:
        """Take over what was typed."""
        params["channel"] = typed.get("channel", "") if typed.get("channel", "") in CHANNELS else CHANNELS[0]
        fallback = typed.get("fallback", "")
        params["fallback"] = fallback if fallback in CHANNELS and fallback != params["channel"] else ""
        params["text"] = typed.get("text", "").replace("\r\n", "\n").strip()
        params["link_title"], params["link_url"] = (
            typed.get("link_title", "").strip(),
            typed.get("link_url", "").strip(),
        )

    def check(self, params: Mapping[str, Any], code: str) -> list[Finding]:
        """What is wrong with the parameters themselves."""
        if not params["text"]:
            return [Finding("step.empty", "这条消息还没有正文", "填写正文", code)]
        found = library.check(params["text"], code)
        limit = min(BYTES[channel] for channel in channels(params))
        if len(notices.complete(params["text"], "marketing").encode()) > limit:
            found.append(Finding("step.too_long", f"正文超过 {limit} 字节", "缩短正文", code))
        return found + wording.link_findings(params, code)

    def say(self, params: Mapping[str, Any]) -> str:
        """The step in one sentence."""
        name = reach.CHANNELS[params["channel"]]
        head = params["text"].splitlines()[0] if params["text"] else "（还没有正文）"
        return f"“{head[:24]}{'…' if len(params['text']) > 24 else ''}”（{name}）"

    async def act(self, place: Place, standing: Sequence[Standing]) -> list[Outcome]:
        """Do it to all who stand here."""
        way = reach.way(channels(place.node.params), place.at, first=3)
        ids, clients = [one.entry_id for one in standing], [one.client_id for one in standing]
        rows = await database.fetch(WAYS.format(way=way.sql), ids, clients, *way.arguments)
        # only what a member must confirm takes a piece of somebody's day
        asked = {row["id"]: row["staff_id"] if row["channel"] == "wecom_message" else None for row in rows}
        now = await capacity.within(asked, place.definition["staff_per_day"], place.at)
        going = [row for row in rows if row["id"] in now]
        await self._plan(place, going)
        tomorrow = capacity.next_day(place.at)
        return [
            Outcome(row["id"], result=DONE if row["recipient"] else "no_channel", staff_id=asked[row["id"]])
            if row["id"] in now
            else Outcome(row["id"], until=tomorrow)
            for row in rows
        ]

    async def foresee(self, place: Place, client_id: int) -> Foreseen:
        """What it would do to one client."""
        params = place.node.params
        way = reach.way(channels(params), clock.now(), first=3)
        rows = await database.fetch(WAYS.format(way=way.sql), [0], [client_id], *way.arguments)
        text = (await wording.texts(params, [client_id])).get(client_id, "")
        if not rows or not rows[0]["recipient"]:
            return Foreseen("现在没有渠道能触达这位客户，会跳过这一条", text=text, tone="warn")
        return Foreseen(f"发送（{reach.CHANNELS[rows[0]['channel']]}）", text=text, tone="good")

    async def _plan(self, place: Place, rows: Sequence[database.Row]) -> None:
        first = place.node.params["channel"]
        carried = await wording.attachments(place.node.params, place.journey, place.node.code)
        await database.execute(
            PLAN,
            [place.key(row["id"]) for row in rows],
            [row["channel"] or first for row in rows],
            [row["client_id"] for row in rows],
            *([row[name] or "" for row in rows] for name in ("recipient", "sender_userid", "app")),
            place.version.stream_id,
            place.node.code,
            json.dumps(carried, ensure_ascii=False),
            place.at,
            place.at + GOOD_FOR,
        )
        if any(row["recipient"] for row in rows):
            sending_tasks.dispatch_stream.later(place.version.stream_id)


def channels(params: Mapping[str, Any]) -> tuple[str, ...]:
    """The channels of a message, the wanted one first."""
    return (params["channel"], params["fallback"]) if params["fallback"] else (params["channel"],)


def placeholders_of(params: Mapping[str, Any]) -> set[str]:
    """What the text is filled with for each client."""
    return placeholders.used(params["text"])
