"""What the audience builder can ask, in the words of marketing, and what can be picked for an answer."""

from __future__ import annotations

from typing import NamedTuple

from campaigns.audience import describing, lists, saved, stages
from campaigns.planning import past
from community.groups import directory as groups
from loyalty.tiers import directory
from staff import permissions, scope
from staff.models import Branch, Staff

# what a row asks, in the order of the list: every leaf of the language of segments
QUESTION_GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "客户资料",
        (
            ("tier.in", "客户等级是"),
            ("tier.not_in", "客户等级不是"),
            ("stage.in", "生命周期阶段是"),
            ("tag.has", "有任一标签"),
            ("tag.has_not", "没有这些标签"),
            ("owner.in", "客户经理是"),
            ("branch.in", "所属机构是"),
            ("gender.in", "性别是"),
            ("known.within", "登记为客户"),
            ("known.older", "登记为客户，早于"),
            ("risk.in", "有效的风险评估是"),
            ("risk.none", "没有有效的风险评估"),
            ("document.expires", "证件将到期"),
        ),
    ),
    (
        "资产",
        (
            ("balance.between", "最新资产在"),
            ("deposit.between", "最新存款在"),
            ("average.between", "近 30 天日均资产在"),
            ("change.between", "近 30 天资产变化在"),
            ("maturity.within", "存款或产品将到期"),
        ),
    ),
    (
        "行为",
        (
            ("activity.within", "最近活跃在"),
            ("activity.older", "最近活跃早于"),
            ("behaviour.did", "做过某种行为"),
            ("behaviour.did_not", "没有做过某种行为"),
            ("contacted.within", "收到过营销消息"),
            ("contacted.not_within", "没有收到过营销消息"),
        ),
    ),
    (
        "社群与渠道",
        (
            ("group.in", "在任一客户群"),
            ("group.not_in", "不在这些客户群"),
            ("fan.is", "是公众号粉丝"),
            ("fan.is_not", "不是公众号粉丝"),
            ("contact.is", "是企业微信好友"),
            ("contact.is_not", "不是企业微信好友"),
        ),
    ),
    (
        "以往活动",
        (
            ("campaign.got", "收到过活动"),
            ("campaign.got_not", "没有收到过活动"),
            ("campaign.clicked", "点击过活动的链接"),
            ("campaign.clicked_not", "没有点击过活动的链接"),
            ("campaign.control", "曾在活动的对照组"),
            ("event.accepted", "报名了邀约会"),
            ("event.attended", "到场参加了邀约会"),
            ("event.absent", "报名未到邀约会"),
            ("event.not_invited", "没有受邀参加邀约会"),
            ("livestream.reserved", "预约了直播"),
            ("livestream.watched", "看过直播"),
            ("livestream.absent", "受邀未看直播"),
        ),
    ),
    (
        "名单与分群",
        (
            ("segment.in", "属于分群"),
            ("segment.not_in", "不属于分群"),
            ("list.in", "在导入的名单中"),
            ("list.not_in", "不在导入的名单中"),
        ),
    ),
)
QUESTIONS = tuple(question for _title, questions in QUESTION_GROUPS for question in questions)
Pairs = list[tuple[str, str]]


class Choices(NamedTuple):
    """What can be picked in rows, as pairs of value and label by field; versions: every segment in every version."""

    tier: Pairs
    stage: Pairs
    tag: Pairs
    owner: Pairs
    branch: Pairs
    gender: Pairs
    risk: Pairs
    group: Pairs
    behaviour: Pairs
    campaign: Pairs
    event: Pairs
    livestream: Pairs
    list: Pairs
    segment: Pairs
    versions: dict[str, str]


async def choices(author: Staff) -> Choices:
    """What can be picked: owners, units and groups within the scope of the author, whose clients the audience is."""
    units = await scope.units_of(author)
    open_ones = Branch.filter(is_closed=False).order_by("path")
    branches = open_ones if units is None else open_ones.filter(id__in=[*units, author.branch_id or 0])
    may_save = permissions.may(author, "segments.edit")
    return Choices(
        tier=list((await directory.tier_names()).items()),
        stage=list(stages.NAMES.items()),
        tag=[(tag, tag) for tag in await directory.tags()],
        owner=[(str(number), name) for number, name in await directory.owners(author)],
        branch=[(str(branch.id), branch.name) for branch in await branches],
        gender=list(describing.GENDERS.items()),
        risk=[(str(number), label) for number, label in describing.LEVELS.items()],
        group=[(str(line.id), line.name or "未命名群") for line in await groups.lines(author, limit=200, offset=0)],
        behaviour=[(kind, describing.behaviour_label(kind)) for kind in describing.BEHAVIOURS],
        segment=await saved.choices(),
        versions=await saved.labels(),
        list=await lists.choices(author) if may_save else [],
        **(await past.choices(author)),
    )
