"""The list of the play pages, and the one place where a foreign request, or a missing person, becomes an answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from wechat.sandbox.acts.deeds import Impossible
from wechat.sandbox.play import bureau, desk, people, phone
from wechat.sandbox.play.pages import FOLDER, Missing, Play, back, read_form, reason_of
from wechat.sandbox.stage import Stage

Page = Callable[[Play, Request], Awaitable[Response]]
FILES = {"play.css": "text/css; charset=utf-8", "play.js": "text/javascript; charset=utf-8"}


async def home(play: Play, request: Request) -> Response:
    """GET /play: whom to play."""
    words = request.query_params.get("q", "").strip()
    return play.render(
        request,
        "home.html",
        words=words,
        lately=[] if words else people.lately(play.world),
        found=people.search(play.world, words),
        members=people.members(play.world, words)[: people.LISTED],
        accounts=list(play.world.accounts.values()),
        corps=list(play.world.corps.values()),
    )


async def arrive(play: Play, request: Request) -> Response:
    """POST /play/people: somebody new, who follows an account, adds a member, or begins to work here."""
    fields = await read_form(play, request)
    name = str(fields.get("name") or "新来的人")[:20]
    unionid = play.world.ids.take("un", 28)
    try:
        if fields.get("as") == "member":
            userid = str(fields.get("userid") or play.world.ids.take("staff.", 12))
            play.do("member.join", {"userid": userid, "name": name})
            return back(fields, to=f"/play/members/{play.world.corp().corpid}/{userid}")
        who = str(play.do("fan.subscribe", {"name": name, "unionid": unionid})["openid"])
    except (Impossible, LookupError, ValueError, TypeError) as error:
        return back(fields, failed=reason_of(error))
    return back(fields, done="新客户已关注公众号", to=f"/play/people/{who}")


async def _file(_play: Play, request: Request) -> Response:
    """GET /play/files/{name}: the style sheet and the script."""
    name = request.path_params["name"]
    if name not in FILES:
        raise Missing
    headers = {"Cache-Control": "max-age=60", "X-Content-Type-Options": "nosniff"}
    return FileResponse(FOLDER / "files" / name, media_type=FILES[name], headers=headers)


TABLE: tuple[tuple[str, str, Page], ...] = (
    ("GET", "/play", home),
    ("GET", "/play/files/{name}", _file),
    ("POST", "/play/people", arrive),
    ("GET", "/play/people/{who}", phone.show),
    ("GET", "/play/people/{who}/accounts/{appid}", phone.account_chat),
    ("GET", "/play/people/{who}/members/{corpid}/{userid}", phone.member_chat),
    ("GET", "/play/people/{who}/groups/{corpid}/{chat_id}", phone.group_chat),
    ("GET", "/play/people/{who}/open", phone.open_link),
    ("POST", "/play/people/{who}/acts", phone.act),
    ("POST", "/play/people/{who}/scan", phone.scan),
    ("GET", "/play/members/{corpid}/{userid}", desk.show),
    ("GET", "/play/members/{corpid}/{userid}/groups/{chat_id}", desk.group),
    ("GET", "/play/members/{corpid}/{userid}/clients/{external}", desk.client),
    ("GET", "/play/members/{corpid}/{userid}/open", desk.open_link),
    ("POST", "/play/members/{corpid}/{userid}/acts", desk.act),
    ("GET", "/play/admin", bureau.show),
    ("GET", "/play/admin/callbacks", bureau.callbacks),
    ("GET", "/play/admin/callbacks/{id:int}", bureau.callback),
    ("POST", "/play/admin/{step}", bureau.act),
)


def build(stage: Stage, allow_remote: bool) -> Starlette:
    """The play pages of one stage."""
    play = Play(stage, allow_remote)
    return Starlette(routes=[Route(path, _page(play, page), methods=[method]) for method, path, page in TABLE])


def _page(play: Play, page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        if not play.guard.may_look(request):
            return Response("refused", 403)
        try:
            return await page(play, request)
        except PermissionError:
            return play.render(
                request,
                "problem.html",
                403,
                title="没有执行",
                text="这个请求不是从沙箱的页面发出的，请回到页面重新操作。",
            )
        except Missing:
            return play.render(
                request,
                "problem.html",
                404,
                title="找不到",
                text="没有这个人、群或页面。沙箱重新开始后，原来的人就不在了。",
            )

    return answer
