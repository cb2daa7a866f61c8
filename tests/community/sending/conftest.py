"""A sandbox with people in it, the same people in our database, and the real gateway between the two."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import time

import pytest

from community.sending import lifecycle, policies
from kernel import clock, database, settings
from tests.community.sending.staging import Stage
from wechat import doors
from wechat.sandbox import config, server
from wechat.sandbox.client import Sandbox

NEVER_QUIET = policies.Policy(daily_cap=50, monthly_cap=500, quiet_from=time(0), quiet_until=time(0))
WATCH = """
CREATE OR REPLACE FUNCTION watch_moves() RETURNS trigger AS $$
BEGIN
  IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state = ANY(string_to_array('{legal}', ','))) THEN
    RAISE EXCEPTION 'illegal move % -> %', OLD.state, NEW.state;
  END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql;
DROP TRIGGER IF EXISTS watch_moves ON send;
CREATE TRIGGER watch_moves BEFORE UPDATE ON send FOR EACH ROW EXECUTE FUNCTION watch_moves();
"""


@pytest.fixture
async def awake(db: None) -> AsyncIterator[None]:
    """No quiet hours and high caps, whatever time it is; and PostgreSQL itself refuses any illegal change of state."""
    await policies.ensure_default()
    await policies.save(clock.today(), NEVER_QUIET)
    legal = ",".join(f"{state}>{after}" for state, following in lifecycle.MOVES.items() for after in following)
    await database.execute_script(WATCH.replace("{legal}", legal))
    yield
    await database.execute_script("DROP TRIGGER watch_moves ON send")


@pytest.fixture
async def stage(db: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    now = settings.get()
    place = {
        "official_accounts": [
            {
                "appid": now.oa_appid,
                "secret": now.oa_secret,
                "token": now.oa_token,
                "aes_key": now.oa_aes_key,
                "templates": [{"template_id": now.oa_template_id, "title": "服务通知", "content": ""}],
            }
        ],
        "corps": [
            {
                "corpid": now.wecom_corpid,
                "agents": [
                    {
                        "agentid": now.wecom_agentid,
                        "secret": now.wecom_secret,
                        "token": now.wecom_token,
                        "aes_key": now.wecom_aes_key,
                    }
                ],
            }
        ],
        "switches": {"dispatching_s": 0, "template_delay_s": 0.01, "groupmsg_quota": "none"},
    }
    async with server.running(config.read(place)) as url, Sandbox(f"{url}/_ctl") as control:
        for name, path in (("OA_API", "oa"), ("WECOM_API", "wx"), ("OA_PAGE", "mp")):
            monkeypatch.setenv(f"HUILIU_{name}_URL", f"{url}/{path}")
        settings.forget()
        yield Stage(control)
        await doors.close()
    monkeypatch.undo()
    settings.forget()
