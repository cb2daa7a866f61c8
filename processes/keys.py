"""Keys: made at the first demo run and kept closed to others; for production they are only printed."""

from __future__ import annotations

import base64
import json
import os
import secrets
import string
from pathlib import Path

FILE = "keys.json"
_LETTERS = string.ascii_letters + string.digits


def of_demo(data: Path) -> dict[str, str]:
    """The demo's keys as environment variables, made once per data folder: what is sealed must open again tomorrow."""
    path = data / FILE
    if path.exists():
        known: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        return known
    made = fresh() | {
        "HUILIU_OA_APPID": "wx" + secrets.token_hex(8),
        "HUILIU_OA_ORIGINAL_ID": "gh_" + secrets.token_hex(6),
        "HUILIU_OA_SECRET": secrets.token_hex(16),
        "HUILIU_OA_TEMPLATE_ID": "sandbox-service-notice",
        "HUILIU_WECOM_CORPID": "ww" + secrets.token_hex(8),
        "HUILIU_WECOM_AGENTID": "1000002",
        "HUILIU_WECOM_SECRET": secrets.token_urlsafe(32),
    }
    # never readable by others, not even for the moment between making and closing
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(made, file, indent=1)
    return made


def fresh() -> dict[str, str]:
    """New random values for every secret that Huiliu itself chooses."""
    return {
        "HUILIU_SECRET_KEY": secrets.token_urlsafe(48),
        "HUILIU_SEALING_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "HUILIU_INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "HUILIU_OA_TOKEN": _letters(32),
        "HUILIU_OA_AES_KEY": _letters(43),
        "HUILIU_WECOM_TOKEN": _letters(32),
        "HUILIU_WECOM_AES_KEY": _letters(43),
    }


def _letters(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(count))
