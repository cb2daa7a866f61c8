"""What the fork server has done before it forks a child: all imported, and the tables' classes tied together.

Only the fork server imports this; the tie costs more than all else that a child does before it dies.
"""

from __future__ import annotations

import asyncio

from tortoise import Tortoise

from processes import schema
from tests.community.sending import child

assert child.LIMIT
asyncio.run(Tortoise.init(config=schema.OFFLINE, init_connections=False))
