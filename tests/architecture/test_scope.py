"""A list, a count, a search or a chart over clients can't be made without a person's scope; exceptions say why."""

from __future__ import annotations

import pytest

from tests.architecture import scoping
from tests.architecture.tree import modules, name

CONDITION = "a piece of a statement, or facts for it; whoever puts it together adds the scope"
OF_A_FILE = "takes in a file of the bank: the system's own work on the file's clients, for whom nobody's scope counts"
NO_CLIENT = "shows no client: numbers of messages of the whole house, for those who keep it running"

LISTS = {
    "campaigns.audience.describing:_names": "names of the groups that a condition was given",
    "campaigns.audience.reach:_piece": CONDITION,
    "campaigns.planning.power:_lately_returned": "the bank's own return rate of late: one figure, no client in it",
    "community.clients.consent_sql:answer": CONDITION,
    "community.clients.identities:_known": OF_A_FILE,
    "community.clients.identities:bind_bank_numbers": OF_A_FILE,
    "community.clients.registering:_update": OF_A_FILE,
    "community.clients.registering:save_many": OF_A_FILE,
    "community.clients.ownership:hand_over": "all clients of one leaver, whom the page's door opened within scope",
    "community.privacy.pack:_statements": "the statements by which one client's own data are read",
    "community.sending.leases:put_back": "hands one decided message back to the workers",
    "community.sending.reconciling:undecided": NO_CLIENT,
    "community.sending.tallies:by_state": NO_CLIENT,
    "community.sending.tallies:waiting": NO_CLIENT,
    "community.sending.stops:_drain": NO_CLIENT,
    "community.sending.stops:waiting": NO_CLIENT,
    "community.suitability.assessing:record_many": OF_A_FILE,
    "community.suitability.kyc:take_in": OF_A_FILE,
    "community.suitability.reading:held": CONDITION,
    "community.suitability.renewals:_asked": CONDITION,
    "community.suitability.reading:verdict": CONDITION,
    "loyalty.assets.client_files:_note_consent": OF_A_FILE,
    "loyalty.assets.holdings:refresh": OF_A_FILE,
    "loyalty.assets.holdings:settled_until": "the newest day that is settled, no client in it",
    "loyalty.assets.staging:_open_accounts": OF_A_FILE,
    "loyalty.metrics.measuring:measure": "both arms of one campaign added up: a figure of the campaign, not of clients",
    "loyalty.rewards.points:reconcile": "adds up the whole journal: counts of entries, no client in it",
    "loyalty.tiers.directory:last_day": "the newest day of balances, no client in it",
    "loyalty.tiers.moving:between": "what a policy of the whole bank would do to it: a count per tier, no client in it",
}
DOORS = {
    "health": NO_CLIENT,
    "health_decide": "decides about one message by its number and shows nothing of the client",
    "import_take_in": OF_A_FILE,
    "points_check": "adds up the whole journal and says whether it balances, no client in it",
    "segments": "names of groups and campaigns in the sentences of shared conditions, no client in it",
    "tier_change_propose": "what a policy of the whole bank would do to it: a count per tier, no client in it",
}
PAGES = {
    "web.console.client_story:_groups": "names of the groups on one client's timeline, which the page's door opened",
}

PLANTED = {
    "community.planted": """
from kernel import database
from community.clients.models import Client
from staff import scope
from staff.models import Staff
COUNT = "SELECT count(*) FROM client"
async def count():
    return await database.fetch_value(COUNT)
async def all_of_them():
    return await Client.all()
async def through_another(person: Staff):
    return await all_of_them()
async def count_with_a_person_alone(person: Staff):
    return await database.fetch_value("SELECT 1 FROM send JOIN client c ON c.id = send.client_id")
async def count_in_scope(person: Staff):
    return await database.fetch_value(COUNT + _where(person))
def _where(person: Staff):
    return scope.clients(person).sql
async def name_of(client_id: int):
    return await database.fetch_value("SELECT name_sealed FROM client WHERE id = $1", client_id)
""",
    "web.console.planted": """
from community import planted
from community.clients.models import Client
from web.doors import staff_page
async def one(request):
    return await planted.name_of(request.path_params["id"])
async def lists(request):
    return [await planted.count(), planted.through_another, planted.count_with_a_person_alone, planted.count_in_scope]
async def own_query(request):
    return await Client.get(id=1)
ROUTES = [staff_page("/a", one, "planted_one"), staff_page("/b", lists, "planted_lists")]
""",
}


def _sources() -> dict[str, str]:
    return {name(path)[:-3].replace("/", "."): path.read_text() for path in modules()}


@pytest.fixture(scope="module")
def source() -> scoping.Source:
    return scoping.Source(_sources())


def test_no_list_or_count_of_clients_is_made_without_a_persons_scope(source: scoping.Source) -> None:
    assert set(scoping.unscoped_lists(source)) == set(LISTS)


def test_every_page_that_reads_of_clients_asks_for_scope_on_the_way(source: scoping.Source) -> None:
    assert set(scoping.unscoped_doors(source)) == set(DOORS)


def test_pages_leave_clients_tables_to_abilities(source: scoping.Source) -> None:
    found = {place for place in scoping.models_in_pages(source) if not place.startswith("web.portal.")}
    # a portal page is one client's own, opened by the personal link
    assert found == set(PAGES)


def test_every_table_with_a_client_in_it_is_watched(source: scoping.Source) -> None:
    with_client = {
        source.tables[place]
        for place, text in _classes(source)
        if "client_id: int" in text and source.tables[place] not in ("inbound",)
    }
    assert with_client <= scoping.CLIENT_TABLES


def test_planted_violations_are_found() -> None:
    planted = scoping.Source({**_sources(), **PLANTED})
    assert {one for one in scoping.unscoped_lists(planted) if one.startswith("community.planted:")} == {
        "community.planted:count",
        "community.planted:all_of_them",
        "community.planted:count_with_a_person_alone",
    }
    assert "planted_one" in scoping.unscoped_doors(planted)
    assert "web.console.planted:own_query" in scoping.models_in_pages(planted)


def _classes(source: scoping.Source) -> list[tuple[scoping.Name, str]]:
    import ast

    return [
        ((module.name, node.name), ast.unparse(node))
        for module in source.modules.values()
        for node in module.tree.body
        if isinstance(node, ast.ClassDef) and (module.name, node.name) in source.tables
    ]
