"""Messages on a phone before they are sent: as real clients of the audience, masked, and as one without any data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from campaigns.audience.segments import Sampled
from campaigns.content import notices, personalising, placeholders
from campaigns.planning.drafting import StepText
from campaigns.planning.kind import Kind
from kernel import masking
from web.language import gettext as _

PEOPLE = 5
OWN_LINK = "〔客户的专属链接〕"
UNKNOWN = "资料不全的客户"
# as console.js says it while one types
EMPTY = "（还没有内容）"


class Sample(NamedTuple):
    """A person to look at the messages as: the values of placeholders."""

    label: str
    values: dict[str, str]


class Bubble(NamedTuple):
    """One message as the client sees it; `notice` is what we add to every marketing message."""

    code: str
    label: str
    text: str
    notice: str
    link_title: str
    link_url: str


async def samples(people: Sequence[Sampled]) -> list[Sample]:
    """Some of the people who would get the message, and one without any data, to see the fallbacks."""
    chosen = [person for person in people if person.decision == "due"][:PEOPLE]
    values = await personalising.values([person.client_id for person in chosen], placeholders.KNOWN)
    made = []
    for person in chosen:
        own = dict(values.get(person.client_id, {}))
        # without a known gender the salutation is the whole name, which stays masked on a screen
        if not own.get("称呼", "").endswith(("先生", "女士")):
            own["称呼"] = masking.name(own.get("称呼", ""))
        label = own["称呼"] or "未登记姓名"
        made.append(Sample(f"{label} · {own['客户等级']}" if own.get("客户等级") else label, own))
    return [*made, Sample(UNKNOWN, {})]


def bubbles(
    chosen: Kind, steps: Iterable[StepText], values: Mapping[str, str], *, with_empty: bool = False
) -> list[Bubble]:
    """The messages in order, with this person's values; empty ones only for the editor, where they fill up."""
    texts = {step.code: step for step in steps}
    made = []
    for plan in chosen.steps:
        step = texts.get(plan.code)
        is_empty = step is None or not step.text.strip()
        if step is None or (is_empty and not with_empty):
            continue
        link = OWN_LINK if chosen.has_personal_links else step.link_url
        text = _(EMPTY) if is_empty else placeholders.render(step.text, {**values, "活动链接": link})
        purpose = "service" if chosen.is_open else plan.purpose
        notice = notices.complete(step.text, purpose)[len(step.text.rstrip()) :].strip()
        has_card = bool(step.link_url) and "活动链接" not in placeholders.used(step.text)
        made.append(
            Bubble(
                plan.code,
                plan.label,
                text,
                notice,
                step.link_title if has_card else "",
                step.link_url if has_card else "",
            )
        )
    return made


def script_values(chosen: Kind, people: Sequence[Sample], link_url: str) -> list[dict[str, str]]:
    """The same values for the live preview in the browser."""
    link = OWN_LINK if chosen.has_personal_links else link_url
    return [{**sample.values, "活动链接": link} for sample in people]
