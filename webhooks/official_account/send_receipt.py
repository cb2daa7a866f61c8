"""The official account tells what became of a service notice, and of a mass send."""

from __future__ import annotations

from community.sending import mass_results, results
from wechat.events import MassSendFinished, TemplateSendFinished


async def template_finished(event: TemplateSendFinished) -> None:
    """Write it into the ledger; a notice that was not sent through the ledger is none of our business."""
    await results.receipt(event.msg_id, event.outcome, event.app)


async def mass_finished(event: MassSendFinished) -> None:
    """Write down whom it reached, whoever began it: it counts against what a fan may get in a month."""
    await mass_results.mass_finished(event)
