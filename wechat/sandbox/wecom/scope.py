"""The visible range of an app: which members, parties and tags its token may see."""

from __future__ import annotations

from wechat.sandbox.calls import Call, Problem
from wechat.sandbox.config import AgentConfig
from wechat.sandbox.corps import Corp, Member


def below(corp: Corp, tops: set[int]) -> set[int]:
    """The parties named and all under them."""
    found = set(tops)
    while more := {number for number, row in corp.departments.items() if row["parentid"] in found} - found:
        found |= more
    return found


def parties_of(corp: Corp, agent: AgentConfig) -> set[int]:
    """The parties that the app sees; all of them without a scope."""
    if not agent.scope:
        return set(corp.departments)
    return below(corp, {int(one) for one in agent.scope.get("parties", [])})


def sees(corp: Corp, agent: AgentConfig, member: Member) -> bool:
    """Whether this member is in the app's range: named, in a party of it, or under a tag of it."""
    if not agent.scope or member.userid in agent.scope.get("members", []):
        return True
    parties = parties_of(corp, agent)
    if parties & set(member.department):
        return True
    tags = (corp.member_tags.get(int(one)) for one in agent.scope.get("tags", []))
    return any(tag and (member.userid in tag.userids or set(tag.parties) & set(member.department)) for tag in tags)


def visible_members(corp: Corp, agent: AgentConfig) -> list[Member]:
    """Every present member whom the app sees."""
    present = [one for one in corp.members.values() if not one.left]
    return [one for one in present if sees(corp, agent, one)] if agent.scope else present


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
