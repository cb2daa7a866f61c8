"""The account's menu: one for all, and others for the fans of a tag; clients see a change within 24 hours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wechat.faults import Never
from wechat.official_account.speaking import Row, Speaking
from wechat.shapes import Button

ENTRIES, BELOW = 3, 5
NO_MENU = 46003


class Menus(Speaking):
    """Setting menus."""

    async def set_menu(self, buttons: Sequence[Button]) -> None:
        """Replace the account's menu: up to three buttons of up to five entries (names 16 and 60 bytes)."""
        path = "/cgi-bin/menu/create"
        await self._post(path, {"button": self._buttons(path, buttons)})

    async def menu(self) -> list[Button]:
        """The menu for all; empty when there is none."""
        try:
            answer = await self._get("/cgi-bin/menu/get")
        except Never as nothing:
            if nothing.errcode == NO_MENU:
                return []
            raise
        return [_read(row) for row in (answer.get("menu") or {}).get("button", ())]

    async def delete_menus(self) -> None:
        """Delete the menu and all conditional ones."""
        await self._get("/cgi-bin/menu/delete")

    async def add_conditional_menu(self, buttons: Sequence[Button], tag: int) -> str:
        """A menu that only the fans of a tag see; its id."""
        path = "/cgi-bin/menu/addconditional"
        body = {"button": self._buttons(path, buttons), "matchrule": {"tag_id": str(tag)}}
        return str((await self._post(path, body))["menuid"])

    async def delete_conditional_menu(self, menu_id: str) -> None:
        """Delete one conditional menu."""
        await self._post("/cgi-bin/menu/delconditional", {"menuid": menu_id})

    async def menu_of(self, openid: str) -> list[Button]:
        """The menu that this fan sees."""
        answer = await self._post("/cgi-bin/menu/trymatch", {"user_id": openid})
        return [_read(row) for row in answer.get("button", (answer.get("menu") or {}).get("button", ()))]

    def _buttons(self, path: str, buttons: Sequence[Button]) -> list[dict[str, Any]]:
        fit = self._fit(path)
        fit.some("buttons", buttons, ENTRIES)
        for one in buttons:
            fit.text("菜单名", one.name, most_bytes=16, least=1)
            fit.some("entries", one.entries, BELOW, 0)
            for entry in one.entries:
                fit.text("子菜单名", entry.name, most_bytes=60, least=1)
        return [_button(one) for one in buttons]


def _button(one: Button) -> dict[str, Any]:
    if one.entries:
        return {"name": one.name, "sub_button": [_button(entry) for entry in one.entries]}
    if one.url:
        return {"type": "view", "name": one.name, "url": one.url}
    return {"type": "click", "name": one.name, "key": one.key}


def _read(row: Row) -> Button:
    below = row.get("sub_button") or ()
    entries = below.get("list", ()) if isinstance(below, dict) else below
    return Button(
        str(row.get("name", "")),
        str(row.get("url", "")),
        str(row.get("key", "")),
        tuple(_read(entry) for entry in entries),
    )
