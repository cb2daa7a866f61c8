"""Which recipe follows which event: the one table that says what reacts to what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from webhooks.official_account import (
    authorization_changed,
    followed,
    menu_tapped,
    message_received,
    scanned,
    send_receipt,
    subscription_changed,
)
from webhooks.wecom import (
    acquisition_changed,
    card_tapped,
    contact_added,
    contact_lost,
    group_changed,
    livestream_changed,
    staff_changed,
    tag_changed,
    transfer_failed,
)
from wechat import events
from wechat.events import Event

Recipe = Callable[[Any], Awaitable[None]]

RECIPES: dict[type[Event], Recipe] = {
    events.Followed: followed.followed,
    events.Unfollowed: followed.unfollowed,
    events.Scanned: scanned.scanned,
    events.MenuTapped: menu_tapped.menu_tapped,
    events.TextMessage: message_received.text_received,
    events.Message: message_received.message_received,
    events.LocationReported: authorization_changed.location_reported,
    events.AuthorizationRevoked: authorization_changed.authorization_revoked,
    events.UserInfoModified: authorization_changed.user_info_modified,
    events.SubscriptionAnswered: subscription_changed.subscription_answered,
    events.SubscriptionChanged: subscription_changed.subscription_changed,
    events.SubscriptionNoticeSent: subscription_changed.notice_sent,
    events.TemplateSendFinished: send_receipt.template_finished,
    events.MassSendFinished: send_receipt.mass_finished,
    events.ContactAdded: contact_added.contact_added,
    events.ContactEdited: contact_added.contact_edited,
    events.ContactLost: contact_lost.contact_lost,
    events.GroupCreated: group_changed.group_created,
    events.GroupChanged: group_changed.group_changed,
    events.GroupDismissed: group_changed.group_dismissed,
    events.TagChanged: tag_changed.tag_changed,
    events.LivestreamChanged: livestream_changed.livestream_changed,
    events.TransferFailed: transfer_failed.transfer_failed,
    events.AcquisitionChanged: acquisition_changed.acquisition_changed,
    events.CardTapped: card_tapped.card_tapped,
    events.StaffChanged: staff_changed.staff_changed,
    events.PartyChanged: staff_changed.address_book_changed,
    events.StaffTagChanged: staff_changed.address_book_changed,
}
"""A recipe runs inside the transaction that marks its callback as handled, and may run again when that fails: it writes
to the database only, and whatever needs the network is asked for with a task's `.later()`, which waits for the commit.
An event without a recipe is kept and marked as handled."""


async def follow(event: Event) -> None:
    """Do what this event asks for; nothing when no recipe is listed."""
    recipe = RECIPES.get(type(event))
    if recipe is not None:
        await recipe(event)
