"""The texts that clients agree to, each version with the day from which it is shown; an older one is never changed.

The ledger of consent names the version that the client saw. A new version is a new entry here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kernel import clock


@dataclass(frozen=True)
class Text:
    """One version: `body` is what is shown above the choice, in paragraphs; {bank} is the bank's name."""

    version: str
    since_on: date
    body: tuple[str, ...]


VERSIONS: tuple[Text, ...] = (
    Text(
        "2026-09",
        date(2026, 9, 1),
        (
            "同意后，{bank}会用您的姓名、联系方式、账户资产和与我们的互动记录，挑选与您相关的活动、产品和权益，"
            "通过您勾选的渠道告诉您。",
            "同意与否不影响您办理业务；账户与服务通知照常发送。您可以随时在本页更改，或在公众号回复“退订”，立即生效。",
        ),
    ),
    # "at once" was too much: what a member of staff was given to send may be on its way
    Text(
        "2026-11",
        date(2026, 11, 25),
        (
            "同意后，{bank}会用您的姓名、联系方式、账户资产和与我们的互动记录，挑选与您相关的活动、产品和权益，"
            "通过您勾选的渠道告诉您。",
            "同意与否不影响您办理业务；账户与服务通知照常发送。您可以随时在本页更改，或在公众号回复“退订”，"
            "之后不再发起新的发送；已交给客户经理并与其他客户合并群发、或已在发出途中的消息无法撤回，三天内仍可能收到一次。",
        ),
    ),
)


def current(day: date | None = None) -> Text:
    """The text shown on a Shanghai day, today when None."""
    wanted = day or clock.today()
    return max((one for one in VERSIONS if one.since_on <= wanted), key=lambda one: one.since_on, default=VERSIONS[0])


def known(version: str) -> bool:
    """Whether a form names a text that was really shown."""
    return any(one.version == version for one in VERSIONS)
