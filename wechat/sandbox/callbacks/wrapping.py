"""From a plaintext body to the HTTP request that carries it: sealed, signed, fresh on every try."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass

from wechat.sandbox import envelope
from wechat.sandbox.config import AccountConfig, AgentConfig

STALE_S = 3600


@dataclass(slots=True)
class Receiver:
    """Who gets callbacks: one official account or one corp app, with its keys."""

    side: str
    app: str
    url: str
    token: str
    aes_key: str
    receive_id: str
    to_user: str
    mode: str = "safe"
    agentid: int = 0
    previous_aes_key: str = ""
    body_format: str = "xml"


def for_account(config: AccountConfig) -> Receiver:
    """The receiver of an official account's callbacks."""
    return Receiver(
        "oa",
        f"oa:{config.appid}",
        config.callback_url,
        config.token,
        config.aes_key,
        config.appid,
        config.original_id,
        config.mode,
        previous_aes_key=config.previous_aes_key,
        body_format=config.body_format,
    )


def for_agent(corpid: str, config: AgentConfig) -> Receiver:
    """The receiver of one corp app's callbacks."""
    return Receiver(
        "wecom",
        f"wx:{corpid}:{config.agentid}",
        config.callback_url,
        config.token,
        config.aes_key,
        corpid,
        corpid,
        "safe",
        config.agentid,
        config.previous_aes_key,
        config.body_format,
    )


@dataclass(slots=True)
class Flaws:
    """What is deliberately wrong with one callback."""

    signature: bool = False
    timestamp: bool = False
    receiver: bool = False
    old_key: bool = False


def wrap(
    receiver: Receiver, plaintext: str, openid: str, now: float, flaws: Flaws | None = None
) -> tuple[dict[str, str], str]:
    """(query, body) of one try, with a fresh nonce, signature and ciphertext."""
    flaws = flaws or Flaws()
    stamp, nonce = str(int(now) - (STALE_S if flaws.timestamp else 0)), envelope.new_nonce()
    query = {"timestamp": stamp, "nonce": nonce}
    if receiver.side == "oa":
        query["signature"] = _signed(flaws, receiver.token, stamp, nonce)
        query["openid"] = openid
        if receiver.mode == "plain":
            return query, plaintext
        query["encrypt_type"] = "aes"
    receive_id = "wrong-receiver" if flaws.receiver else receiver.receive_id
    key = receiver.previous_aes_key if flaws.old_key and receiver.previous_aes_key else receiver.aes_key
    sealed = envelope.encrypt(plaintext, key, receive_id)
    query["msg_signature"] = _signed(flaws, receiver.token, stamp, nonce, sealed)
    return query, _body(receiver, plaintext, sealed)


def url_check(receiver: Receiver) -> tuple[dict[str, str], str]:
    """(query, expected answer) of the GET by which the console checks a callback address."""
    echo, stamp, nonce = str(secrets.randbelow(10**18) + 10**18), str(int(time.time())), envelope.new_nonce()
    query = {"timestamp": stamp, "nonce": nonce}
    if receiver.side == "oa":
        return {**query, "signature": envelope.sign(receiver.token, stamp, nonce), "echostr": echo}, echo
    sealed = envelope.encrypt(echo, receiver.aes_key, receiver.receive_id)
    signature = envelope.sign(receiver.token, stamp, nonce, sealed)
    return {**query, "msg_signature": signature, "echostr": sealed}, echo


def _signed(flaws: Flaws, *parts: str) -> str:
    return "0" * 40 if flaws.signature else envelope.sign(*parts)


def _body(receiver: Receiver, plaintext: str, sealed: str) -> str:
    if plaintext.startswith("{"):
        if receiver.mode == "compat":
            return json.dumps({**json.loads(plaintext), "Encrypt": sealed}, ensure_ascii=False)
        tail = {"AgentID": str(receiver.agentid)} if receiver.side == "wecom" else {}
        return json.dumps({"ToUserName": receiver.to_user, "Encrypt": sealed, **tail})
    cipher = f"<Encrypt><![CDATA[{sealed}]]></Encrypt>"
    if receiver.mode == "compat":
        return plaintext.replace("</xml>", cipher + "</xml>")
    agent = f"<AgentID><![CDATA[{receiver.agentid}]]></AgentID>" if receiver.side == "wecom" else ""
    return f"<xml><ToUserName><![CDATA[{receiver.to_user}]]></ToUserName>{cipher}{agent}</xml>"
