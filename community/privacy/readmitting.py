"""Letting the bank's files register an erased client anew: a person decides, with the number before them."""

from __future__ import annotations

from community.clients import returning
from community.privacy import requests
from community.privacy.requests import PERMISSION, SUBJECT
from kernel import database
from kernel.errors import Refused
from staff import audit, permissions
from staff.models import Staff


async def readmit(request_id: int, number: str, by: Staff) -> None:
    """Let files make this client number known again. Refused: the erasure is not done, or no such number is kept away.

    The number is asked for because nothing kept here leads from the request to it.
    """
    permissions.require(by, PERMISSION)
    request = await requests.get(request_id, by)
    if request.kind != "erase" or request.state != "done":
        raise Refused("只有已执行的删除请求可以解除", code="privacy.not_erased")
    async with database.transaction():
        if not number.strip() or not await returning.lift_number(number):
            raise Refused("没有登记过这个已删除的客户号，请核对", code="privacy.number_unknown")
        await audit.record(by, "privacy.readmitted", SUBJECT, request.id)
