"""The three ways in which work ends without success; anything else is a bug and is left to surface."""

from __future__ import annotations


class Refused(Exception):
    """A person can be told: `message` is shown as it is (Chinese), `code` is stable for programs and tests."""

    def __init__(self, message: str, code: str, status: int = 422) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status = status


class NotFound(Refused):
    """The thing does not exist, or not for this person: both look the same from outside."""

    def __init__(self, message: str = "没有找到，或您无权查看", code: str = "not_found") -> None:
        super().__init__(message, code, status=404)


class Forbidden(Refused):
    """The person is known and may not do this."""

    def __init__(self, message: str = "您没有这项权限", code: str = "forbidden") -> None:
        super().__init__(message, code, status=403)


class Later(Exception):
    """Try again after `after` seconds; `reason` is for staff and logs and holds no personal data."""

    def __init__(self, after: float, reason: str) -> None:
        super().__init__(f"later ({after:.0f}s): {reason}")
        self.after = after
        self.reason = reason
