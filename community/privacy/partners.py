"""Companies with which a client may let the bank share data: named, each with what for; a closed one is not offered."""

from __future__ import annotations

from community.privacy.models import Partner
from kernel import clock, database
from kernel.errors import NotFound, Refused
from staff import audit, permissions
from staff.models import Staff

PERMISSION = "privacy.handle"


async def active() -> list[Partner]:
    """Those that are offered now."""
    return await Partner.filter(ended_at=None).order_by("name")


async def add(name: str, what: str, by: Staff) -> Partner:
    """Offer a partner. Refused: no name, not said what for."""
    permissions.require(by, PERMISSION)
    name, what = name.strip(), what.strip()
    if not name or not what:
        raise Refused("请写明接收方的名称，以及提供哪些信息、用于什么", code="partner.incomplete")
    async with database.transaction():
        partner, _is_new = await Partner.update_or_create({"what": what, "ended_at": None}, name=name)
        await audit.record(by, "partner.added", "partner", partner.id)
    return partner


async def end(partner_id: int, by: Staff) -> None:
    """No longer offer a partner; consents given stay in the ledger."""
    permissions.require(by, PERMISSION)
    async with database.transaction():
        if not await Partner.filter(id=partner_id, ended_at=None).update(ended_at=clock.now()):
            raise NotFound()
        await audit.record(by, "partner.ended", "partner", partner_id)
