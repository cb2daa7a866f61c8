"""wechatpy behind Flask, for gunicorn's threads. With REDIS it is durable: SET NX against repeats, XADD to keep."""

import hashlib
import os

import flask
import opening

app = flask.Flask(__name__)
store = None
if os.environ.get("REDIS"):
    import redis

    store = redis.Redis.from_url(os.environ["REDIS"])


@app.post(os.environ["ADDRESS"])
def callback():
    xml, _message = opening.opened(flask.request.args, flask.request.get_data())
    if store is not None:
        raw = xml if isinstance(xml, bytes) else xml.encode()
        if store.set("seen:" + hashlib.sha256(raw).hexdigest(), 1, nx=True, ex=3600):
            store.xadd("callbacks", {"body": raw})
    return "success"
