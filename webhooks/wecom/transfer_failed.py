"""A client was not handed over to another member."""

from __future__ import annotations

from community.clients import transfers
from wechat.events import TransferFailed


async def transfer_failed(event: TransferFailed) -> None:
    """Note why: they stay with whom they had."""
    await transfers.failed(event.corp, event.userid, event.external_userid, event.reason, event.at)
