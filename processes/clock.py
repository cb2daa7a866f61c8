"""The whole timetable on one page: the name of each job, when it runs (Shanghai), and which ability it wakes."""

from __future__ import annotations

import asyncio
import logging
import signal

from campaigns.delivery import tasks as campaigns
from campaigns.journeys import tasks as journeys
from campaigns.livestreams import tasks as livestreams
from community.clients import tasks as clients
from community.groups import tasks as groups
from community.privacy import tasks as privacy
from community.reconciling import tasks as reconciling
from community.sending import tasks as sending
from kernel import logs, settings, tasks
from loyalty.metrics import tasks as metrics
from loyalty.rewards import tasks as rewards
from processes import timekeeping
from processes.timekeeping import daily, every, job
from staff import tasks as audit
from staff.access import sessions
from staff.exports import tasks as exports
from staff.keys import tasks as keys
from webhooks import tasks as callbacks

TIMETABLE = (
    # what should have been done already: rows that nobody was woken for
    job("sweep-callbacks", every(seconds=5), callbacks.sweep_unhandled),
    job("sweep-welcomes", every(seconds=3), callbacks.sweep_urgent),
    job("sweep-messages", every(seconds=5), callbacks.sweep_messages),
    job("dispatch-due", every(seconds=2), sending.dispatch_due),
    job("poll-results", every(seconds=5), sending.poll_results),
    job("reconcile-sends", every(seconds=30), sending.reconcile),
    # campaigns move on
    job("start-campaigns", every(seconds=5), campaigns.start_due_campaigns),
    job("finish-campaigns", every(seconds=15), campaigns.finish_campaigns),
    job("make-occurrences", every(minutes=5), campaigns.make_occurrences),
    job("advance-journeys", every(seconds=10), journeys.advance_journeys),
    job("follow-livestreams", every(minutes=1), livestreams.sweep),
    # what WeChat knows better
    job("read-people", every(minutes=1), clients.read_unread),
    job("follow-transfers", every(hours=1), clients.follow_transfers),
    job("read-tags", every(hours=1), clients.read_tags),
    job("read-groups", every(seconds=15), groups.read_stale),
    job("greet-newcomers", every(hours=1), groups.greet_waiting),
    # what WeChat lists and we have: the hour's differences, the whole each night, and passes that stand still
    job("reconcile-community", daily("03:10"), reconciling.reconcile),
    job("reconcile-changes", every(hours=1), reconciling.reconcile_changes),
    job("resume-reconciling", every(minutes=1), reconciling.resume),
    # what clients are worth; the review looks each day whether a month waits for it, because files come late
    job("nightly-figures", daily("04:20"), metrics.nightly_figures),
    job("review-tiers", daily("05:10"), rewards.monthly_review),
    job("reconcile-points", daily("03:40"), rewards.reconcile_points),
    job("tell-of-grants", every(minutes=10), rewards.tell_of_grants),
    # who may be told of what; staff are reminded when their day begins
    job("renew-media", every(hours=1), sending.renew_media),
    job("follow-documents", daily("09:05"), sending.follow_documents),
    # what can be proved later, and what may not lie about
    job("expire-approvals", every(minutes=1), audit.expire_approvals),
    job("link-audit", every(minutes=1), audit.link_audit),
    job("sweep-exports", every(minutes=1), exports.sweep),
    # house-keeping
    job("rotate-keys", every(seconds=10), keys.rotate_keys),
    job("forget-minutes", daily("02:50"), callbacks.forget_minutes),
    job("forget-sessions", every(minutes=15), sessions.forget_old),
    job("keep-to-retention", daily("02:30"), privacy.sweep_retention),
    job("erase-approved", every(minutes=1), privacy.erase_approved),
    job("forget-places", every(minutes=5), clients.forget_unagreed_places),
)

WAKEUPS = timekeeping.wakeups(TIMETABLE)


def run() -> None:
    """Keep time until told to stop; of several clocks one leads and the others wait."""
    wanted = settings.get()
    logs.start("clock", wanted.log_level)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    tasks.connect(wanted.redis_url)
    asyncio.run(_keep_until_stopped(wanted.database_url))


async def _keep_until_stopped(url: str) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stop.set)
    await timekeeping.keep(TIMETABLE, WAKEUPS, url, stop)
