"""What a fan lets the account know of them: where they are, and taking back what was authorised."""

from __future__ import annotations

from community.clients import fans, identities, locations, tasks, timeline
from wechat.events import AuthorizationRevoked, LocationReported, UserInfoModified


async def location_reported(event: LocationReported) -> None:
    """Kept only with the client's consent; otherwise forgotten at once."""
    await locations.keep(event.app, event.openid, event.latitude, event.longitude, event.at)


async def authorization_revoked(event: AuthorizationRevoked) -> None:
    """What was got by the authorisation goes; that it was taken back is kept."""
    await _forget(event, "fan.authorization_revoked")


async def user_info_modified(event: UserInfoModified) -> None:
    """What was authorised may be wrong now: it goes, and the platform is asked again."""
    await _forget(event, "fan.info_modified")
    fan_id = await fans.find(_appid(event), event.openid)
    if fan_id is not None:
        tasks.read_fan.later(fan_id)


async def _forget(event: AuthorizationRevoked | UserInfoModified, kind: str) -> None:
    appid = _appid(event)
    client_id = await identities.client_of("openid", appid, event.openid)
    if client_id is None:
        return
    await locations.forget(appid, event.openid)
    await timeline.record(client_id, kind, at=event.at, what=event.what)


def _appid(event: AuthorizationRevoked | UserInfoModified) -> str:
    # the body names the account that was authorised; the callback may have come for another of the same bank
    return event.app or event.appid
