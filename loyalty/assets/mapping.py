"""A bank's mapping file: which column holds what, and how dates, amounts, signs and codes are written."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from kernel.errors import Refused

FOLDER = Path(__file__).parent / "mappings"
FILE_KINDS = ("clients", "statement")
REQUIRED = {"clients": ("number", "name"), "statement": ("account", "date", "balance")}


@dataclass(frozen=True)
class KindRule:
    """Rows whose cells are in `when` are of this kind; external: money that entered or left the bank."""

    kind: str
    when: Dictionary[str, tuple[str, ...]]
    external: bool = False


@dataclass(frozen=True)
class Mapping:
    """One kind of file of one bank. `columns`: our word -> the file's header; `codes`: our word -> code table.

    optional: words whose column may be missing from a file.
    unlimited: what stands for a document without an end. day_order says what closes a day:
    "file" (its last row) or "balances" (the row on which no other of the day builds).
    """

    bank: str
    name: str
    kind: str
    columns: Dictionary[str, str]
    optional: frozenset[str] = frozenset()
    delimiter: str = ","
    encodings: tuple[str, ...] = ("utf-8", "gb18030")
    date_formats: tuple[str, ...] = ("%Y-%m-%d",)
    decimal_mark: str = "."
    thousands_mark: str = ""
    sign_column: str = ""
    credit_codes: frozenset[str] = frozenset()
    debit_codes: frozenset[str] = frozenset()
    kinds: tuple[KindRule, ...] = ()
    products: Dictionary[str, str] = field(default_factory=dict)
    codes: Dictionary[str, Dictionary[str, str]] = field(default_factory=dict)
    day_order: str = "file"
    balance_tolerance_fen: int = 0
    unlimited: frozenset[str] = frozenset()

    def day(self, text: str) -> date | None:
        """The day that a cell names in one of the bank's ways of writing it; None when it names none."""
        return _parse_day(text, self.date_formats)

    def needed(self) -> frozenset[str]:
        """Every header that is read when the file has it."""
        return frozenset(self.columns.values()) | frozenset(self.headers())

    def headers(self) -> list[str]:
        """Every header the file must have."""
        ruled = {column for rule in self.kinds for column in rule.when}
        columns = [column for word, column in self.columns.items() if word not in self.optional]
        return list(dict.fromkeys([*columns, *filter(None, [self.sign_column]), *sorted(ruled)]))


def names() -> list[tuple[str, str, list[str]]]:
    """The mappings that are shipped: (name, bank's name, kinds of file)."""
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        content = _content(path.stem)
        found.append((path.stem, str(content["name"]), [kind for kind in FILE_KINDS if kind in content]))
    return found


def load(name: str, kind: str) -> Mapping:
    """The mapping of one kind of file. Refused: no such mapping or kind."""
    if name not in {path.stem for path in FOLDER.glob("*.toml")}:
        raise Refused("没有这家银行的导入模板", code="import.no_mapping")
    content = _content(name)
    if kind not in FILE_KINDS or kind not in content:
        raise Refused("这家银行的模板不支持这类文件", code="import.no_kind")
    return read_mapping(content, kind)


def read_mapping(content: dict[str, Any], kind: str) -> Mapping:
    """A mapping from the parsed TOML; ValueError names what is missing."""
    part = content[kind]
    sign = part.get("sign", {})
    made = Mapping(
        bank=content["bank"],
        name=content["name"],
        kind=kind,
        columns=part["columns"],
        optional=frozenset(part.get("optional", ())),
        sign_column=sign.get("column", ""),
        credit_codes=frozenset(sign.get("credit", ())),
        debit_codes=frozenset(sign.get("debit", ())),
        kinds=tuple(_kind_rule(rule) for rule in part.get("kinds", ())),
        products=part.get("products", {}),
        codes=part.get("codes", {}),
        unlimited=frozenset(part.get("unlimited", ())),
        encodings=tuple(part.get("encodings", Mapping.encodings)),
        date_formats=tuple(part.get("date_formats", Mapping.date_formats)),
        **{
            key: part[key]
            for key in ("delimiter", "decimal_mark", "thousands_mark", "day_order", "balance_tolerance_fen")
            if key in part
        },
    )
    missing = [word for word in REQUIRED[kind] if word not in made.columns]
    has_amount = "amount" in made.columns or {"credit", "debit"} <= set(made.columns)
    if missing or (kind == "statement" and not has_amount):
        raise ValueError(f"mapping {made.bank}/{kind} lacks {missing or 'amount (or credit and debit)'}")
    return made


@functools.lru_cache(maxsize=32)
def _content(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _kind_rule(rule: dict[str, Any]) -> KindRule:
    return KindRule(
        kind=rule["kind"],
        when={column: tuple(values) for column, values in rule["when"].items()},
        external=bool(rule.get("external", False)),
    )


@functools.lru_cache(maxsize=4096)
def _parse_day(text: str, formats: tuple[str, ...]) -> date | None:
    for form in formats:
        try:
            # only the calendar day is taken: a bank's statement days are Shanghai days already
            return datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None
