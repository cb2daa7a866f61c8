"""The operator's looks at the audit and at files that were found: `huiliu audit verify`, `huiliu trace-export`."""

from __future__ import annotations

import json
import time
from pathlib import Path

from kernel import clock
from staff import audit_chain, audit_heads, audit_verification
from staff.audit_verifying import Broken, Verdict
from staff.exports import tracing

_WHAT = {
    "edited": "the entry is not what was written",
    "deleted": "the entry is gone",
    "reordered": "another entry stands here than was linked here",
    "link_altered": "the link's hash was changed",
    "link_missing": "the link is gone",
    "unlinked": "the entry was never linked and does not wait for it",
    "cut": "the chain ends here, but a head outside knows of more",
    "rewritten": "the chain is another than the head outside knows",
    "head_missing": "the file of heads is gone",
    "head_broken": "a line of the file of heads is missing or not ours",
}


async def verify(*, as_json: bool) -> int:
    """Link what waits, go over everything, and say what was found; 1 when something is wrong."""
    began = time.monotonic()
    await audit_chain.link()
    verdict = await audit_verification.verify()
    seconds = time.monotonic() - began
    if as_json:
        facts = verdict.as_facts() | {"seconds": round(seconds, 2), "head_file": str(audit_heads.path())}
        print(json.dumps(facts, ensure_ascii=False))
    else:
        print(f"{_sentence(verdict)} ({seconds:.1f} s)")
    return 0 if verdict.broken is None else 1


async def trace(path: Path) -> int:
    """Say which export a file came from; 1 when it came from none."""
    traced = await tracing.trace(path)
    if traced.copy is None:
        said = f"; its visible line names export {traced.line_id}, which proves nothing" if traced.line_id else ""
        print(f"no export is behind this file ({traced.cells} cells with words were read){said}")
        return 1
    copy = traced.copy
    how = f"by its spaces, {copy.score:.1f} deviations above chance" if copy.score >= tracing.CERTAIN else "by its line"
    print(
        f"export {copy.export_id} ({copy.kind}), asked for by {copy.name} on "
        f"{clock.local(copy.created_at):%Y-%m-%d %H:%M}: {copy.reason}\nfound {how}; {traced.cells} cells were read"
    )
    return 0


def _sentence(verdict: Verdict) -> str:
    if verdict.broken is None:
        return f"sound: {verdict.links:,} linked entries, {verdict.waiting:,} waiting, {verdict.heads:,} heads agree"
    return f"BROKEN: {_where(verdict.broken)}: {_WHAT[verdict.broken.what]} [{verdict.broken.what}]"


def _where(broken: Broken) -> str:
    parts = [f"position {broken.position}"] if broken.position else []
    parts += [f"entry {broken.entry_id}"] if broken.entry_id else []
    parts += [f"line {broken.line} of {audit_heads.path()}"] if broken.line else []
    return f"{', '.join(parts) or audit_heads.path()} (sound up to position {broken.after})"
