"""The page of accounts: connected, described, diagnosed, rotated, paused; secrets go in and never come out."""

from __future__ import annotations

from datetime import timedelta

from kernel import clock, settings
from staff.models import AuditEntry
from wechat import accounts, accounts_changing, tasks, watching
from wechat.models import Diagnosis, WechatApp

NEW = {
    "side": "official_account",
    "name": "信用卡中心",
    "receive_id": "wxcards00000001",
    "slug": "cards",
    "secret": "a-secret-of-cards",
    "token": "tokenofcards",
    "aes_key": "B" * 43,
    "mode": "safe",
    "body_format": "xml",
}
CARDS = "/settings/connections/official_account/cards"


async def acts() -> list[str]:
    """What the audit says happened to accounts."""
    found = AuditEntry.filter(action__startswith="connection.").order_by("id")
    return [str(action) for action in await found.values_list("action", flat=True)]


async def test_only_the_administrator_sees_accounts(signed_in):
    for role in ("marketing", "director", "branch_head", "reviewer"):
        assert (await (await signed_in(role)).get("/settings/connections")).status == 403
    page = await (await signed_in("administrator")).get("/settings/connections")
    assert page.status == 200
    assert settings.get().oa_appid in page.text
    assert settings.get().wecom_corpid in page.text
    assert "主用" in page.text


async def test_an_account_is_connected_with_fresh_keys_and_its_secrets_are_never_shown_again(signed_in):
    browser = await signed_in("administrator")
    form = (await browser.get("/settings/connections/new")).text
    assert 'data-copy="aes_key"' in form
    assert (await browser.post("/settings/connections/new", NEW)).status == 303
    page = (await browser.get(CARDS)).text
    assert f"{settings.get().public_url}/callbacks/official_account/cards" in page
    secrets_page = (await browser.get(f"{CARDS}/secrets")).text
    for secret in (NEW["secret"], NEW["token"], NEW["aes_key"]):
        assert secret not in page + secrets_page
    app = accounts.by_slug("official_account", "cards")
    assert app is not None
    assert (app.secret, app.token, app.aes_keys) == (NEW["secret"], NEW["token"], (NEW["aes_key"],))
    assert await acts() == ["connection.added"]
    assert NEW["secret"] not in str(await AuditEntry.all().values_list("detail", flat=True))


async def test_a_form_that_lacks_something_says_what_and_keeps_nothing(signed_in):
    browser = await signed_in("administrator")
    wanted = {"receive_id": "请填写 AppID", "secret": "请填写密钥", "slug": "后缀", "token": "令牌", "aes_key": "43 位"}
    bad = {"slug": "有 空格", "token": "!", "aes_key": "short"}
    for name, sentence in wanted.items():
        answer = await browser.post("/settings/connections/new", NEW | {name: bad.get(name, "")})
        assert (answer.status, sentence in answer.text) == (422, True), name
    corp = NEW | {"side": "wecom", "receive_id": "ww1", "agentid": ""}
    assert "AgentId" in (await browser.post("/settings/connections/new", corp)).text
    assert not await WechatApp.exists()
    assert await acts() == []


async def test_a_key_is_rotated_with_both_counting_and_the_old_ones_calls_counted(signed_in):
    browser = await signed_in("administrator")
    await browser.post("/settings/connections/new", NEW)
    fresh = accounts_changing.new_aes_key()
    assert (await browser.post(f"{CARDS}/rotation", {"new_key": fresh, "days": "7"})).status == 303
    app = accounts.by_slug("official_account", "cards")
    assert app is not None
    assert app.aes_keys == (fresh, NEW["aes_key"])
    watching.opened_with_old_key(app)
    page = (await browser.get(CARDS)).text
    assert "接受至" in page
    assert "仍有 1 次回调使用" in page
    assert fresh not in page
    assert (await browser.post(f"{CARDS}/rotation", {"new_key": fresh, "days": "99"})).status == 422
    assert (await browser.post(f"{CARDS}/rotation/end")).status == 303
    app = accounts.by_slug("official_account", "cards")
    assert app is not None
    assert app.aes_keys == (fresh,)
    assert await acts() == ["connection.added", "connection.key_rotated", "connection.overlap_ended"]


async def test_the_environments_key_is_registered_as_the_old_one_and_not_replaced(signed_in):
    browser = await signed_in("administrator")
    own = f"/settings/connections/wecom/{settings.get().wecom_corpid}"
    page = (await browser.get(f"{own}/secrets")).text
    assert "由环境变量提供" in page
    assert (await browser.post(f"{own}/secrets", {"secret": "other"})).status == 303
    assert (await browser.post(f"{own}/rotation", {"days": "3"})).status == 303
    app = accounts.primary("wecom")
    assert (app.secret, app.aes_keys) == (settings.get().wecom_secret, (settings.get().wecom_aes_key,))
    row = await WechatApp.get()
    assert row.secret_sealed is None
    assert row.aes_previous_until is not None
    assert row.aes_previous_until > clock.now() + timedelta(days=2)


async def test_an_account_is_described_paused_resumed_and_made_primary(signed_in):
    browser = await signed_in("administrator")
    await browser.post("/settings/connections/new", NEW)
    said = {"name": "卡中心", "slug": "card-center", "mode": "compatible", "body_format": "json", "template_id": "T-1"}
    moved = "/settings/connections/official_account/card-center"
    assert (await browser.post(CARDS, said)).status == 303
    assert (await browser.get(CARDS)).status == 404
    for act in ("pause", "resume", "primary"):
        assert (await browser.post(f"{moved}/{act}")).status == 303
    app = accounts.primary("official_account")
    assert (app.name, app.slug, app.mode, app.body_format, app.is_paused) == (
        "卡中心",
        "card-center",
        "compatible",
        "json",
        False,
    )
    own = settings.get().oa_appid
    taken = await browser.post(moved, said | {"slug": own})
    assert taken.status == 422
    assert (await acts())[1:] == [
        "connection.described",
        "connection.paused",
        "connection.resumed",
        "connection.made_primary",
    ]


async def test_a_diagnosis_is_asked_for_followed_and_shown_with_what_to_do(signed_in, sandbox):
    browser = await signed_in("administrator")
    own = f"/settings/connections/wecom/{settings.get().wecom_corpid}"
    assert (await browser.post(f"{own}/diagnosis")).status == 303
    run = await Diagnosis.get()
    assert "排队中" in (await browser.get(f"{own}/diagnosis")).text
    await tasks.diagnose.now(run.id)
    page = (await browser.get(own)).text
    assert "没有任何成员可以使用客户联系" in page
    assert "加入应用的可见范围" in page
    assert "有问题 1" in (await browser.get("/settings/connections")).text
    assert await acts() == ["connection.diagnosed"]


async def test_an_unknown_account_is_not_found(signed_in):
    browser = await signed_in("administrator")
    for path in ("wecom/nobody", "nonsense/nobody", f"wecom/{settings.get().oa_appid}"):
        assert (await browser.get(f"/settings/connections/{path}")).status == 404
