"""The floor: an ASGI application that reads the body and says yes, under uvicorn as ours is."""

import os

import uvicorn


async def app(_scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"7")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"success"})


if __name__ == "__main__":
    uvicorn.run(
        app, host="127.0.0.1", port=int(os.environ["PORT"]), lifespan="off", access_log=False, log_level="error"
    )
