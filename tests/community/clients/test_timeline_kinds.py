"""Every kind of timeline entry that the product writes has a name that staff can read."""

from __future__ import annotations

import re
from pathlib import Path

from community.clients import timeline

ROOT = Path(__file__).parents[3]
WRITTEN = re.compile(r"""(?:timeline\.record(?:_many)?|Fact)\([^"\n]*(?:\n[^"\n]*)?"([a-z]+\.[a-z_]+)\"""")


def test_every_kind_that_is_written_has_a_label() -> None:
    packages = ("community", "loyalty", "campaigns", "webhooks", "web")
    sources = [path.read_text(encoding="utf-8") for one in packages for path in (ROOT / one).rglob("*.py")]
    written = {kind for source in sources for kind in WRITTEN.findall(source)}
    assert len(written) > 15
    assert written - set(timeline.KINDS) == set()
