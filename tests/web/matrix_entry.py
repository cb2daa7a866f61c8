"""What the matrix may expect of a route: who may, of what kind of thing, and what a change leaves in the audit.

Written by hand from the description of the roles (docs/security.md, "who may what"), never from staff.permissions:
M marketing, D client director, H branch head, R compliance reviewer, A administrator, U auditor.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LETTERS = {
    "M": "marketing",
    "D": "director",
    "H": "branch_head",
    "R": "reviewer",
    "A": "administrator",
    "U": "auditor",
}
EVERYBODY = "MDHRAU"
OPEN = "open"
"""For people without an account: clients behind a personal link, and everybody at the sign-in page."""


@dataclass(frozen=True)
class Entry:
    """may: letters of the roles, or OPEN. kind: what the id in the path is. shows: what its list holds (kind: address).

    form: what a change sends; query: what a list is narrowed to; place, path: the names of parts of the address.
    also: letters of roles for whom it is of another kind (none: not listed). unaudited: why a change leaves no entry.
    own: the verdict on what is one's own, where the form names something besides that does not exist here; other: on
    what does not exist, where nothing is hidden from anybody who may open the page.
    """

    may: str
    kind: str = ""
    shows: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, Any] = field(default_factory=dict)
    unaudited: str = ""
    query: str = ""
    own: str = "let in"
    other: str = "not found"
    place: str = "id"
    path: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)

    def filled(self, **known: int) -> Entry:
        """The entry with what only the made bank knows, like {team}, put into its form."""
        form = {name: str(value).format(**known) if "{" in str(value) else value for name, value in self.form.items()}
        return dataclasses.replace(self, form=form)

    def kind_of(self, role: str) -> str:
        """The kind of thing that the path names for this role: some reach more of it than others."""
        return next((kind for letters, kind in self.also.items() if role in roles_of(letters)), self.kind)

    def shows_to(self, role: str) -> Mapping[str, str]:
        """What the list holds for this role."""
        widened = next((kind for letters, kind in self.also.items() if role in roles_of(letters)), None)
        if widened is None or not self.shows:
            return self.shows
        return {widened: next(iter(self.shows.values()))} if widened else {}


def roles_of(letters: str) -> set[str]:
    """The roles of these letters."""
    return {LETTERS[letter] for letter in letters}


PLANNERS = "MDHRU"
"""Who follows campaigns: all but the administrator, who runs the machine and plans nothing."""
MEETS_CLIENTS = "MDH"
"""Who works with clients day by day."""
READS_CLIENTS = "MDHRU"
"""Also compliance and audit look at a client, masked."""
DECIDES = "HR"
LOOKS_ON = "HRAU"
"""Who sees what waits for approval, and what was done."""
CORP = {"side": "wecom", "slug": "wwtest0000000001"}
"""The settings' corp in tests: accounts are named in the address, not numbered."""
READING = "reads only, and a count of nobody's data"
SEARCH = "only seals what was typed; the list behind it is read like any list"

CLIENT = {"client": "/clients/{}"}
EDITOR = {"version": "1", "name": "x", "channel": "wecom_message"}
