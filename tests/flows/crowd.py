"""Clients who come, join groups, are tagged, leave and delete: seeded chance, and only what is possible."""

from __future__ import annotations

import random
from typing import Any

from wechat.sandbox.client import Sandbox

OWNERS = ("sun.bo", "luo.ming", "qian.duo")
GROUPS = 12
TAGS = 6
CHANCES = (("add", 30), ("join", 34), ("leave", 14), ("edit", 14), ("delete", 6), ("tag", 1), ("untag", 1))


class Crowd:
    """What this crowd has done so far, so that the next act is possible without asking the sandbox."""

    def __init__(self, seed: int, sandbox: Sandbox) -> None:
        self.rng, self.sandbox, self.seed = random.Random(seed), sandbox, seed
        self.friends: dict[str, str] = {}
        self.inside: dict[str, set[str]] = {}
        self.tags: list[str] = []
        self.made = 0

    async def begin(self) -> None:
        """Groups of the three owners, and a few tags."""
        for place in range(GROUPS):
            owner = OWNERS[place % len(OWNERS)]
            told = await self.sandbox.act("group.create", owner=owner, name=f"客群{place}")
            self.inside[told["chat_id"]] = set()
        for place in range(TAGS):
            told = await self.sandbox.act("tag.create", group="浸泡", name=f"标签{self.seed}-{place}")
            self.tags.append(told["id"])

    async def act(self, count: int, burst: int) -> None:
        """So many acts, in bursts that the sandbox makes callbacks of at once."""
        while count > 0:
            batch = [one for one in (self._next() for _ in range(min(count, burst))) if one is not None]
            results = await self.sandbox.acts(batch)
            for one, told in zip(batch, results, strict=True):
                if one["act"] == "tag.create":
                    self.tags.append(told["id"])
            count -= len(batch)

    def _next(self) -> dict[str, Any] | None:
        names, weights = zip(*CHANCES, strict=True)
        name = self.rng.choices(names, weights)[0]
        chat = self.rng.choice(list(self.inside))
        friend = self.rng.choice(list(self.friends)) if self.friends and name in ("join", "edit", "delete") else ""
        if name == "leave" and self.inside[chat]:
            return self._leave(chat, sorted(self.inside[chat])[self.rng.randrange(len(self.inside[chat]))])
        if name == "join" and friend and friend not in self.inside[chat]:
            self.inside[chat].add(friend)
            return {"act": "group.join", "chat_id": chat, "id": friend}
        if name == "edit" and friend:
            tags = self.rng.sample(self.tags, k=min(len(self.tags), self.rng.randrange(4)))
            return {"act": "member.edit_client", **self._pair(friend), "tags": tags}
        if name == "delete" and friend:
            pair = self._pair(friend)
            del self.friends[friend]
            return {"act": self.rng.choice(("client.delete_member", "member.delete_client")), **pair}
        if name == "tag":
            self.made += 1
            return {"act": "tag.create", "group": "浸泡", "name": f"新标签{self.seed}-{self.made}"}
        if name == "untag" and len(self.tags) > 2:
            return {"act": "tag.delete", "id": self.tags.pop(self.rng.randrange(len(self.tags)))}
        return self._add()

    def _add(self) -> dict[str, Any]:
        self.made += 1
        external = f"wmsoak{self.seed}x{self.made:016}"
        self.friends[external] = self.rng.choice(OWNERS)
        return {"act": "client.add", **self._pair(external), "name": f"客{self.made}"}

    def _leave(self, chat: str, who: str) -> dict[str, Any]:
        self.inside[chat].discard(who)
        return {"act": self.rng.choice(("group.quit", "group.kick")), "chat_id": chat, "id": who}

    def _pair(self, external: str) -> dict[str, str]:
        return {"userid": self.friends[external], "external_userid": external}
