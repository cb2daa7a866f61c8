"""What the matrix expects of each route: who may, of what kind of thing, and what a change leaves in the audit.

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

WORK: dict[str, Entry] = {
    "overview": Entry(EVERYBODY),
    "clients": Entry(READS_CLIENTS, shows=CLIENT),
    "client_search": Entry(READS_CLIENTS, form={"q": "139"}, unaudited=SEARCH),
    "client": Entry(READS_CLIENTS, kind="client"),
    "client_reveal": Entry("DH", kind="client", form={"field": "phone", "reason": "回电核实"}),
    "groups": Entry(MEETS_CLIENTS, shows={"group": "/groups/{}"}),
    "group": Entry(MEETS_CLIENTS, kind="group"),
    "imports": Entry("MA", shows={"import": "/imports/{}"}),
    "import_check": Entry("MA", unaudited="a dry run changes nothing"),
    "import_take_in": Entry("MA"),
    "import_run": Entry("MA", kind="import"),
    "tiers": Entry("MDHA"),
    "tier_change": Entry("MRA"),
    "tier_change_propose": Entry("MRA", form={"name": "x", "effective_on": "2099-01-05"}),
    "benefits": Entry("MDHA"),
    "grant_new": Entry("MD"),
    "grant_ask": Entry("MD", form={"benefit": "1", "numbers": "C-none", "reason": "答谢"}),
    "grant_redemption": Entry("MD", kind="grant"),
    "grant_reversal": Entry("MD", kind="grant", form={"reason": "发错"}),
    "points": Entry("MDHA"),
    "points_adjust": Entry("M"),
    "points_search": Entry("M", form={"q": "139"}, unaudited=SEARCH),
    "points_check": Entry("M"),
    "audit": Entry(LOOKS_ON),
    "audit_verification": Entry("U"),
    "health": Entry("AU"),
    "health_decide": Entry("A", kind="send", form={"verdict": "close"}, other="let in"),
    "intake": Entry("AU"),
    "intake_now": Entry("AU"),
    "intake_retry": Entry("A"),
    "intake_let_go": Entry("A", form={"side": "wecom", "app": "ww", "kind": "?x"}),
    "intake_examine": Entry("A"),
    "api_calls": Entry("AU"),
    "api_call_release": Entry("A", kind="api_hold"),
    "drift": Entry("AU"),
    "drift_now": Entry("AU"),
    "drift_begin": Entry("A", form={"scope": "tags", "app": "wwtest0000000001", "way": "full"}),
    "drift_run": Entry("AU", kind="reconcile_run"),
    "journeys": Entry(PLANNERS, shows={"journey": "/journeys/{}"}),
    "new_journey": Entry("M"),
    "journey_begin": Entry("M", form={"name": "新旅程", "preset": "welcome"}),
    "journey": Entry(PLANNERS, kind="journey"),
    "journey_editor": Entry("M", kind="journey"),
    "journey_save": Entry("M", kind="journey", form={"version": "1", "name": "改名"}),
    "journey_submission": Entry("M", kind="journey"),
    "journey_simulation": Entry("M", kind="journey"),
    "journey_pause": Entry("MHR", kind="journey"),
    "journey_resumption": Entry("M", kind="journey"),
    "journey_closing": Entry("MHR", kind="journey"),
    "journey_reopening": Entry("M", kind="journey"),
    "journey_ending": Entry("MHR", kind="journey"),
    "journey_copy": Entry("M", kind="journey"),
    "follow_ups": Entry("D"),
    "follow_up_outcome": Entry("D", kind="follow_up", form={"outcome": "reached"}),
    "campaigns": Entry(PLANNERS, shows={"draft": "/campaigns/{}", "campaign": "/campaigns/{}"}),
    "new_campaign": Entry("M"),
    "campaign_begin": Entry("M", form={"kind": "message", "name": "新活动"}),
    # shown what a pause would stop before anything is done
    "campaigns_bulk": Entry("MHR", form={"act": "pause", "id": "1"}, unaudited=READING),
    "campaign": Entry(PLANNERS, kind="campaign"),
    "campaign_progress": Entry(PLANNERS, kind="campaign"),
    "campaign_dry_run": Entry(PLANNERS, kind="draft"),
    "campaign_editor": Entry("M", kind="draft"),
    "campaign_save": Entry("M", kind="draft", form=EDITOR),
    "campaign_audience": Entry("M", kind="draft", form=EDITOR, unaudited=READING),
    "campaign_wording": Entry("M", kind="draft", form={"text": "x"}, path={"step": "main"}, unaudited=READING),
    "campaign_submission": Entry("M", kind="draft", form=EDITOR),
    "campaign_trial": Entry("M", kind="draft", form=EDITOR),
    "campaign_start": Entry("M", kind="campaign"),
    "campaign_pause": Entry("MHR", kind="event"),
    "campaign_resumption": Entry("M", kind="event"),
    "campaign_cancellation": Entry("MHR", kind="event"),
    "campaign_release": Entry(DECIDES, kind="event"),
    "campaign_reminder": Entry("M", kind="event"),
    "campaign_copy": Entry("M", kind="campaign"),
    "experiments": Entry(PLANNERS),
    "campaign_results": Entry(PLANNERS, kind="campaign"),
    "campaign_people": Entry(PLANNERS, kind="campaign"),
    # nothing has begun here yet: both say so
    "campaign_cost": Entry("M", kind="event", form={"cost": "1200.50"}),
    "campaign_verdict": Entry("M", kind="event", form={"choice": "again", "note": "再试"}),
    "campaign_date": Entry("M", kind="draft", form={"day": "2027-01-05", "at": "09:30"}),
    "calendar": Entry(PLANNERS),
    "approvals": Entry(LOOKS_ON, shows={"approval": "/approvals/{}"}, also={"A": ""}),
    "approval": Entry("HRU", kind="approval"),
    "approval_withdrawal": Entry(EVERYBODY, kind="question"),
    "approval_decision": Entry("HR", kind="approval", form={"word": "return", "seen_hash": "0" * 64, "note": "改"}),
    "segments": Entry("M", shows={"segment": "/segments/{}"}),
    "new_segment": Entry("M"),
    "segment_begin": Entry("M", form={"name": "新分群"}),
    "segment_count": Entry("M", unaudited=READING),
    "segment": Entry("M", kind="segment"),
    "segment_save": Entry("M", kind="segment", form={"name": "改过的分群 ", "seen": "1"}),
    "segment_retirement": Entry("M", kind="segment", form={"back": "1"}),
    "segment_lists": Entry("M", shows={"segment_list": "/segments/lists/{}"}),
    "segment_list_take_in": Entry("M", form={"name": "新名单", "numbers": "C-none"}),
    "segment_list": Entry("M", kind="segment_list"),
    "segment_list_retirement": Entry("M", kind="segment_list"),
    "library": Entry(PLANNERS),
    "piece_editor": Entry("M"),
    "piece_save": Entry("M", form={"title": "文", "text": "您好"}),
    "piece_retirement": Entry("M", kind="piece", place="series"),
    "events": Entry(PLANNERS, shows={"event": "/events/{}"}),
    "event": Entry(PLANNERS, kind="event"),
    "event_seats": Entry("M", kind="event", form={"seats": "9"}),
    "check_in": Entry("MD", kind="event"),
    "check_in_guest": Entry("MD", kind="event", form={"code": "none"}, own="not found"),
    "livestreams": Entry(PLANNERS, shows={"livestream": "/livestreams/{}"}),
    "livestream": Entry(PLANNERS, kind="livestream"),
    "livestream_attendance": Entry("M", kind="livestream"),
}
OWN_ACCOUNT = "of the own account; the ability writes its own entry when something really changes"
ACCOUNT: dict[str, Entry] = {
    "sign_out": Entry(EVERYBODY),
    "step_up": Entry(EVERYBODY),
    "step_up_proof": Entry(EVERYBODY),
    "account": Entry(EVERYBODY),
    "account_password": Entry(EVERYBODY),
    "account_sessions_end": Entry(EVERYBODY),
    "account_session_end": Entry(EVERYBODY, kind="session"),
    "account_codes": Entry(EVERYBODY),
    "account_second_factor": Entry(EVERYBODY),
    "account_second_factor_confirmed": Entry(EVERYBODY),
    "account_second_factor_removal": Entry(EVERYBODY),
    "account_delegations": Entry(EVERYBODY),
    "account_delegate": Entry(EVERYBODY),
    "account_delegation_end": Entry(EVERYBODY, kind="absence", also={"A": "absence in reach"}),
    "inbox": Entry(EVERYBODY),
    "interests": Entry(EVERYBODY),
    "interest_declare": Entry(EVERYBODY, form={"kind": "company", "ref": "某公司", "relation": "股东"}),
    "interest_search": Entry(READS_CLIENTS, form={"q": "139"}, unaudited=SEARCH),
    "interest_end": Entry(EVERYBODY, kind="interest"),
}
COMPLIANCE: dict[str, Entry] = {
    "consents": Entry("MRU"),
    "partner_add": Entry("R", form={"code": "p1", "name": "合作方"}),
    "partner_end": Entry("R", kind="partner"),
    "privacy": Entry("RU", shows={"request": "/privacy/{}"}),
    "privacy_enter": Entry("R"),
    "privacy_request": Entry("RU", kind="request"),
    "privacy_evidence": Entry("RU", kind="answered request"),
    "privacy_answer": Entry("R", kind="request", form={"act": "refuse", "answer": "已电话说明"}),
    "exports": Entry(EVERYBODY, shows={"export": "/exports/{}"}, also={"HRAU": "export in reach"}),
    "export_new": Entry(EVERYBODY),
    "export_ask": Entry("MDHRU", form={"kind": "clients", "reason": "月度复盘使用"}),
    "export": Entry(EVERYBODY, kind="export", also={"HRAU": "export in reach"}),
    "export_fetch": Entry(EVERYBODY, kind="export", form={"token": "x" * 43}, own="not found"),
    "renewals": Entry(READS_CLIENTS),
    "client_assessment": Entry("D", kind="client"),
    "stops": Entry("MHRA"),
    "stop_pull": Entry("MHRA"),
    "stop_release": Entry("HRA", kind="stop"),
    "products": Entry(PLANNERS, shows={"product": "/products/{}"}),
    "products_file": Entry(PLANNERS),
    "products_take_in": Entry("M"),
    "product_ratings": Entry("R"),
    "product_new": Entry("M"),
    "product_add": Entry("M"),
    "product": Entry(PLANNERS, kind="product"),
    "product_save": Entry("M", kind="product"),
    "product_rating": Entry("R", kind="product", form={"rater": "seller", "level": "3"}),
}
SETTINGS: dict[str, Entry] = {
    "people": Entry("HRAU", query="q=同事", shows={"person": "/settings/people/{}"}),
    "person_hire": Entry("A"),
    "person": Entry("HRAU", kind="person"),
    "person_role": Entry("A", kind="person"),
    "person_departure": Entry("A", kind="person"),
    "person_handover": Entry("A", kind="person"),
    "person_invitation": Entry("A", kind="person"),
    "person_second_factor": Entry("A", kind="person"),
    "person_sessions_end": Entry("A", kind="person"),
    "person_delegation": Entry("A", kind="person"),
    "person_delegation_end": Entry("A", kind="absence of a person", place="delegation"),
    "permissions": Entry("RAU"),
    "organisation": Entry("HRAU"),
    "unit_open": Entry("A"),
    "unit_name": Entry("A", kind="unit", form={"name": "新名"}),
    "unit_parent": Entry("A", kind="unit to move", form={"parent": "{team}"}),
    "unit_closing": Entry("A", kind="unit"),
    "connections": Entry("A"),
    "connection_new": Entry("A"),
    "connection_add": Entry("A"),
    "connection": Entry("A", path=CORP),
    "connection_save": Entry("A", path=CORP),
    "connection_progress": Entry("A", path=CORP),
    "connection_diagnose": Entry("A", path=CORP),
    "connection_pause": Entry("A", path=CORP),
    "connection_resume": Entry("A", path=CORP),
    "connection_primary": Entry("A", path=CORP),
    "connection_secrets": Entry("A", path=CORP),
    "connection_secrets_save": Entry("A", path=CORP),
    "connection_rotation": Entry("A", path=CORP),
    "connection_overlap_end": Entry("A", path=CORP),
    "keys": Entry("A"),
    "keys_progress": Entry("A"),
    "keys_rotate": Entry("A"),
    "keys_pause": Entry("A", kind="rotation"),
    "keys_resume": Entry("A", kind="rotation"),
    "keys_destroy": Entry("A", kind="epoch", place="epoch", form={"typed": "999999999"}, other="let in"),
    "policies": Entry("MRA"),
    "policy_rule": Entry("MRA"),
    "policy_sending": Entry("MRA"),
    "policy_preset": Entry("MRA"),
    "rules": Entry(PLANNERS),
    "rule_trial": Entry(PLANNERS, form={"text": "保本"}, unaudited=READING),
    "rule_change": Entry(
        "MR", form={"op": "host", "host": "www.bank.example", "effective_on": "2099-01-01", "reason": "官网"}
    ),
    "quotas": Entry(PLANNERS),
    "retention": Entry("A"),
    "retention_propose": Entry("A"),
}
STRANGERS: dict[str, Entry] = {
    name: Entry(OPEN)
    for name in (
        "static",
        "login",
        "sign_in",
        "language",
        "sign_in_code",
        "sign_in_code_given",
        "sign_in_set_up",
        "sign_in_set_up_confirmed",
        "sign_in_wecom",
        "sign_in_wecom_back",
        "first_password",
        "first_password_set",
        "client_invitation",
        "client_reply",
        "client_livestream",
        "client_reserve",
        "client_preferences",
        "client_save_preferences",
        "client_privacy",
        "client_ask_privacy",
        "client_me_enter",
        "client_me_back",
        "client_me",
    )
}
ENTRIES = WORK | ACCOUNT | COMPLIANCE | SETTINGS | STRANGERS
