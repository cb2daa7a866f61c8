"""A browser in words, for the list of one's own sessions: 'Chrome · Windows'; nobody can read a User-Agent."""

from __future__ import annotations

# in this order: a later one's mark also stands in the line of those before
BROWSERS = (
    ("wxwork", "企业微信"),
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def words(user_agent: str) -> str:
    """Browser and system by name; empty when neither is known."""
    found = [_first(user_agent, BROWSERS), _first(user_agent, SYSTEMS)]
    return " · ".join(filter(None, found))


def is_wecom(user_agent: str) -> bool:
    """Whether the page is open inside WeCom itself."""
    return "wxwork" in user_agent


def _first(user_agent: str, marks: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in marks if mark in user_agent), "")
