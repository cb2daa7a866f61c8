"""The connection doctor against the sandbox: each check, healthy and with the fault that it exists for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel import clock, database, settings
from tests.conftest import sandbox_place
from wechat import accounts, accounts_changing, diagnosing, tasks, watching
from wechat.accounts_changing import Described
from wechat.apps import App
from wechat.findings import Finding
from wechat.models import Diagnosis
from wechat.sandbox.client import Sandbox

ELSEWHERE = "203.0.113.9"


async def seen(app: App, check: str) -> Finding:
    """What the doctor says of one check."""
    return next(one for one in await diagnosing.look(app) if one.check == check)


async def account_with(sandbox: Sandbox, **changes: Any) -> App:
    """Our official account, with something changed on WeChat's side."""
    (account,) = sandbox_place()["official_accounts"]
    await sandbox.config(official_accounts=[{**account, **changes}], check=False)
    return accounts.primary("official_account")


async def agent_with(sandbox: Sandbox, **changes: Any) -> App:
    """Our WeCom app, with something changed on WeCom's side."""
    (corp,) = sandbox_place()["corps"]
    (agent,) = corp["agents"]
    await sandbox.config(corps=[{**corp, "agents": [{**agent, **changes}]}], check=False)
    return accounts.primary("wecom")


async def test_a_healthy_account_and_corp_have_nothing_wrong(sandbox: Sandbox) -> None:
    await sandbox.seed("small")
    for app in (accounts.primary("official_account"), accounts.primary("wecom")):
        watching.received(app)
        found = await diagnosing.look(app)
        assert [(one.check, one.reason) for one in found if one.verdict != "ok"] == []


@pytest.mark.parametrize("code", [40125, 40001])
async def test_a_wrong_secret_is_named_and_where_the_right_one_is_found(sandbox: Sandbox, code: int) -> None:
    await sandbox.switches(wrong_secret_errcode=code)
    app = await account_with(sandbox, secret="another-secret")
    found = await seen(app, "token")
    assert found.verdict == "wrong"
    assert str(code) in found.reason
    assert "公众平台" in found.mend
    assert (await seen(app, "quota")).verdict == "skipped"


async def test_a_wrong_secret_of_the_corp_is_named_too(sandbox: Sandbox) -> None:
    found = await seen(await agent_with(sandbox, secret="another-secret"), "token")
    assert found.verdict == "wrong"
    assert "企业微信管理后台" in found.mend


async def test_an_unlisted_address_is_told_with_the_address_to_add(sandbox: Sandbox) -> None:
    app = await account_with(sandbox, ip_whitelist=[ELSEWHERE])
    found = await seen(app, "ip_list")
    assert found.verdict == "wrong"
    assert "127.0.0.1" in found.mend
    corp = await agent_with(sandbox, ip_list=[ELSEWHERE])
    found = await seen(corp, "ip_list")
    assert found.verdict == "wrong"
    assert "127.0.0.1" in found.mend
    assert "可信 IP" in found.mend


async def test_a_system_apps_secret_is_told_from_a_self_built_apps(sandbox: Sandbox) -> None:
    app = await agent_with(sandbox, system=True)
    found = await seen(app, "permission")
    assert found.verdict == "wrong"
    assert "48002" in found.reason
    assert "自建应用" in found.mend


async def test_a_secret_of_another_app_is_noticed(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    app = await agent_with(sandbox, agentid=1000099)
    found = await seen(app, "secret_kind")
    assert (found.verdict, "301002" in found.reason) == ("wrong", True)


async def test_an_account_without_permission_for_fans_is_told(sandbox: Sandbox) -> None:
    app = await account_with(sandbox, denied=["*user/get"])
    found = await seen(app, "permission")
    assert (found.verdict, "48001" in found.reason) == ("wrong", True)


async def test_a_corp_in_which_nobody_may_have_clients_is_told(sandbox: Sandbox) -> None:
    found = await seen(await agent_with(sandbox), "visible_range")
    assert found.verdict == "wrong"
    assert "客户联系" in found.mend


@pytest.mark.parametrize("code", [60011, 60111])
async def test_a_member_out_of_sight_is_told(sandbox: Sandbox, code: int) -> None:
    await sandbox.seed("small")
    await sandbox.faults({"path": "*cgi-bin/user/get", "kind": "errcode", "errcode": code})
    found = await seen(accounts.primary("wecom"), "visible_range")
    assert (found.verdict, str(code) in found.reason) == ("wrong", True)
    assert "可见范围" in found.mend


@pytest.mark.parametrize(("minutes", "verdict"), [(0, "ok"), (1, "note"), (9, "wrong"), (-9, "wrong")])
async def test_a_clock_that_runs_off_is_told_before_callbacks_count_as_stale(
    sandbox: Sandbox, minutes: int, verdict: str
) -> None:
    with clock.frozen(clock.now() + timedelta(minutes=minutes)):
        found = await seen(accounts.primary("official_account"), "clock")
    assert found.verdict == verdict
    assert "NTP" in found.mend or verdict == "ok"


async def test_callbacks_are_told_as_they_come(sandbox: Sandbox) -> None:
    app = accounts.primary("official_account")
    assert "还没有收到过" in (await seen(app, "callback")).reason
    watching.verified(app)
    assert "通过验证" in (await seen(app, "callback")).reason
    watching.received(app)
    assert (await seen(app, "callback")).verdict == "ok"
    for _ in range(3):
        watching.refused(app, "signature")
    found = await seen(app, "callback")
    assert (found.verdict, "签名不对" in found.reason, "3 次" in found.reason) == ("wrong", True, True)
    with clock.frozen(clock.now() + timedelta(days=2)):
        watching.received(app)
        assert (await seen(app, "callback")).verdict == "ok"
    with clock.frozen(clock.now() + timedelta(days=4)):
        assert "超过一天" in (await seen(app, "callback")).reason


async def test_a_used_up_quota_is_told_with_its_end(sandbox: Sandbox) -> None:
    app = await account_with(sandbox, daily_limits={"/cgi-bin/message/custom/send": 0})
    found = await seen(app, "quota")
    assert (found.verdict, "已用完" in found.reason) == ("wrong", True)
    corp = accounts.primary("wecom")
    await database.execute(
        "INSERT INTO api_hold (app, api, kind, reason, message, since, until_at)"
        " VALUES ($1, '/cgi-bin/externalcontact/get', 'quota', 'quota_min', '接口调用过于频繁', $2, $3)",
        *(corp.key, clock.now(), clock.now() + timedelta(minutes=1)),
    )
    found = await seen(corp, "quota")
    assert (found.verdict, "过于频繁" in found.reason) == ("wrong", True)


@pytest.mark.parametrize(
    ("fault", "said"),
    [("reset", "切断"), ("html_200", "不是微信接口"), ("http_502", "502")],
)
async def test_a_platform_that_gives_no_answer_is_no_crash(sandbox: Sandbox, fault: str, said: str) -> None:
    await sandbox.faults({"path": "*stable_token", "kind": fault})
    found = await seen(accounts.primary("official_account"), "token")
    assert (found.verdict, said in found.reason) == ("wrong", True)


async def test_what_is_missing_is_said_before_anything_is_asked(db: None) -> None:
    app = await accounts_changing.add("official_account", "wxbare", 0, Described("新号", "bare"))
    found = await diagnosing.look(app)
    assert "密钥（Secret）" in found[0].reason
    assert {one.verdict for one in found if one.check in ("token", "permission", "quota")} == {"skipped"}


async def test_a_run_goes_on_in_the_background_step_by_step_and_is_kept(sandbox: Sandbox) -> None:
    await sandbox.seed("small")
    app = accounts.primary("wecom")
    run = await diagnosing.ask(app)
    assert (await diagnosing.ask(app)).id == run.id
    assert run.state == "waiting"
    await tasks.diagnose.now(run.id)
    await tasks.diagnose.now(run.id)
    done = await Diagnosis.get(id=run.id)
    assert (done.state, done.steps, done.steps_done) == ("done", 9, 9)
    assert [one["check"] for one in done.findings][:2] == ["settings", "token"]
    assert done.ended_at is not None
    assert settings.get().wecom_secret not in str(done.findings)


async def test_no_finding_tells_a_secret_or_a_token(sandbox: Sandbox) -> None:
    await sandbox.seed("small")
    now = settings.get()
    for app in accounts.every():
        told = str(await diagnosing.look(app))
        assert not [one for one in (now.oa_secret, now.wecom_secret, now.oa_token, now.wecom_token) if one in told]
