"""The web process: callbacks first, then pages; opens the database at start and closes every door at the end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import redis.exceptions
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp
from tortoise.exceptions import BaseORMException

from kernel import cache, database, logs, settings, tasks
from processes import registrations, schema  # noqa: F401  # registrations: imported for what it registers
from web import routes, shell
from webhooks import express, intake, letters
from wechat import accounts, doors, watching

POOL = (2, 10)
STOP_SECONDS = 10


def run() -> None:
    """Serve until told to stop; requests under way get STOP_SECONDS to end."""
    wanted = settings.get()
    logs.start("web", wanted.log_level)
    uvicorn.run(
        build(),
        host=wanted.web_host,
        port=wanted.web_port,
        http=express.CallbackProtocol,
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )


def build() -> ASGIApp:
    """The whole application: callbacks are taken in front of the router, which is for people."""
    app = Starlette(
        routes=[
            Route("/health/live", is_alive, name="health_live"),
            Route("/health/ready", is_ready, name="health_ready"),
            *routes.routes(),
        ],
        middleware=shell.middleware(),
        exception_handlers=shell.exception_handlers(),
        lifespan=_lifespan,
    )
    # the console's health page shows the inbox; web and webhooks are strangers to each other
    app.state.callbacks = letters
    return intake.Intake(app)


async def is_alive(_request: Request) -> Response:
    """GET /health/live: the process answers."""
    return JSONResponse({"alive": True})


async def is_ready(_request: Request) -> Response:
    """GET /health/ready: 200 when the database answers; a lost Redis is told but only means delay."""
    state = {"database": await _has_database(), "redis": await _has_redis()}
    return JSONResponse(state, status_code=200 if state["database"] else 503)


@contextlib.asynccontextmanager
async def _lifespan(_app: Starlette) -> AsyncIterator[None]:
    await database.open_database(schema.config(pool=POOL))
    tasks.connect(settings.get().redis_url)
    await accounts.refresh(0)
    keeping = asyncio.create_task(_keep_accounts())
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await watching.write()
        await doors.close()
        await cache.close_redis()
        await database.close_database()


async def _keep_accounts() -> None:
    # callbacks are verified from memory: what the console changes, and what callbacks told, is exchanged here
    while True:
        await asyncio.sleep(accounts.MAX_AGE_S)
        await watching.write()
        await accounts.refresh(0)


async def _has_database() -> bool:
    try:
        return bool(await database.fetch_value("SELECT count(*) > 0 FROM tortoise_migrations"))
    except (BaseORMException, OSError):
        return False


async def _has_redis() -> bool:
    try:
        return bool(await cache.redis_client().ping())
    except (redis.exceptions.RedisError, OSError):
        return False
