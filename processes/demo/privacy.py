"""Choices of clients and their requests about their own data, through the clients' own doors."""

from __future__ import annotations

from datetime import timedelta

from community.clients import consent, consent_texts, preferences
from community.clients.preferences import Choice
from community.privacy import answering, partners, requests
from community.privacy.models import Partner, PrivacyRequest
from kernel import clock, database
from staff.models import Staff

CLASSES = ("deposit", "education", "wealth", "fund", "insurance", "precious_metal")
PARTNERS = (
    ("海岳人寿保险有限公司", "姓名与手机号，用于保险方案咨询"),
    ("海岳基金销售有限公司", "姓名与风险评级，用于基金产品说明"),
)
# days ago, what is asked, in whose words
ASKED = (
    (40, "see", ""),
    (26, "correct", "手机号已更换，请改为尾号 6620 的新号码"),
    (9, "see", ""),
    (3, "erase", ""),
    (1, "correct", "姓名中的“筱”应为“晓”"),
)
SOME = """
SELECT id FROM client
WHERE merged_into_id IS NULL AND opted_out_at IS NULL AND owner_id IS NOT NULL AND marketing_consent
ORDER BY md5(id::text) LIMIT $1
"""


async def choose() -> None:
    """Some clients choose channels, classes and partners; a few take everything back."""
    if await Partner.exists():
        return
    reviewer = await Staff.filter(role="reviewer", is_active=True).order_by("id").first()
    assert reviewer is not None
    for name, what in PARTNERS:
        await partners.add(name, what, reviewer)
    version = consent_texts.current().version
    ids = [row["id"] for row in await database.fetch(SOME, 24)]
    for place, client_id in enumerate(ids):
        moment = clock.now() - timedelta(days=29 - place, hours=place)
        with clock.frozen(moment):
            if place % 6 == 5:
                await consent.withdraw([client_id], "message")
                continue
            wanted = Choice(
                True,
                frozenset(list(preferences.CHANNELS)[: 1 + place % 2]),
                frozenset(CLASSES[: 2 + place % 4]),
                frozenset({PARTNERS[0][0]} if place % 4 == 0 else ()),
            )
            await preferences.choose(client_id, wanted, CLASSES, [name for name, _what in PARTNERS], version)


async def ask() -> None:
    """A few requests: one answered in time, one late, the others open."""
    if await PrivacyRequest.exists():
        return
    reviewer = await Staff.filter(role="reviewer", is_active=True).order_by("id").first()
    assert reviewer is not None
    ids = [row["id"] for row in await database.fetch(SOME, 40)][-len(ASKED) :]
    for client_id, (days, kind, wish) in zip(ids, ASKED, strict=True):
        with clock.frozen(clock.now() - timedelta(days=days)):
            asked = await requests.ask(client_id, kind, "portal", wish=wish)
        if days == ASKED[0][0]:
            with clock.frozen(clock.now() - timedelta(days=days - 6)):
                await answering.finish(asked.id, "已由客户经理当面交付信息副本", reviewer)
