"""The official account tells what became of a service notice."""

from __future__ import annotations

from community.sending import results
from wechat.events import TemplateSendFinished


async def template_finished(event: TemplateSendFinished) -> None:
    """Write it into the ledger; a notice that was not sent through the ledger is none of our business."""
    await results.receipt(event.msg_id, event.outcome, event.app)
