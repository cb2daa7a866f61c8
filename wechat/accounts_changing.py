"""Changing accounts: added, described anew, given secrets and keys, paused, made the primary one.

The caller is a page: it checks who may and writes the audit inside the same transaction. What changed is known to this
process after the commit, to the others within accounts.MAX_AGE_S.
"""

from __future__ import annotations

import re
import secrets
import string
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError

from kernel import clock, database
from kernel.errors import Refused
from wechat import accounts, app_rows, apps
from wechat.apps import App
from wechat.events import Side
from wechat.models import WechatApp

AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,38}[a-z0-9]")
LONGEST_OVERLAP = timedelta(days=30)
_LETTERS = string.ascii_letters + string.digits
_LAST = "AEIMQUYcgkosw048"
"""The 43rd character carries four bits of the key; with any other letter a strict decoder refuses the whole."""


@dataclass(frozen=True, slots=True)
class Described:
    """What may be shown of an account; side, receive_id and agentid never change afterwards."""

    name: str
    slug: str
    original_id: str = ""
    template_id: str = ""
    mode: str = "safe"
    body_format: str = "xml"


def new_token() -> str:
    """A callback token as WeChat takes it."""
    return "".join(secrets.choice(_LETTERS) for _ in range(32))


def new_aes_key() -> str:
    """An EncodingAESKey: 43 letters and digits, 32 bytes of chance."""
    return "".join(secrets.choice(_LETTERS) for _ in range(42)) + secrets.choice(_LAST)


async def add(side: Side, receive_id: str, agentid: int, said: Described) -> App:
    """A new account, without secrets yet. Refused: known already, or its address is taken."""
    if accounts.find(side, receive_id, agentid) and (agentid or side == "official_account"):
        raise Refused("这个账号已经接入", code="account.known")
    _check(said, side, apps.key_of(side, receive_id, agentid))
    async with database.transaction():
        try:
            row = await WechatApp.create(side=side, receive_id=receive_id, agentid=agentid, **asdict(said))
        except IntegrityError as error:
            raise Refused("账号或回调地址后缀已被使用", code="account.taken") from error
        database.after_commit(accounts.refresh, 0)
    return apps.of_row(app_rows.AppRow(row.id, side, receive_id, agentid, said.name, said.slug))


async def describe(app: App, said: Described) -> None:
    """Say anew what may be shown. Refused: the address is taken."""
    _check(said, app.side, app.key)
    async with database.transaction():
        row_id = await number_of(app)
        try:
            await WechatApp.filter(id=row_id).update(**asdict(said))
        except IntegrityError as error:
            raise Refused("回调地址后缀已被使用", code="account.taken") from error
        database.after_commit(accounts.refresh, 0)


async def set_secrets(app: App, *, secret: str = "", token: str = "", aes_key: str = "") -> list[str]:
    """Keep new secrets; an empty one stays as it is. Returns the names of those that changed. Refused: malformed.

    aes_key: replaces at once, for an account that has none or whose key is known to others; else `rotate`.
    """
    if token and not TOKEN.fullmatch(token):
        raise Refused("令牌为 3 至 32 位字母或数字", code="account.token")
    if aes_key and not AES_KEY.fullmatch(aes_key):
        raise Refused("EncodingAESKey 为 43 位字母或数字", code="account.aes_key")
    given = {name: text for name, text in (("secret", secret), ("token", token), ("aes_key", aes_key)) if text}
    if given:
        async with database.transaction():
            row_id, now = await number_of(app), clock.now()
            await WechatApp.filter(id=row_id).update(
                **{f"{name}_sealed": app_rows.seal(name, text, row_id) for name, text in given.items()},
                **{f"{name}_changed_at": now for name in given},
            )
            database.after_commit(accounts.refresh, 0)
    return list(given)


async def rotate(app: App, aes_key: str, until: datetime) -> None:
    """Use a new key and go on accepting the present one until a moment; Refused: malformed, or a date too far away.

    aes_key: empty where the environment gives the key: then only the present one is kept as the previous one.
    """
    if aes_key and not AES_KEY.fullmatch(aes_key):
        raise Refused("EncodingAESKey 为 43 位字母或数字", code="account.aes_key")
    if not clock.now() < until <= clock.now() + LONGEST_OVERLAP:
        raise Refused("旧密钥最多再保留 30 天，且须晚于现在", code="account.overlap")
    if not app.aes_keys:
        raise Refused("还没有 EncodingAESKey，请先填写", code="account.no_key")
    if aes_key in app.aes_keys:
        raise Refused("新密钥与正在使用的相同", code="account.same_key")
    async with database.transaction():
        row_id = await number_of(app)
        changes: dict[str, object] = {
            "aes_previous_sealed": app_rows.seal("aes_previous", app.aes_keys[0], row_id),
            "aes_previous_until": until,
        }
        if aes_key:
            changes |= {"aes_key_sealed": app_rows.seal("aes_key", aes_key, row_id), "aes_key_changed_at": clock.now()}
        await WechatApp.filter(id=row_id).update(**changes)
        # the counter answers "is anybody still using the old key", so it begins with the rotation
        await database.execute("UPDATE callback_mark SET old_key_calls = 0, old_key_at = NULL WHERE app = $1", app.key)
        database.after_commit(accounts.refresh, 0)


async def end_overlap(app: App) -> None:
    """Stop accepting the previous key."""
    async with database.transaction():
        row_id = await number_of(app)
        await WechatApp.filter(id=row_id).update(aes_previous_sealed=None, aes_previous_until=None)
        database.after_commit(accounts.refresh, 0)


async def pause(app: App) -> None:
    """Send nothing through this account; its callbacks are still taken."""
    await _set(app, paused_at=clock.now())


async def resume(app: App) -> None:
    """Use the account again."""
    await _set(app, paused_at=None)


async def make_primary(app: App) -> None:
    """Speak through this account when nobody names another. Addresses of callbacks stay as they are."""
    async with database.transaction():
        await WechatApp.filter(side=app.side).update(is_primary=False)
        await _set(app, is_primary=True)


async def number_of(app: App) -> int:
    """The number of the account's row; one is made for an account that only the settings named so far."""
    row = await WechatApp.get_or_none(side=app.side, receive_id=app.receive_id, agentid=app.agentid)
    if row is None:
        row = await WechatApp.create(
            side=app.side,
            receive_id=app.receive_id,
            agentid=app.agentid,
            name=app.name,
            slug=app.slug,
            mode=app.mode,
            body_format=app.body_format,
            is_primary=False,
        )
    return row.id


async def _set(app: App, **changes: object) -> None:
    async with database.transaction():
        await WechatApp.filter(id=await number_of(app)).update(**changes)
        database.after_commit(accounts.refresh, 0)


def _check(said: Described, side: Side, key: str) -> None:
    if not SLUG.fullmatch(said.slug):
        raise Refused("回调地址后缀为 3 至 40 位小写字母、数字或连字符", code="account.slug")
    other = accounts.by_slug(side, said.slug)
    if other is not None and other.key != key:
        # also that of an account which only the settings name, so that it has no row to collide with
        raise Refused("回调地址后缀已被使用", code="account.taken")
