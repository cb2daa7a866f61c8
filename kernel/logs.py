"""Structured JSON logs on standard error, with personal data masked by pattern as a last line of defence."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from types import TracebackType
from typing import Any

import structlog

_PATTERNS = (
    (re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)"), r"\1****\2"),
    (re.compile(r"(?<!\d)\d{6}(?:19|20)\d{9}[\dXx](?!\d)"), "[id]"),
    (re.compile(r"(?<!\d)\d{15,19}(?!\d)"), "[number]"),
    (re.compile(r"((?:access_token|corpsecret|secret|code|token)=)[^&\s\"']+", re.IGNORECASE), r"\1[hidden]"),
)
_QUOTING = ("asyncpg", "tortoise")
"""Their messages quote the values of a statement: names and ids of clients that no pattern knows."""
_HIDDEN = "[message hidden: it may quote values]"
_OURS = ("kernel", "wechat", "staff", "community", "loyalty", "campaigns", "webhooks", "web", "processes")
"""Their errors say what they mean and never repeat a value; those of Python and libraries do (int('欧阳'))."""
_CHINESE = re.compile(r"(?:[\u3400-\u9fff]|\\u[3-9][0-9a-f]{3}){2,}")
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def start(process: str, level: str = "INFO") -> None:
    """Configure logging of this process; `process` (web, worker, clock, ...) is on every line."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_render),
        mask,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    structlog.contextvars.bind_contextvars(process=process)
    logging.getLogger("tortoise").setLevel(logging.WARNING)


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; call it with an event name and facts: `log.info("send.accepted", send=17)`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide phones, identity and account numbers and tokens in every text value."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = mask_text(value)
        elif key not in ("timestamp",) and isinstance(value, (list, dict, tuple)):
            event[key] = mask_text(repr(value))
    return event


def mask_text(text: str) -> str:
    """The text with everything that looks like personal data or a credential hidden."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def told(error: BaseException) -> str:
    """What kind of error it is and its message, without what the message may quote; for notes that are kept."""
    return mask_text(f"{type(error).__name__}: {_safe(error)}")


def _render(exc_info: ExcInfo) -> str:
    text = "".join(traceback.format_exception(*exc_info)).rstrip("\n")
    for error in _chain(exc_info[1]):
        if message := str(error):
            text = text.replace(message, _safe(error))
    return text


def _safe(error: BaseException) -> str:
    home = type(error).__module__.split(".")[0]
    if home in _OURS:
        return str(error)
    return _HIDDEN if home in _QUOTING else _CHINESE.sub("[text]", str(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, *(one.exceptions if isinstance(one, BaseExceptionGroup) else ())]
