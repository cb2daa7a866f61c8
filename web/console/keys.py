"""Keys and encryption: the epochs of data keys, a rotation with its progress, and the end of an old key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from kernel import epochs, key_sources, sealing
from kernel.models import KeyRotation, KeyRotationColumn
from staff.keys import ruling
from staff.keys.tasks import rotate_keys
from web import forms
from web.language import gettext as _
from web.rendering import render, see_other

STATES = {"announced": "已公布", "current": "使用中", "retired": "已停用，仍可解密", "destroyed": "已销毁"}
TONES = {"announced": "plan", "current": "run", "retired": "warn", "destroyed": "done"}
ROTATION_STATES = {"running": "进行中", "paused": "已暂停", "done": "已完成"}
ROTATION_TONES = {"running": "run", "paused": "warn", "done": "good"}
COLUMNS = {
    "client.name_sealed": "客户姓名",
    "client.phone_sealed": "客户手机号",
    "identity.sealed": "银行客户号",
    "contact.remark_sealed": "员工给客户的备注",
    "fan.location_sealed": "粉丝所在位置",
    "send.body_sealed": "已发消息正文",
    "inbound.text_sealed": "客户来信",
    "account.number_sealed": "账号",
    "import_refusal.row_sealed": "未导入的行",
    "callback.body_sealed": "收到的回调",
    "access_token.token_sealed": "接口令牌",
    "wechat_app.secret_sealed": "微信账号密钥",
    "wechat_app.token_sealed": "微信回调令牌",
    "wechat_app.aes_key_sealed": "微信回调密钥",
    "wechat_app.aes_previous_sealed": "微信回调旧密钥",
    "staff.totp_sealed": "成员动态码密钥",
    "export_part.body_sealed": "导出文件",
    "privacy_request.wish_sealed": "个人信息请求的内容",
    "privacy_request.change_sealed": "个人信息请求的更正",
}


@dataclass(frozen=True)
class Confirmation:
    """The number of the key that is to be destroyed, typed by the person."""

    typed: str = forms.field("密钥编号", longest=8)


@dataclass(frozen=True)
class Asked:
    """Whether the values are to be counted although there are many."""

    count: str = forms.field("统计", longest=1, default="")


async def show(request: Request) -> Response:
    """GET /settings/keys"""
    return await _page(request, {}, 200)


async def progress(request: Request) -> Response:
    """GET /settings/keys/progress: the part of the page that moves."""
    return render(request, "console/keys_progress.html", **await _moving())


async def rotate(request: Request) -> Response:
    """POST /settings/keys/rotations"""
    rotation = await ruling.rotate(request.user)
    rotate_keys.later()
    return see_other(request, "keys", notice=_("密钥 %(n)s 已公布，稍后开始重新加密") % {"n": rotation.epoch})


async def pause(request: Request) -> Response:
    """POST /settings/keys/rotations/{id}/pause"""
    await ruling.pause(request.path_params["id"], request.user)
    return see_other(request, "keys", notice=_("已暂停，数据照常可读"))


async def resume(request: Request) -> Response:
    """POST /settings/keys/rotations/{id}/resume"""
    await ruling.resume(request.path_params["id"], request.user)
    rotate_keys.later()
    return see_other(request, "keys", notice=_("已继续"))


async def destroy(request: Request) -> Response:
    """POST /settings/keys/{epoch}/destruction"""
    epoch = request.path_params["epoch"]
    reading = await forms.attempt(request, Confirmation)
    if reading.form is None or reading.form.typed.strip() != str(epoch):
        return await _page(request, {epoch: _("请输入密钥编号 %(n)s 以确认销毁") % {"n": epoch}}, 422)
    await ruling.destroy(epoch, reading.form.typed, request.user)
    return see_other(request, "keys", notice=_("密钥 %(n)s 已销毁") % {"n": epoch})


async def _page(request: Request, errors: dict[int, str], status: int) -> Response:
    known = await epochs.listed()
    wanted = forms.query(request, Asked).count == "1" if request.method == "GET" else False
    counts = await epochs.counts() if wanted or await epochs.is_small() else None
    return render(
        request,
        "console/keys.html",
        status=status,
        epochs=known,
        counts=counts and [(_label(column.table, column.column), found) for column, found in counts],
        totals=_totals(counts),
        source=key_sources.chosen().name,
        is_healthy=all(one.is_healthy for one in known if one.state != "destroyed"),
        errors=errors,
        states=STATES,
        tones=TONES,
        **await _moving(),
    )


async def _moving() -> dict[str, Any]:
    rotation, columns = await epochs.newest_rotation()
    return {
        "rotation": rotation,
        "lines": [(_label(one.table_name, one.column_name), one) for one in columns],
        "seen": sum(min(one.seen, one.total) if not one.is_through else one.total for one in columns),
        "total": sum(one.total for one in columns),
        "phase": await _phase(rotation, columns),
        "rotation_states": ROTATION_STATES,
        "rotation_tones": ROTATION_TONES,
    }


async def _phase(rotation: KeyRotation | None, columns: list[KeyRotationColumn]) -> str:
    if rotation is None:
        return ""
    if rotation.state == "paused":
        return _("已暂停。新数据用新密钥加密，旧数据照常可读。")
    if rotation.state == "done":
        broken = sum(one.broken for one in columns)
        if broken:
            return _("已完成。有 %(n)s 个值原本就无法解开，没有改动。") % {"n": f"{broken:,}"}
        return _("已完成。没有任何数据还在使用旧密钥。")
    if await epochs.is_announced(rotation.epoch):
        return _("新密钥已公布，等各进程都取到后开始使用，约需 10 秒。")
    if all(one.is_through for one in columns):
        return _("全部重新加密完毕。等 90 秒并等较早的事务结束后，再核对一遍有没有遗漏。")
    return _("正在分批重新加密，数据随时可读，可以暂停。")


def _label(table: str, column: str) -> str:
    return _(COLUMNS.get(f"{table}.{column}", f"{table}.{column}"))


def _totals(counts: list[tuple[sealing.Column, dict[int, int]]] | None) -> dict[int, int]:
    totals: dict[int, int] = {}
    for _column, found in counts or []:
        for epoch, values in found.items():
            totals[epoch] = totals.get(epoch, 0) + values
    return totals
