"""Hostile callbacks by the thousand, each made from a seed: rubbish, broken true ones, signed rubbish, forgeries."""

from __future__ import annotations

import base64
import json
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from kernel import settings
from wechat import envelope
from wechat.apps import App

PATHS = {"official_account": "/callbacks/official_account", "wecom": "/callbacks/wecom"}
TOKENS = (
    b"<![CDATA[", b"]]>", b"<Encrypt>", b"</Encrypt>", b"<Encrypt/>", b"<!DOCTYPE x [", b"<!ENTITY a 'b'>", b"&a;",
    b"&#0;", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"<xml>", b"</xml>", b"<a:b>", b"<?pi?>",
    b"<!--", b"-->", b"{", b"}", b'"Encrypt":', b'{"Encrypt": 1}', b"[" * 40, b"<a>" * 40, b'"\\ud800"', b"NaN",
    b"1e999", b"-0", b"9" * 5000, b"' OR 1=1 --", b"%00", b"../../etc/passwd", b"\r\n\r\n",
    b"<MsgType>text</MsgType>", b"<CreateTime>99999999999</CreateTime>", b"\xe2\x80\xae",
    b"<CreateTime>-1</CreateTime>", b"<Event>subscribe</Event>", b"<MemChangeList><Item/></MemChangeList>",
    b"\x1b[31m", b"A" * 900,
)  # fmt: skip
QUERIES = (
    b"", b"&", b"=", b"msg_signature", b"msg_signature=%ff%fe&timestamp=%00&nonce=%f0", b"&" * 300, b"a=b&" * 30,
    b"timestamp=1e9", b"signature=&timestamp=&nonce=&echostr=", b"msg_signature[]=1&timestamp=1", b"\xff\xfe=\x80",
    b"nonce=" + b"n" * 5000, b"echostr=%3Cscript%3E&signature=0&timestamp=0&nonce=0", b"encrypt_type=aes",
)  # fmt: skip
DATA = Path(__file__).parent / "data"
EVENTS = json.loads((DATA / "events.json").read_text(encoding="utf-8"))
FORMS = {
    side: [f"<xml>{EVENTS['common'][short]}{rest}</xml>" for rest in EVENTS[short].values()]
    for side, short in (("official_account", "oa"), ("wecom", "wecom"))
}
HEAD = '{{"ToUserName":"gh","FromUserName":"{openid}","CreateTime":{ts},"MsgType":"event",'
JSON = HEAD + '"Event":"SCAN","EventKey":"{n}"}}'
VALUE = re.compile(rb">([^<>]*)</")
VALUES = (
    b"", b" ", b"-1", b"0", b"9" * 400, b"99999999999", b"1e308", b"nan", b"<a/>", b"<Item>x</Item>",
    b"<Item/><Item>y</Item>", b"<![CDATA[]]]]><![CDATA[>]]>", b"<![CDATA[<xml>]]>", "\u202e\u200b".encode(),
    "\U0001d7d9".encode(), b"&lt;&amp;&#65;", b"<List>x</List>", b"<List><TemplateId/></List><List/>", b"\x08\x1b",
    b"A" * 3000, b"event", b"add_external_contact", b",,,",
)  # fmt: skip


class Call(NamedTuple):
    """One request as its bytes arrive; `cut`: the caller hangs up before the end."""

    kind: str
    method: str
    path: str
    query: bytes
    parts: tuple[bytes, ...]
    cut: bool = False


class Hostile:
    """Makes calls from a seed; inputs that reached new lines of ours are kept and changed further."""

    def __init__(self, seed: int, apps: Sequence[App], plain: App | None = None) -> None:
        self.random = random.Random(seed)
        self.apps = apps
        self.app = apps[0]
        self.plain = plain
        self.kept: list[bytes] = []
        self.n = 0

    def calls(self, count: int) -> Iterator[Call]:
        """So many calls of all kinds."""
        kinds: tuple[Callable[[], Call], ...] = (self.rubbish, self.broken, self.framed, self.check, self.odd)
        kinds = (*kinds, self.broken, self.signed, self.signed, self.signed)
        for _ in range(count):
            self.app = self.random.choice(self.apps)
            yield self.random.choice(kinds)()

    def forged(self, count: int) -> Iterator[Call]:
        """So many that pretend to be WeChat's, in every way that lacks what only WeChat knows."""
        for _ in range(count):
            self.app = self.random.choice(self.apps)
            yield self.forgery()

    def plaintext(self) -> str:
        """A true body for this account, each one new."""
        self.n += 1
        n = f"{self.n}{self.random.randrange(10**6)}"
        form = self.random.choice(FORMS[self.app.side]) if self.random.random() < 0.9 else JSON
        return form.format(openid=f"o{n}", corpid="ww1", ts=int(time.time()), msgid=n, n=n)

    def post(self, kind: str, sealed: str, **query: Any) -> Call:
        """A sealed call, signed as `query` says: token, timestamp, or a whole msg_signature."""
        timestamp, nonce = str(query.get("timestamp", int(time.time()))), str(self.random.randrange(10**9))
        signature = envelope.sign(query.get("token", self.app.token), timestamp, nonce, query.get("signs", sealed))
        said = {"timestamp": timestamp, "nonce": nonce, "msg_signature": query.get("msg_signature", signature)}
        body = f"<xml><ToUserName>x</ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()
        return Call(kind, "POST", PATHS[self.app.side], urlencode(said).encode(), (body,))

    def seal(self, plain: bytes) -> str:
        """As WeChat seals for us."""
        return envelope.seal(plain, self.app.aes_keys[0], self.app.receive_id)

    def rubbish(self) -> Call:
        """Bytes of no form at all, some of them far too many."""
        size = self.random.choice((0, 1, 30, 400, 3000)) if self.random.random() < 0.999 else 1_000_000
        body = self.random.randbytes(size) if self.random.random() < 0.5 else b"".join(self.random.choices(TOKENS, k=9))
        return Call("rubbish", "POST", self.path(), self.query(), self.in_parts(body))

    def broken(self) -> Call:
        """A true call, damaged on its way."""
        call = self.post("broken", self.seal(self.plaintext().encode()))
        if self.random.random() < 0.3:
            return call._replace(query=self.mutated(call.query))
        return call._replace(parts=self.in_parts(self.mutated(call.parts[0])), cut=self.random.random() < 0.05)

    def signed(self) -> Call:
        """Damaged before it was sealed: it has WeChat's signature and is all the same no callback, or a strange one."""
        base = self.random.choice(self.kept) if self.kept and self.random.random() < 0.5 else self.plaintext().encode()
        damaged = self.mutated(base) if self.random.random() < 0.4 else self.reworded(base)
        return self.post("signed", self.seal(damaged))

    def framed(self) -> Call:
        """Signed, and wrong inside the envelope: lengths, padding, receiver, blocks."""
        raw = bytearray(base64.b64decode(self.seal(self.plaintext().encode())))
        for _ in range(self.random.randrange(1, 4)):
            raw[self.random.randrange(len(raw))] ^= 1 << self.random.randrange(8)
        sealed = base64.b64encode(bytes(raw[: self.random.choice((len(raw), 16, 17, 32, 48))])).decode()
        return self.post("framed", self.random.choice((sealed, sealed[:-1], sealed + "=", "====", sealed.lower())))

    def check(self) -> Call:
        """The address check, asked by a stranger."""
        query = self.mutated(b"signature=0&msg_signature=0&timestamp=%d&nonce=1&echostr=AAAA" % int(time.time()))
        return Call("check", "GET", self.path(), query, ())

    def odd(self) -> Call:
        """Methods, addresses and queries that nobody asks for."""
        method = self.random.choice(("POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "\x00", "post"))
        tail = self.random.choice(("/", "/x", "//", "/../wecom", "/%00", "/" + "s" * 300, "/欧", "\x00"))
        return Call("odd", method, self.path() + tail, self.random.choice(QUERIES), (self.random.choice(TOKENS),))

    def forgery(self) -> Call:
        """One of many ways to lie; the text inside is always a new one, so that accepting it would show."""
        sealed, other = self.seal(self.plaintext().encode()), self.seal(self.plaintext().encode())
        ways = [
            lambda: self.post("wrong token", sealed, token="token" + str(self.random.random())),
            lambda: self.post("empty token", sealed, token=""),
            lambda: self.post("no signature", sealed, msg_signature=""),
            lambda: self.post("random signature", sealed, msg_signature=self.random.randbytes(20).hex()),
            lambda: self.post("another's signature", sealed, signs=other),
            lambda: self.post("unsealed signature", sealed, signs=""),
            lambda: self.near_miss(sealed),
            lambda: self.post("old", sealed, timestamp=int(time.time()) - self.random.randrange(700, 10**6)),
            lambda: self.post(
                "from the future", sealed, timestamp=int(time.time()) + self.random.randrange(700, 10**6)
            ),
            lambda: self.post("wrong receiver", self.for_another()),
            lambda: self.post(
                "wrong key", envelope.seal(self.plaintext().encode(), "Z" * 42 + "A", self.app.receive_id)
            ),
            lambda: self.in_the_clear(self.app),
        ]
        if self.plain is not None:
            ways.append(lambda: self.in_the_clear(self.plain, "wrong token"))
        return self.random.choice(ways)()

    def near_miss(self, sealed: str) -> Call:
        """The true signature with one letter changed, upper case, or cut."""
        call = self.post("near miss", sealed)
        head, _, signature = call.query.partition(b"msg_signature=")
        at = self.random.randrange(40)
        changed = signature[:at] + (b"0" if signature[at : at + 1] != b"0" else b"1") + signature[at + 1 :]
        wrong = self.random.choice((changed, signature[:-1], signature + b"0", b"%00" + signature, changed.upper()))
        return call._replace(query=head + b"msg_signature=" + wrong)

    def for_another(self) -> str:
        """Sealed with our key for another receiver."""
        receiver = self.random.choice(("", "wx-other", self.app.receive_id + "x", self.app.receive_id[:-1]))
        return envelope.seal(self.plaintext().encode(), self.app.aes_keys[0], receiver)

    def in_the_clear(self, app: App | None, token: str = "") -> Call:
        """A plain body: with the true signature where the mode is not plain, with a wrong one where it is."""
        assert app is not None
        timestamp, nonce = str(int(time.time())), str(self.random.randrange(10**9))
        signature = envelope.sign(token or app.token, timestamp, nonce)
        query = {"signature": signature, "timestamp": timestamp, "nonce": nonce, "openid": "o1"}
        path = PATHS[app.side] + (f"/{app.slug}" if app.mode == "plain" else "")
        body = self.plaintext().encode()
        if self.random.random() < 0.3:
            query["msg_signature"] = signature
        return Call("in the clear", "POST", path, urlencode(query).encode(), (body,))

    def mutated(self, raw: bytes) -> bytes:
        """A few damages of one kind or another."""
        rng = self.random
        for _ in range(rng.choice((1, 1, 2, 4, 9))):
            at, end = sorted((rng.randrange(len(raw) + 1), rng.randrange(len(raw) + 1)))
            end = min(end, at + 60)
            how = rng.randrange(6)
            if how == 0:
                raw = raw[:at] + rng.choice(TOKENS) + raw[at:]
            elif how == 1:
                raw = raw[:at] + raw[end:]
            elif how == 2:
                raw = raw[:at] + raw[at:end] * rng.choice((2, 3, 30)) + raw[end:]
            elif how == 3 and raw:
                at = min(at, len(raw) - 1)
                raw = raw[:at] + bytes([raw[at] ^ (1 << rng.randrange(8))]) + raw[at + 1 :]
            elif how == 4:
                raw = raw[:at] + rng.randbytes(rng.randrange(8)) + raw[at:]
            else:
                raw = raw[: rng.randrange(len(raw) + 1)]
            raw = raw[:60_000]
        return raw

    def reworded(self, raw: bytes) -> bytes:
        """Still well formed, mostly: some elements say something else, are there twice or not at all."""
        rng = self.random
        for _ in range(rng.choice((1, 1, 2, 5))):
            found = list(VALUE.finditer(raw))
            if not found:
                return self.mutated(raw)
            value = rng.choice(found)
            raw = raw[: value.start(1)] + rng.choice(VALUES) + raw[value.end(1) :]
            raw = raw[:20_000]
        return raw

    def path(self) -> str:
        """One of the two short addresses."""
        return self.random.choice(tuple(PATHS.values()))

    def query(self) -> bytes:
        """Anything after the question mark."""
        if self.random.random() < 0.5:
            return self.random.choice(QUERIES)
        sealed = f"{self.random.randrange(10**9)}"
        return urlencode({"msg_signature": sealed, "timestamp": int(time.time()), "nonce": sealed}).encode()

    def in_parts(self, body: bytes) -> tuple[bytes, ...]:
        """As one message of the server, or in several."""
        if self.random.random() < 0.8 or len(body) < 4:
            return (body,)
        at = self.random.randrange(1, len(body))
        return (body[:at], b"", body[at:])


def our_apps() -> list[App]:
    """The official account and the corp app of the settings, as the intake knows them."""
    now = settings.get()
    account = (now.oa_appid, 0, "", now.oa_original_id, "", now.oa_token, (now.oa_aes_key,))
    corp = (now.wecom_corpid, now.wecom_agentid, "", "", "", now.wecom_token, (now.wecom_aes_key,))
    return [App(0, "official_account", *account), App(0, "wecom", *corp)]
