"""What fans said to notices that they may subscribe to, and what became of notices sent on such a credit."""

from __future__ import annotations

from community.clients import subscriptions, timeline
from community.sending import mass_results
from webhooks.official_account import acting
from wechat.events import SubscriptionAnswered, SubscriptionChanged, SubscriptionNoticeSent

NOTHING_LEFT = 43101


async def subscription_answered(event: SubscriptionAnswered) -> None:
    """A yes is one more message, a no takes all of them."""
    client_id = await acting.met(event.app, event.openid, event.at)
    if client_id is None:
        return
    for place, choice in enumerate(event.choices):
        what: subscriptions.What = "accepted" if choice.is_accepted else "refused"
        key = f"{what}:{event.openid}:{choice.template_id}:{event.at:%Y%m%d%H%M%S}:{place}"
        if await subscriptions.move(event.app, event.openid, choice.template_id, what, event.at, key):
            await timeline.record(client_id, f"subscription.{what}", at=event.at, template=choice.template_id)


async def subscription_changed(event: SubscriptionChanged) -> None:
    """A no in the settings takes what was left; a yes there only lifts an earlier no."""
    client_id = await acting.met(event.app, event.openid, event.at)
    if client_id is None:
        return
    for place, choice in enumerate(event.choices):
        what: subscriptions.What = "allowed" if choice.is_accepted else "refused"
        key = f"{what}:{event.openid}:{choice.template_id}:{event.at:%Y%m%d%H%M%S}:set{place}"
        is_news = await subscriptions.move(event.app, event.openid, choice.template_id, what, event.at, key)
        if is_news and what == "refused":
            await timeline.record(client_id, "subscription.refused", at=event.at, template=choice.template_id)


async def notice_sent(event: SubscriptionNoticeSent) -> None:
    """Each notice used a credit; one refused for want of it says that nothing is left."""
    for notice in event.notices:
        if notice.error == NOTHING_LEFT:
            await subscriptions.emptied(event.app, event.openid, notice.template_id, event.at, notice.msg_id)
        else:
            await subscriptions.sent(event.app, event.openid, notice.template_id, notice.msg_id, event.at)
        await mass_results.notice_told(event.app, notice.msg_id, notice.error)
