"""The table of every API path that the sandbox answers; a new endpoint is a new row in its own file."""

from __future__ import annotations

from wechat.sandbox import phone
from wechat.sandbox.calls import Endpoint
from wechat.sandbox.oa import table as oa
from wechat.sandbox.wecom import table as wecom

_TABLES = (
    *oa.TABLES,
    phone,
    wecom,
)

ENDPOINTS: dict[str, Endpoint] = {row.path: row for table in _TABLES for row in table.ENDPOINTS}
