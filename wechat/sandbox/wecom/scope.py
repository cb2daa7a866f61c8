"""Members as a call may name them: present, in the app's range, with the feature that the call is about."""

from __future__ import annotations

from wechat.sandbox.calls import Call, Problem
from wechat.sandbox.corps import Member
from wechat.sandbox.visibility import sees


def seen_member(call: Call, userid: str) -> Member:
    """A present member in the app's range; 60111 for nobody, 60011 (clients and livestreams: 50002) out of range."""
    member = call.member(userid)
    if not sees(call.corp, call.agent, member):
        outside = call.path.startswith(("/wx/cgi-bin/externalcontact/", "/wx/cgi-bin/living/"))
        raise Problem(50002 if outside else 60011, "no privilege to access/modify contact/party/agent")
    return member


def contact_member(call: Call, userid: str) -> Member:
    """A member in the app's range who has the feature of having clients; 84074 without it."""
    member = seen_member(call, userid)
    if not member.may_contact:
        raise Problem(84074, "no permission to use external contact")
    return member
