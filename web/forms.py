"""Forms to dataclasses: each field says its label and limits, and what is wrong comes back as sentences per field."""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from kernel import clock
from kernel.errors import Refused

Form = TypeVar("Form")
LONGEST_TEXT = 5000


class Invalid(Refused):
    """The form can't be used; `errors` has a sentence per field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("；".join(errors.values()) or "表单内容有误", code="form.invalid")
        self.errors = errors


@dataclass(frozen=True)
class Reading(Generic[Form]):
    """What a form held: `form` when it was fine, else `errors` per field; `values` to show it again as typed."""

    form: Form | None
    errors: dict[str, str]
    values: dict[str, Any]


def field(label: str, *, longest: int = 200, least: Any = None, most: Any = None, **kwargs: Any) -> Any:
    """A form field: `label` as on the page; limits for text, numbers and days. A default makes it optional."""
    return dataclasses.field(metadata={"label": label, "longest": longest, "least": least, "most": most}, **kwargs)


async def read(request: Request, form: type[Form]) -> Form:
    """The form as a dataclass. Invalid (a Refused) when something is wrong."""
    reading = await attempt(request, form)
    if reading.form is None:
        raise Invalid(reading.errors)
    return reading.form


async def attempt(request: Request, form: type[Form]) -> Reading[Form]:
    """Read without raising, for pages that show the form again with its errors."""
    return parse(await request.form(), form)


def query(request: Request, form: type[Form]) -> Form:
    """Filters from the address; what can't be read counts as not given."""
    given: list[tuple[str, str | UploadFile]] = list(request.query_params.multi_items())
    reading = parse(FormData(given), form)
    if reading.form is not None:
        return reading.form
    kept = [(key, value) for key, value in given if key not in reading.errors]
    again = parse(FormData(kept), form)
    if again.form is None:
        raise Invalid(again.errors)
    return again.form


def parse(given: FormData, form: type[Form]) -> Reading[Form]:
    """Convert each field of the dataclass `form` from what was given."""
    hints = typing.get_type_hints(form)
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    typed: dict[str, Any] = {}
    for one in dataclasses.fields(form):  # type: ignore[arg-type]  # any dataclass
        raw = given.getlist(one.name)
        values[one.name] = raw if typing.get_origin(hints[one.name]) is list else (raw[0] if raw else "")
        try:
            typed[one.name] = _value(one, hints[one.name], raw)
        except ValueError as error:
            errors[one.name] = str(error)
    return Reading(None if errors else form(**typed), errors, values)


def _value(one: dataclasses.Field[Any], kind: Any, raw: list[str | UploadFile]) -> Any:
    label = one.metadata.get("label", one.name)
    if typing.get_origin(kind) is list:
        inner = typing.get_args(kind)[0]
        return [_convert(item, inner, one, label) for item in raw if item != ""]
    if kind is bool:
        return bool(raw) and raw[0] not in ("", "0", "false")
    first = raw[0] if raw else ""
    is_empty = not first.filename if isinstance(first, UploadFile) else not first.strip()
    if not is_empty:
        return _convert(first, _without_none(kind), one, label)
    if one.default is not dataclasses.MISSING:
        return one.default
    if one.default_factory is not dataclasses.MISSING:
        return one.default_factory()
    raise ValueError(f"请填写{label}")


def _without_none(kind: Any) -> Any:
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return next(option for option in typing.get_args(kind) if option is not type(None))
    return kind


def _convert(raw: str | UploadFile, kind: Any, one: dataclasses.Field[Any], label: str) -> Any:
    if kind is UploadFile or isinstance(raw, UploadFile):
        if kind is not UploadFile or not isinstance(raw, UploadFile):
            raise ValueError(f"{label}请选择文件" if kind is UploadFile else f"{label}请填文字")
        return raw
    if typing.get_origin(kind) is typing.Literal:
        if raw not in typing.get_args(kind):
            raise ValueError(f"{label}请从列表中选择")
        return raw
    if kind is str:
        return _text(raw, one, label)
    try:
        value = _PARSERS[kind](raw.strip().replace("，", "").replace(",", "") if kind is not datetime else raw.strip())
    except (ValueError, InvalidOperation, OverflowError):
        raise ValueError(f"{label}请填{_WANTED[kind]}") from None
    return _within_limits(value, one, label)


def _text(raw: str, one: dataclasses.Field[Any], label: str) -> str:
    text = raw.replace("\r\n", "\n").strip()
    if "\x00" in text:
        raise ValueError(f"{label}含有不可用的字符")
    if len(text) > (longest := one.metadata.get("longest", LONGEST_TEXT)):
        raise ValueError(f"{label}最多 {longest} 个字")
    return text


def _within_limits(value: Any, one: dataclasses.Field[Any], label: str) -> Any:
    least, most = one.metadata.get("least"), one.metadata.get("most")
    if least is not None and value < least:
        raise ValueError(f"{label}不能小于 {least}")
    if most is not None and value > most:
        raise ValueError(f"{label}不能大于 {most}")
    return value


def _whole(text: str) -> int:
    value = int(text)
    if not -(2**63) <= value < 2**63:
        raise ValueError(text)
    return value


def _exact(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite():
        raise ValueError(text)
    return value


def _shanghai(text: str) -> datetime:
    # <input type="datetime-local"> has no zone: staff mean the wall clock in Shanghai
    wall = datetime.fromisoformat(text)
    return clock.at_local(wall.date(), wall.time().replace(tzinfo=None))


_PARSERS: dict[Any, Any] = {int: _whole, Decimal: _exact, date: date.fromisoformat, datetime: _shanghai}
_WANTED = {int: "整数", Decimal: "数字", date: "日期，例如 2026-09-18", datetime: "日期和时间"}
