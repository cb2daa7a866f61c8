"""Every kind of campaign. A new kind is a new file and folder and one line here."""

from __future__ import annotations

from campaigns.kinds import event_invitation, livestream, message
from campaigns.planning import kind
from campaigns.planning.kind import Kind

KINDS: dict[str, Kind] = {
    "message": message.Message(),
    "event_invitation": event_invitation.EventInvitation(),
    "livestream": livestream.Livestream(),
}

# planning and delivery ask for kinds by name and must not know this package
kind.register(KINDS)
