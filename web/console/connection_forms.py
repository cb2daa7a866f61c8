"""What is typed about an account, and what of its secrets may be told: whether they are set, by whom, since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from kernel import settings
from web import forms
from wechat.accounts_changing import Described
from wechat.apps import App
from wechat.models import WechatApp

SECRETS = {"secret": "密钥（Secret）", "token": "令牌（Token）", "aes_key": "EncodingAESKey"}
FROM_SETTINGS = {
    "official_account": {"secret": "oa_secret", "token": "oa_token", "aes_key": "oa_aes_key"},
    "wecom": {"secret": "wecom_secret", "token": "wecom_token", "aes_key": "wecom_aes_key"},
}
SLUG_HELP = "3 至 40 位小写字母、数字或连字符；改动后要到微信后台同步修改"


@dataclass(frozen=True)
class DescriptionForm:
    """What may be shown of an account."""

    name: str = forms.field("名称", longest=60)
    slug: str = forms.field("回调地址后缀", longest=40)
    original_id: str = forms.field("原始 ID", longest=64, default="")
    template_id: str = forms.field("服务通知模板 ID", longest=64, default="")
    mode: Literal["safe", "compatible", "plain"] = forms.field("加密方式", default="safe")
    body_format: Literal["xml", "json"] = forms.field("数据格式", default="xml")


@dataclass(frozen=True)
class NewForm(DescriptionForm):
    """A new account, with its secrets."""

    side: Literal["official_account", "wecom"] = forms.field("类型", default="official_account")
    receive_id: str = forms.field("AppID 或企业 ID", longest=64, default="")
    agentid: int = forms.field("AgentId", least=0, most=2**31 - 1, default=0)
    secret: str = forms.field("密钥", longest=128, default="")
    token: str = forms.field("令牌", longest=32, default="")
    aes_key: str = forms.field("EncodingAESKey", longest=43, default="")


@dataclass(frozen=True)
class SecretsForm:
    """New secrets; what is left empty stays as it is."""

    secret: str = forms.field("密钥", longest=128, default="")
    token: str = forms.field("令牌", longest=32, default="")
    aes_key: str = forms.field("EncodingAESKey", longest=43, default="")


@dataclass(frozen=True)
class RotationForm:
    """The next key, and how long the present one still counts."""

    days: int = forms.field("旧密钥保留天数", least=1, most=30)
    new_key: str = forms.field("新 EncodingAESKey", longest=43, default="")


@dataclass(frozen=True)
class Secret:
    """One secret as the page tells of it, never the secret itself."""

    name: str
    label: str
    is_set: bool
    is_from_settings: bool
    changed_at: datetime | None


def described(form: DescriptionForm) -> Described:
    """The description without what the form has besides."""
    return Described(
        form.name.strip(),
        form.slug.strip(),
        form.original_id.strip(),
        form.template_id.strip(),
        form.mode,
        form.body_format,
    )


def values_of(app: App) -> dict[str, Any]:
    """The description as the form shows it."""
    names = ("name", "slug", "original_id", "template_id", "mode", "body_format")
    return {name: getattr(app, name) for name in names}


def secrets_of(app: App, row: WechatApp | None) -> list[Secret]:
    """What is set, where it comes from, and since when."""
    held = {"secret": bool(app.secret), "token": bool(app.token), "aes_key": bool(app.aes_keys)}
    return [
        Secret(name, label, held[name], is_given(app, name), getattr(row, f"{name}_changed_at", None))
        for name, label in SECRETS.items()
    ]


def is_given(app: App, name: str) -> bool:
    """Whether the environment gives this secret, so that it is changed there and not here."""
    return app.is_from_settings and bool(getattr(settings.get(), FROM_SETTINGS[app.side][name]))


def missing(app: App) -> list[str]:
    """The labels of secrets that are still wanted."""
    held = {"secret": app.secret, "token": app.token, "aes_key": app.aes_keys or app.mode == "plain"}
    return [label for name, label in SECRETS.items() if not held[name]]
