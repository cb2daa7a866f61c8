"""Every kind of campaign. A new kind is a new file and folder and one line here."""

from __future__ import annotations

from campaigns.kinds import event_invitation, group_message, livestream, message, moments_post, notice
from campaigns.planning import kind
from campaigns.planning.kind import Kind

KINDS: dict[str, Kind] = {
    "message": message.Message(),
    "event_invitation": event_invitation.EventInvitation(),
    "livestream": livestream.Livestream(),
    "group_message": group_message.GroupMessage(),
    "moments": moments_post.MomentsPost(),
    "notice": notice.Notice(),
}

# planning and delivery ask for kinds by name and must not know this package
kind.register(KINDS)
