"""Bodies that look usual are read by a short way: whatever they hold, it says what the whole parser says."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from tests.wechat.test_callbacks import NOW, OURS, at, sealed_post
from wechat import bodies, callbacks
from wechat.callbacks import BadCallback

NAMES = st.sampled_from(["MsgType", "Event", "ChangeType", "WelcomeCode", "Content", "xml", "a.b-c", "é", "1a", "a:b"])
WORDS = st.sampled_from(
    [
        "event",
        "CLICK",
        " ",
        "\n",
        "\t",
        "]",
        "]]",
        ">",
        "<",
        "&amp;",
        "&",
        "&lol;",
        "\u3000",
        "\ufeff",
        "\x01",
        "é理财",
        "<Event>",
        "</Event>",
        "<xml>",
        "</xml>",
        "<![CDATA[",
        "]]>",
        "<!DOCTYPE x>",
        "<!ENTITY a 'b'>",
        "<!-- x -->",
    ]
)
TEXTS = st.lists(WORDS, max_size=4).map("".join)
LEAVES = st.one_of(
    st.builds("<{0}><![CDATA[{1}]]></{0}>".format, NAMES, TEXTS),
    st.builds("<{0}>{1}</{0}>".format, NAMES, TEXTS),
    st.builds("<{0}> <![CDATA[{1}]]> </{0}>".format, NAMES, TEXTS),
    st.builds("<{0} a='1'>{1}</{0}>".format, NAMES, TEXTS),
    st.builds("<{0}/>".format, NAMES),
    st.builds("<{0}>{1}</{2}>".format, NAMES, TEXTS, NAMES),
)
NESTED = st.recursive(
    LEAVES,
    lambda inner: st.builds("<{0}>{1}</{0}>".format, NAMES, st.lists(inner, max_size=3).map("".join)),
    max_leaves=4,
)
EDGES = st.sampled_from(["", "", "", " ", "\n", "\ufeff", "\u3000", "x", "<!-- x -->", "<?xml version='1.0'?>"])
INSIDE = st.lists(st.one_of(LEAVES, LEAVES, NESTED, WORDS), max_size=6).map("".join)
BODIES = st.builds("{0}<xml>{1}</xml>{2}".format, EDGES, INSIDE, EDGES)

BESIDE = st.sampled_from(
    [
        "",
        "\n",
        "<ToUserName><![CDATA[ww1]]></ToUserName>",
        "<AgentID><![CDATA[1000002]]></AgentID>",
        "<AgentID>1</AgentID>",
        "<!DOCTYPE x>",
        "<Encrypt>AAAA</Encrypt>",
        "<ToUserName><![CDATA[<Encrypt>AAAA</Encrypt>]]></ToUserName>",
        "<!-- <Encrypt>AAAA</Encrypt> -->",
        "<a><b>",
        "<MsgType>text</MsgType>",
        "</xml>",
        "<ToUserName><![CDATA[a]]></AgentID>",
    ]
)


def said(raw: str) -> object:
    """What a body is read as, blanks and line ends at the edges of texts apart; or why it is refused."""
    try:
        return {name: plain(value) for name, value in bodies.read(raw.encode()).items()}
    except BadCallback as refused:
        return refused.reason


def plain(value: object) -> object:
    if isinstance(value, str):
        return re.sub(bodies.UNWRITABLE, "", value).strip()
    return [plain(one) for one in value] if isinstance(value, list) else value


@given(BODIES)
@example("<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[</Content><Event>x</Event>]]></Content></xml>")
@example("<xml><MsgType>event</MsgType><Event><![CDATA[a]]]]><![CDATA[>b]]></Event></xml>")
@example("<xml><Event>a</Event><Event>b</Event></xml>")
@example("<xml> <MsgType>&lt;</MsgType> </xml> ")
@example("\u3000<xml><MsgType>text</MsgType></xml>")
def test_a_body_says_the_same_on_the_short_way_and_on_the_long_one(raw: str) -> None:
    # a comment says nothing, and no body with one is usual
    long_way = raw.replace("<xml>", "<xml><!-- -->", 1)
    assert said(raw) == said(long_way)


@given(BESIDE, BESIDE, BESIDE)
def test_the_sealed_part_is_the_same_whatever_stands_beside_it(first: str, second: str, third: str) -> None:
    query, usual = sealed_post("<xml><MsgType>text</MsgType></xml>")
    sealed = usual.decode().split("<Encrypt>")[1].split("</Encrypt>")[0]
    raw = f"<xml>{first}{second}<Encrypt>{sealed}</Encrypt>{third}</xml>"
    assert opened(query, raw) == opened(query, f"{raw}<!-- -->")


def test_the_usual_sealed_body_is_the_usual_one() -> None:
    _, body = sealed_post("<xml></xml>")
    assert callbacks.USUAL.fullmatch(body)
    assert callbacks.USUAL.fullmatch(body.replace(b"</xml>", b"<AgentID><![CDATA[1000002]]></AgentID>\n</xml>\n"))
    assert not callbacks.USUAL.fullmatch(body.replace(b"<Encrypt>", b"<Encrypt>AAAA</Encrypt><Encrypt>"))


def opened(query: dict[str, str], raw: str) -> bytes | str:
    with at(NOW):
        try:
            return callbacks.open_post(OURS, query, raw.encode())
        except BadCallback as refused:
            return refused.reason
