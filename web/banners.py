"""What every page of the console says at its top while something is stopped."""

from __future__ import annotations

from community.sending import stops
from web.language import gettext as _


async def of_stops() -> list[str]:
    """One sentence per emergency stop in force; nothing is said in which only some may have a part."""
    said = []
    for stop in await stops.active():
        if stop.what.startswith("stream:"):
            said.append(_("一个活动已紧急停发"))
        else:
            said.append(
                _("%(what)s已紧急停发：%(reason)s") % {"what": _(stops.label(stop.what)), "reason": stop.reason}
            )
    return sorted(set(said))
