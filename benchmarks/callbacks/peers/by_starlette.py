"""wechatpy behind Starlette and uvicorn (uvloop, httptools). It stores nothing."""

import os

import opening
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def callback(request):
    opening.opened(request.query_params, await request.body())
    return PlainTextResponse("success")


app = Starlette(routes=[Route(os.environ["ADDRESS"], callback, methods=["POST"])])

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=False, log_level="error")
