"""One person behind their ids: the openids of the accounts they follow, their external ids in each corp."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from wechat.sandbox.accounts import Account, Fan
from wechat.sandbox.corps import Corp, External, Member
from wechat.sandbox.world import World

LISTED = 60


@dataclass(slots=True)
class Person:
    """A WeChat user. `id` is one of the ids below, whichever was asked for."""

    id: str
    name: str = ""
    fans: list[tuple[Account, Fan]] = field(default_factory=list)
    externals: list[tuple[Corp, External]] = field(default_factory=list)

    @property
    def ids(self) -> set[str]:
        """Every id under which a message may reach this person."""
        return {fan.openid for _, fan in self.fans} | {one.external_userid for _, one in self.externals}

    @property
    def unionid(self) -> str:
        """The id that joins the others, where it is known."""
        found = [fan.unionid for _, fan in self.fans] + [one.unionid for _, one in self.externals]
        return next((one for one in found if one), "")

    def fan_of(self, account: Account) -> Fan | None:
        """This person as a fan of an account, following or not."""
        return next((fan for own, fan in self.fans if own is account), None)

    def external_of(self, corp: Corp) -> External | None:
        """This person as a client of a corp."""
        return next((one for own, one in self.externals if own is corp), None)


def find(world: World, who: str) -> Person | None:
    """The person with this openid or external id, with what belongs to the same unionid."""
    person = Person(who)
    for account in world.accounts.values():
        if fan := account.fans.get(who):
            person.fans.append((account, fan))
            person.name = person.name or fan.name
    for corp in world.corps.values():
        if client := corp.externals.get(who):
            person.externals.append((corp, client))
            person.name = person.name or client.name
    if not person.ids:
        return None
    if person.unionid:
        _join(world, person)
    person.name = person.name or "微信用户"
    return person


def search(world: World, words: str) -> list[Person]:
    """Some people whose name or id holds the words, each once; people with messages lately come first."""
    found: dict[str, Person] = {}
    for who, name, union in _everybody(world):
        if (not words or words in name or words == who) and (union or who) not in found:
            found[union or who] = Person(who, name or "微信用户")
            if len(found) >= LISTED:
                break
    return list(found.values())


def lately(world: World, most: int = 12) -> list[Person]:
    """Whom something reached last."""
    seen: dict[str, None] = {}
    for one in reversed(world.reached.log[-2000:]):
        for who in one.people[:most]:
            seen[who] = None
        if len(seen) > most * 3:
            break
    people = {person.unionid or person.id: person for who in seen if (person := find(world, who))}
    return list(people.values())[:most]


def members(world: World, words: str = "") -> list[tuple[Corp, Member]]:
    """Members who haven't left, of all corps."""
    return [
        (corp, one)
        for corp in world.corps.values()
        for one in corp.members.values()
        if not one.left and (not words or words in one.name or words in one.userid)
    ]


def _join(world: World, person: Person) -> None:
    for account in world.accounts.values():
        if person.fan_of(account) is None:
            hit = next((fan for fan in account.fans.values() if fan.unionid == person.unionid), None)
            person.fans += [(account, hit)] if hit else []
    for corp in world.corps.values():
        if person.external_of(corp) is None and (client := corp.external_of_union(person.unionid)):
            person.externals.append((corp, client))
    # the corp's client has the name that staff see; a fan's nickname is often empty
    person.name = next((one.name for _, one in person.externals if one.name), person.name)


def _everybody(world: World) -> Iterator[tuple[str, str, str]]:
    for corp in world.corps.values():
        for client in corp.externals.values():
            yield client.external_userid, client.name, client.unionid
    for account in world.accounts.values():
        for fan in account.fans.values():
            yield fan.openid, fan.name, fan.unionid
