"""Taking in the bank's files: upload, dry run with totals and row errors, import, refused rows through the exports."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from kernel import settings
from kernel.errors import Refused
from loyalty.assets import history, importing, mapping
from loyalty.metrics import tasks as metrics
from staff import audit
from web import forms, paging, uploads
from web.language import gettext as _
from web.rendering import render, see_other

KINDS = {"clients": "客户名单", "statement": "对账文件"}
STATES = {"checking": "检查中", "importing": "导入中", "done": "已完成", "failed": "失败"}
TONES = {"checking": "plan", "importing": "run", "done": "good", "failed": "bad"}


@dataclass(frozen=True)
class FileForm:
    """A file, and which mapping and kind it follows, as "mapping:kind"."""

    file: UploadFile = forms.field("文件")
    format: str = forms.field("文件格式", longest=80)


@dataclass(frozen=True)
class TicketForm:
    """A file that was tried."""

    ticket: str = forms.field("文件", longest=1000)
    format: str = forms.field("文件格式", longest=80)


async def index(request: Request) -> Response:
    """GET /imports"""
    return await _index(request, values={}, errors={}, status=200)


async def check(request: Request) -> Response:
    """POST /imports/check: what an import would do."""
    reading = await forms.attempt(request, FileForm)
    if reading.form is None:
        return await _index(request, reading.values, reading.errors, status=422)
    kept = await uploads.keep(reading.form.file, request.user)
    try:
        name, kind = _format(reading.form.format)
        with kept.readable() as path:
            checked = await importing.check_file(path, name, kind)
    except Refused as error:
        uploads.forget(kept)
        return await _index(request, reading.values, {"file": error.message}, status=error.status)
    await audit.record(
        request.user, "import.checked", kind=kind, accepted=checked.rows_new, refused=checked.rows_refused
    )
    return render(
        request,
        "console/import_check.html",
        checked=checked,
        kept=kept,
        format=reading.form.format,
        kind=KINDS[kind],
    )


async def take_in(request: Request) -> Response:
    """POST /imports"""
    form = await forms.read(request, TicketForm)
    name, kind = _format(form.format)
    kept = uploads.again(form.ticket, request.user)
    try:
        with kept.readable() as path:
            run = await importing.import_file(path, name, kind, by=request.user, file_name=kept.file_name)
    finally:
        uploads.forget(kept)
    metrics.after_import.later(run.id)
    notice = _("已导入 %(rows)s 行") % {"rows": f"{run.rows_accepted:,}"}
    return see_other(request, "import_run", id=run.id, notice=notice)


async def show(request: Request) -> Response:
    """GET /imports/{id}"""
    found = await history.refusals(request.path_params["id"], request.user, paging.asked_number(request))
    return render(
        request,
        "console/import_run.html",
        run=found.run,
        page_of=paging.read(request, found.total, size=history.PAGE),
        rows=found.refusals,
        kinds=KINDS,
        states=STATES,
        tones=TONES,
    )


async def _index(request: Request, values: dict[str, object], errors: dict[str, str], status: int) -> Response:
    found = await history.runs(request.user, paging.asked_number(request))
    return render(
        request,
        "console/imports.html",
        status=status,
        values=values,
        errors=errors,
        formats=_formats(),
        heads=[(f"{bank} · {_(KINDS[kind])}", mapping.load(name, kind).headers()) for name, bank, kind in _shipped()],
        banks={name: bank for name, bank, _kind in _shipped()},
        runs=found.runs,
        page_of=paging.read(request, found.total, size=history.PAGE),
        kinds=KINDS,
        states=STATES,
        tones=TONES,
    )


def _shipped() -> list[tuple[str, str, str]]:
    """Name, bank and kind of every shipped format, this bank's own first."""
    found = [(name, bank, kind) for name, bank, kinds in mapping.names() for kind in kinds]
    return sorted(found, key=lambda one: one[1] != settings.get().bank_name)


def _formats() -> list[tuple[str, str]]:
    return [(f"{name}:{kind}", f"{bank} · {_(KINDS[kind])}") for name, bank, kind in _shipped()]


def _format(given: str) -> tuple[str, str]:
    known = {f"{name}:{kind}": (name, kind) for name, _bank, kind in _shipped()}
    if given not in known:
        raise Refused("文件格式请从列表中选择", code="import.format")
    return known[given]
