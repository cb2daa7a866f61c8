"""The operator's command for the first administrator: a link instead of a password."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from kernel import settings
from staff.access import invitations
from staff.models import Staff

LINK = re.compile(r"(http\S+)/start/(\S+)")


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "processes.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=dict(os.environ), check=False)


async def test_it_prints_a_link_on_which_the_administrator_sets_the_password(db):
    told = _run("create-admin", "Boss", "马兰")
    assert told.returncode == 0, told.stderr
    found = LINK.search(told.stdout)
    assert found is not None
    assert found[1] == settings.get().public_url
    person = await Staff.get(login="boss")
    assert (person.role, person.name, person.password_hash) == ("administrator", "马兰", "")
    assert (await invitations.accept(found[2], "sieben graue Kraniche 77")).id == person.id


async def test_it_renews_an_administrators_link_and_nobody_elses(db):
    _run("create-admin", "boss", "马兰")
    again = LINK.search(_run("create-admin", "boss", "马兰").stdout)
    assert again is not None
    await invitations.accept(again[2], "sieben graue Kraniche 77")
    await Staff.create(login="zhoumin", name="周敏", role="marketing")
    refused = _run("create-admin", "zhoumin", "周敏")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "no administrator" in refused.stderr
