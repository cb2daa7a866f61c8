"""One row of a bank's file, judged: what it says, or why it is refused and how to mend it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from community.suitability import kyc
from kernel import clock
from loyalty.assets.mapping import Mapping
from loyalty.assets.reading import Row

SCIENTIFIC = re.compile(r"^\d(\.\d+)?[eE]\+?\d+$")
IDENTIFIER = re.compile(r"^[0-9A-Za-z][0-9A-Za-z\-_]*$")
PHONE = re.compile(r"^1[3-9]\d{9}$")
MAX_IDENTIFIER = 40
MAX_NAME = 60
MAX_FEN = 10**15
NO_EXPIRY = "证件有效期不存在或格式不对，应形如 2030-12-31，长期有效填“长期”"
EARLIEST = date(1990, 1, 1)


@dataclass(frozen=True)
class Refusal:
    """Why a row is not taken in: a stable code, the column, and a sentence for staff that never repeats the value."""

    code: str
    message: str
    column: str = ""


@dataclass(frozen=True)
class StatementRow:
    """A booked row; amount signed, in fen. `reference` may be empty; `client` is the bank's client number; matures_on:
    the day on which the account's deposit is due, where the file says it."""

    number: int
    account: str
    reference: str
    booked_on: date
    amount_fen: int
    balance_fen: int
    kind: str
    is_external: bool
    client: str = ""
    product: str = "deposit"
    matures_on: date | None = None


@dataclass(frozen=True)
class ClientRow:
    """A client of the bank. consent: True, False, or None when the file says nothing; unionid: WeChat's, if bound.

    risk_level: 1 to 5 with the moment of the assessment, 0 for nothing said.
    """

    number: int
    bank_number: str
    name: str
    phone: str
    gender: str
    branch: str
    owner: str
    consent: bool | None
    unionid: str = ""
    risk_level: int = 0
    assessed_at: datetime | None = None
    kyc_state: str = ""
    document_kind: str = ""
    document_expires_on: date | None = None


class _Bad(Exception):
    def __init__(self, code: str, message: str, column: str = "") -> None:
        super().__init__(code)
        self.refusal = Refusal(code, message, column)


def statement_row(row: Row, headers: tuple[str, ...], mapping: Mapping, today: date) -> StatementRow | Refusal:
    """What a statement row says. `today` in Shanghai: a booking after it is refused."""
    try:
        _shape(row, headers)
        kind, is_external = _kind(row, mapping)
        return StatementRow(
            number=row.number,
            account=_identifier(row, mapping, "account", required=True),
            reference=_identifier(row, mapping, "reference", required="reference" in mapping.columns),
            booked_on=_day(row, mapping, today),
            amount_fen=_amount(row, mapping),
            balance_fen=_money(row, mapping, "balance"),
            kind=kind,
            is_external=is_external,
            client=_identifier(row, mapping, "client", required=False),
            product=_product(row, mapping),
            matures_on=_later_day(row, mapping, "matures_on", "到期日不存在或格式不对，应形如 2030-12-31"),
        )
    except _Bad as bad:
        return bad.refusal


def client_row(row: Row, headers: tuple[str, ...], mapping: Mapping, known: Known) -> ClientRow | Refusal:
    """What a client row says. `known`: the branch codes and logins that exist."""
    try:
        _shape(row, headers)
        consent = _coded(row, mapping, "consent")
        risk_level, assessed_at = _assessment(row, mapping)
        return ClientRow(
            number=row.number,
            bank_number=_identifier(row, mapping, "number", required=True),
            name=_name(row, mapping),
            phone=_phone(row, mapping),
            gender=_coded(row, mapping, "gender"),
            branch=_known(row, mapping, "branch", known.branches, "机构号不存在，请先在系统中建立该机构"),
            owner=_known(row, mapping, "owner", known.logins, "客户经理工号不存在或已停用，请核对"),
            consent={"yes": True, "no": False}.get(consent),
            unionid=_identifier(row, mapping, "unionid", required=False),
            risk_level=risk_level,
            assessed_at=assessed_at,
            kyc_state=_coded(row, mapping, "kyc_state"),
            document_kind=_coded(row, mapping, "document_kind"),
            document_expires_on=_later_day(row, mapping, "document_expires_on", NO_EXPIRY),
        )
    except _Bad as bad:
        return bad.refusal


@dataclass(frozen=True)
class Known:
    """What a client row may point at."""

    branches: frozenset[str]
    logins: frozenset[str]


def _shape(row: Row, headers: tuple[str, ...]) -> None:
    if row.formula_in:
        raise _Bad("cell.formula", "单元格含公式，请粘贴为数值后再导入", row.formula_in)
    if len(row.cells) < len(headers):
        raise _Bad("row.short", f"这一行只有 {len(row.cells)} 列，应为 {len(headers)} 列，请核对分隔符")
    if any(row.cells[len(headers) :]):
        raise _Bad("row.long", f"这一行有 {len(row.cells)} 列，应为 {len(headers)} 列，请给含分隔符的内容加引号")
    if any("\x00" in cell for cell in row.cells):
        raise _Bad("cell.unreadable", "单元格含不可见的控制字符，请重新导出")


def _cell(row: Row, mapping: Mapping, word: str) -> tuple[str, str]:
    column = mapping.columns.get(word, "")
    return column, row.by_header.get(column, "") if column else ""


def _identifier(row: Row, mapping: Mapping, word: str, *, required: bool) -> str:
    column, text = _cell(row, mapping, word)
    if not text:
        if required:
            raise _Bad(f"{word}.missing", f"“{column}”不能为空", column)
        return ""
    if SCIENTIFIC.match(text):
        raise _Bad(f"{word}.scientific", "号码被表格软件改成了科学计数法，请把该列设为文本格式后重新导出", column)
    if len(text) > MAX_IDENTIFIER or not IDENTIFIER.match(text):
        raise _Bad(f"{word}.malformed", f"号码只能含字母、数字和短横线，最长 {MAX_IDENTIFIER} 位", column)
    return text


def _day(row: Row, mapping: Mapping, today: date) -> date:
    column, text = _cell(row, mapping, "date")
    day = mapping.day(text)
    if day is None:
        raise _Bad("date.invalid", f"日期不存在或格式不对，应形如 {today.strftime(mapping.date_formats[0])}", column)
    if day > today:
        raise _Bad("date.future", "交易日期晚于今天，请核对", column)
    if day < EARLIEST:
        raise _Bad("date.too_early", "交易日期早于 1990 年，请核对年份", column)
    return day


def _assessment(row: Row, mapping: Mapping) -> tuple[int, datetime | None]:
    level = _coded(row, mapping, "risk_level")
    column, text = _cell(row, mapping, "assessed_at")
    if bool(level) != bool(text):
        raise _Bad("assessment.half", "风险等级和评估日期须同时填写", column)
    if not text:
        return 0, None
    written, _, wall = text.partition(" ")
    day = mapping.day(written)
    try:
        at = clock.at_local(day, time.fromisoformat(wall or "00:00")) if day and day >= EARLIEST else None
    except ValueError:
        at = None
    if at is None:
        raise _Bad("assessed_at.invalid", "评估日期不存在或格式不对，应形如 2026-03-01 或 2026-03-01 10:30", column)
    return int(level), at


def _later_day(row: Row, mapping: Mapping, word: str, message: str) -> date | None:
    column, text = _cell(row, mapping, word)
    if not text:
        return None
    day = kyc.UNLIMITED if text in mapping.unlimited else mapping.day(text)
    if day is None or day < EARLIEST:
        raise _Bad(f"{word}.invalid", message, column)
    return day


def _amount(row: Row, mapping: Mapping) -> int:
    if "amount" not in mapping.columns:
        return _two_columns(row, mapping)
    amount = _money(row, mapping, "amount")
    if mapping.sign_column:
        code = row.by_header.get(mapping.sign_column, "")
        if amount < 0:
            raise _Bad("amount.negative", "金额不能为负，方向由借贷标志决定", mapping.columns["amount"])
        if code in mapping.debit_codes:
            amount = -amount
        elif code not in mapping.credit_codes:
            raise _Bad("sign.unknown", "借贷标志不在模板的代码表里，请核对或补充代码", mapping.sign_column)
    return amount


def _two_columns(row: Row, mapping: Mapping) -> int:
    filled = [word for word in ("credit", "debit") if _cell(row, mapping, word)[1] not in ("", "0", "0.00")]
    if len(filled) != 1:
        raise _Bad("amount.ambiguous", "收入和支出必须且只能填一个", mapping.columns["credit"])
    amount = _money(row, mapping, filled[0])
    return amount if filled[0] == "credit" else -amount


def _money(row: Row, mapping: Mapping, word: str) -> int:
    column, text = _cell(row, mapping, word)
    if not text:
        raise _Bad(f"{word}.missing", f"“{column}”不能为空，单位元", column)
    plain = text.replace(mapping.thousands_mark, "") if mapping.thousands_mark else text
    plain = plain.replace(mapping.decimal_mark, ".") if mapping.decimal_mark != "." else plain
    fen = _fen(plain)
    if fen is None:
        raise _Bad(f"{word}.not_a_number", "金额请填数字，单位元，最多两位小数", column)
    if abs(fen) > MAX_FEN:
        raise _Bad(f"{word}.too_large", "金额超出合理范围，请核对单位是否为元", column)
    return fen


def _fen(text: str) -> int | None:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}(\.[0-9]+)?", text):
        return None
    try:
        fen = Decimal(text) * 100
    except InvalidOperation:
        return None
    return int(fen) if fen == fen.to_integral_value() else None


def _kind(row: Row, mapping: Mapping) -> tuple[str, bool]:
    for rule in mapping.kinds:
        if all(row.by_header.get(column, "") in values for column, values in rule.when.items()):
            return rule.kind, rule.external
    return "other", False


def _product(row: Row, mapping: Mapping) -> str:
    if "product" not in mapping.columns:
        return "deposit"
    column, text = _cell(row, mapping, "product")
    if text not in mapping.products:
        raise _Bad("product.unknown", "产品类型不在模板的代码表里，请核对或补充代码", column)
    return mapping.products[text]


def _name(row: Row, mapping: Mapping) -> str:
    column, text = _cell(row, mapping, "name")
    if not text:
        raise _Bad("name.missing", "姓名不能为空", column)
    if len(text) > MAX_NAME or any(ord(letter) < 32 for letter in text):
        raise _Bad("name.malformed", f"姓名最长 {MAX_NAME} 个字，且不能含控制字符", column)
    return text


def _phone(row: Row, mapping: Mapping) -> str:
    column, text = _cell(row, mapping, "phone")
    digits = re.sub(r"[\s\-]", "", text).removeprefix("+86")
    if digits and SCIENTIFIC.match(digits):
        raise _Bad("phone.scientific", "手机号被表格软件改成了科学计数法，请把该列设为文本格式后重新导出", column)
    if digits and not PHONE.match(digits):
        raise _Bad("phone.malformed", "手机号应为 11 位大陆手机号", column)
    return digits


def _coded(row: Row, mapping: Mapping, word: str) -> str:
    column, text = _cell(row, mapping, word)
    table = mapping.codes.get(word, {})
    if column and text not in table:
        raise _Bad(f"{word}.unknown", f"只能填：{'、'.join(code for code in table if code)}", column)
    return table.get(text, "") if column else ""


def _known(row: Row, mapping: Mapping, word: str, known: frozenset[str], message: str) -> str:
    column, text = _cell(row, mapping, word)
    if text and text not in known:
        raise _Bad(f"{word}.unknown", message, column)
    return text
