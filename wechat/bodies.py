"""Callback bodies, XML or JSON, as nested dicts of texts; nothing in them can reach a file, the net or our memory."""

from __future__ import annotations

import json
import re
from typing import Any

from lxml import etree

from wechat.envelope import BadCallback

DEPTH = 20
DECLARATION = re.compile(rb"<!\s*(?:doctype|entity)", re.IGNORECASE)
BLANKS = " \t\r\n"
LEAVES = re.compile(
    r"[ \t\r\n]*+<([A-Za-z_][A-Za-z0-9_.-]{0,63}+)>"
    r"(?:<!\[CDATA\[([^\]]*+(?:\](?!\]>)[^\]]*+)*+)\]\]>|([^<>&]*+))</\1>|(.++)",
    re.DOTALL,
)
"""One leaf after the other, then whatever comes after the last one.

Possessive throughout: a body is read once from left to right, whatever is in it.
"""
TAG = re.compile(rb"<(/?)[A-Za-z_][^<>]*+>")
BRACKET = re.compile(rb"\"(?:[^\"\\]++|\\.)*+\"|([\[{])|([\]}])", re.DOTALL)
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What no parser of XML takes, although it may stand in what a client wrote."""
LONELY = re.compile("[\x00\ud800-\udfff]")
"""What JSON can say and no text can hold: halves of characters, and the end of a string."""
PARSER = etree.XMLParser(
    encoding="utf-8",
    resolve_entities=False,
    load_dtd=False,
    no_network=True,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
)


def read(raw: bytes) -> dict[str, Any]:
    """Element names to texts, dicts or, where a name repeats, lists; BadCallback: malformed or doctype."""
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise BadCallback("malformed") from None
    if "\0" in text:
        # neither the database nor any parser can hold it; whoever wrote it is understood without
        text = text.replace("\0", "")
        raw = text.encode()
    flat = _read_flat(text)
    if flat is not None:
        return flat
    if text.lstrip()[:1] == "{":
        refuse_depth(raw)
        return _read_json(text)
    return _read_nested(UNWRITABLE.sub("", text).encode())


def refuse_declarations(raw: bytes) -> None:
    """BadCallback(doctype) for a document type or entity; inside CDATA they are only what a client wrote."""
    if DECLARATION.search(raw) and DECLARATION.search(_without_cdata(raw)):
        raise BadCallback("doctype")


def refuse_depth(raw: bytes) -> None:
    """BadCallback(malformed) for a body that nests too deeply, seen before any parser builds it."""
    depth = 0
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        for opens, closes in BRACKET.findall(raw):
            depth += bool(opens) - bool(closes)
            if depth > DEPTH:
                raise BadCallback("malformed")
        return
    for tag in TAG.finditer(_without_cdata(raw)):
        if not tag[0].endswith(b"/>"):
            depth += -1 if tag[1] else 1
        if depth > DEPTH:
            raise BadCallback("malformed")


def _without_cdata(raw: bytes) -> bytes:
    # one pass with find: a pattern would start anew at each of thousands of unclosed sections
    kept, position = [], 0
    while (start := raw.find(b"<![CDATA[", position)) >= 0:
        kept.append(raw[position:start])
        end = raw.find(b"]]>", start)
        if end < 0:
            return b"".join(kept)
        position = end + 3
    return b"".join([*kept, raw[position:]])


def _read_flat(text: str) -> dict[str, Any] | None:
    # the common case at a third of the parser's cost; whatever is not exactly a flat list falls through, never a guess
    whole = text.strip(BLANKS)
    if not whole.startswith("<xml>") or not whole.endswith("</xml>"):
        return None
    leaves = LEAVES.findall(whole, 5, len(whole) - 6)
    if leaves and (rest := leaves[-1][3]):
        leaves.pop()
        if rest.strip(BLANKS):
            return None
    found = {name: quoted or plain.strip() for name, quoted, plain, _ in leaves}
    return found if len(found) == len(leaves) else None


def _read_nested(raw: bytes) -> dict[str, Any]:
    refuse_declarations(raw)
    refuse_depth(raw)
    try:
        root = etree.fromstring(raw, PARSER)
    except (etree.XMLSyntaxError, ValueError):
        raise BadCallback("malformed") from None
    value = _value(root, 1)
    if not isinstance(value, dict):
        raise BadCallback("malformed")
    return value


def _value(element: etree._Element, depth: int) -> Any:
    if depth > DEPTH:
        raise BadCallback("malformed")
    children = [child for child in element if isinstance(child.tag, str)]
    if not children:
        return (element.text or "").strip() if depth > 1 else {}
    found: dict[str, Any] = {}
    for child in children:
        value = _value(child, depth + 1)
        if child.tag not in found:
            found[child.tag] = value
        elif isinstance(found[child.tag], list):
            found[child.tag].append(value)
        else:
            found[child.tag] = [found[child.tag], value]
    return found


def _read_json(text: str) -> dict[str, Any]:
    try:
        value = _texts(json.loads(text), 1)
    except (ValueError, RecursionError):
        # ValueError: also a number with more digits than Python reads
        raise BadCallback("malformed") from None
    if not isinstance(value, dict):
        raise BadCallback("malformed")
    return value


def _texts(value: Any, depth: int) -> Any:
    if depth > DEPTH:
        raise BadCallback("malformed")
    if isinstance(value, dict):
        return {LONELY.sub("", name): _texts(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_texts(inner, depth + 1) for inner in value]
    return "" if value is None else LONELY.sub("", str(value))
