"""The visible range of an app: which members, parties and tags it sees, and of whom it hears."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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


def hears(corp: Corp, agent: AgentConfig, event: Mapping[str, Any]) -> bool:
    """Whether the app hears of this event: its member, or the owner of its group, is in the app's range."""
    if not agent.scope:
        return True
    chat = corp.groups.get(str(event.get("ChatId", "")))
    member = corp.members.get(chat.owner if chat else str(event.get("UserID", "")))
    return member is None or sees(corp, agent, member)
