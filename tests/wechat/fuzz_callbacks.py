"""A target for coverage-guided fuzzing (atheris, libFuzzer): `python tests/wechat/fuzz_callbacks.py -runs=N CORPUS`.

The first byte says where the rest goes: into the reader, to the door as a stranger's body, or sealed as WeChat's own.
Whatever is raised other than a refusal ends the run with its input.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[2]))
with atheris.instrument_imports(include=["wechat", "webhooks.kinds", "webhooks.unknown"]):
    from webhooks import kinds, unknown
    from wechat import bodies, callbacks, envelope, replies
    from wechat.apps import App
    from wechat.callbacks import BadCallback

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APP = App(0, "official_account", "wx1", 0, "", "gh", "s", "our-token", (AES_KEY,))
SIDES = ("official_account", "wecom")


def seeds(folder: Path) -> None:
    """Every known body, for the fuzzer to begin with."""
    known = json.loads((Path(__file__).parent / "data" / "events.json").read_text(encoding="utf-8"))
    for side in ("oa", "wecom"):
        for name, rest in known[side].items():
            body = f"<xml>{known['common'][side]}{rest}</xml>"
            filled = body.format(openid="oA1", ts=1_790_000_000, msgid=1, corpid="ww1")
            (folder / f"{side}-{name}").write_bytes(b"\x00" + filled.encode())


def one(data: bytes) -> None:
    """One input; only a refusal may be raised inside."""
    way, rest = data[:1], data[1:]
    try:
        if way == b"\x01":
            callbacks.open_post(APP, query("AAAA"), rest)
            raise AssertionError("a stranger's body was opened")
        if way == b"\x02":
            sealed = envelope.seal(rest, AES_KEY, "wx1")
            body = f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()
            assert callbacks.open_post(APP, query(sealed), body) == rest
        understand(rest)
    except BadCallback:
        return


def understand(plain: bytes) -> None:
    """Everything that is done with an opened body in memory."""
    for side in SIDES:
        event = callbacks.parse(side, plain, "wx1")  # type: ignore[arg-type]
        kinds.kind_of(event).encode()
        kinds.lane_of(event)
        str(unknown.masked(event.fields)).encode()
        reply = replies.transfer_to_staff(event.fields)
        assert bodies.read(replies.written(reply))["MsgType"] == "transfer_customer_service"


def query(sealed: str) -> dict[str, str]:
    """A true signature over this."""
    timestamp = str(int(time.time()))
    signature = envelope.sign("our-token", timestamp, "n", sealed)
    return {"msg_signature": signature, "timestamp": timestamp, "nonce": "n"}


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
