"""The checklist before submission, executed: what blocks, what deserves a second look, and how to mend each."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from campaigns.audience import including, reach, saved
from campaigns.content import library, notices, placeholders, rules
from campaigns.content.findings import Finding
from campaigns.planning import (
    allowances,
    arbitration,
    calendar,
    carrying,
    channels,
    confirmations,
    kind,
    pilot_checks,
    products,
    reaching,
    variants,
)
from campaigns.planning.models import Campaign, Step, Variant
from community.sending import gate, policies
from kernel import clock, settings
from kernel.errors import Refused

MANY_CONFIRMATIONS = 5
MOST_CONFIRMATIONS = 50
"""More taps for one campaign than a member makes beside the day's work: the rest would lie there until it is void."""
SMALL_CONTROL = 30


async def check(campaign: Campaign) -> list[Finding]:
    """All findings about a campaign as it stands, the blocking ones first."""
    await rules.refresh()
    steps = await Step.filter(campaign_id=campaign.id).order_by("position", "id")
    classes = {one.product_class for one in await products.of(campaign)}
    found = [finding for step in steps for finding in check_step(campaign, step, classes)]
    versions = await variants.of(campaign.id)
    for one, step in variants.every(steps, versions):
        inside = check_step(campaign, step, classes)
        found += [said._replace(message=f"版本 {one.code}：{said.message}") for said in inside]
        found += channels.findings(campaign, [step])
    found += channels.findings(campaign, steps)
    found += await carrying.findings(campaign, steps)
    found += _check_service(campaign, steps)
    found += _check_start(campaign)
    found += await _check_quiet_hours(campaign)
    found += await _check_audience(campaign, steps, versions)
    found += await products.findings(campaign, [*steps, *(step for _, step in variants.every(steps, versions))])
    found += await _check_clashes(campaign)
    found += await kind.of(campaign.kind).findings(campaign)
    return sorted(found, key=lambda finding: not finding.is_blocking)


def check_step(campaign: Campaign, step: Step, classes: Collection[str] = ()) -> list[Finding]:
    """What is wrong with one message: empty, too long, forbidden words, a missing notice, placeholders, half a link.

    classes: of the products that the campaign is about.
    """
    plan = kind.of(campaign.kind).step(step.code)
    if not step.text.strip():
        if plan.is_optional:
            return []
        return [Finding("step.empty", f"“{plan.label}”还没有正文", "填写正文", step.code)]
    found = library.check(step.text, step.code)
    if plan.purpose == "marketing":
        found += notices.findings(step.text, sorted(classes), step.code)
    ways = reach.channels_of(plan.purpose, plan.channel or campaign.channel, campaign.fallbacks)
    limit = min(channels.of(channel).text_bytes for channel in ways)
    if len(notices.complete(step.text, plan.purpose).encode()) > limit:
        found.append(Finding("step.too_long", f"“{plan.label}”超过 {limit} 字节", "缩短正文", step.code))
    return found + list(_check_link(campaign, step))


def _check_link(campaign: Campaign, step: Step) -> Iterator[Finding]:
    has_link = kind.of(campaign.kind).has_personal_links or bool(step.link_url)
    if "活动链接" in placeholders.used(step.text) and not has_link:
        yield Finding("step.link_missing", "正文用了“活动链接”，但没有填写链接", "填写链接地址或删去占位符", step.code)
    if step.link_title and not step.link_url:
        yield Finding("step.link_half", "填了链接标题，没有填链接地址", "补上地址或清空标题", step.code)
    if not step.link_url:
        return
    scheme = _scheme_of(step.link_url)
    if scheme not in ("http", "https"):
        yield Finding("step.link_bad", "链接地址须以 https:// 开头", "改正链接地址", step.code)
    elif scheme == "http" and not settings.get().demo:
        yield Finding("step.link_plain", "链接地址不是 https", "改用 https 地址", step.code)
    else:
        yield from carrying.link_findings(step)


def _check_service(campaign: Campaign, steps: list[Step]) -> Iterator[Finding]:
    for step in steps:
        plan = kind.of(campaign.kind).step(step.code)
        if plan.purpose != "service" or not step.text.strip():
            continue
        if "oa_template" in reach.channels_of(plan.purpose, plan.channel or campaign.channel):
            message = "提醒优先以公众号服务通知发送，其余客户才由员工在企业微信里确认发送"
            fix = "服务通知只显示两行，每行 20 字，完整内容请放在链接的页面里"
        else:
            message = "没有配置公众号服务通知模板：客服窗口关闭的客户，提醒要由员工在企业微信里确认发送"
            fix = "请管理员配置服务通知模板"
        yield Finding("service.channels", message, fix, step.code, is_blocking=False)


def _scheme_of(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.scheme if parts.netloc else ""


def _check_start(campaign: Campaign) -> Iterator[Finding]:
    if campaign.starts_at is None:
        fix = "如需定时发送，请填写开始时间"
        yield Finding("start.by_hand", "没有开始时间：批准后由制作人手动开始", fix, "starts_at", is_blocking=False)
    elif campaign.starts_at <= clock.now():
        yield Finding("start.past", "开始时间已经过去", "改为将来的时间", "starts_at")
    elif campaign.starts_at > clock.now() + timedelta(days=366):
        yield Finding("start.far", "开始时间在一年以后", "核对年份", "starts_at", is_blocking=False)


async def _check_quiet_hours(campaign: Campaign) -> list[Finding]:
    if campaign.starts_at is None:
        return []
    rules = await policies.in_force(clock.local(campaign.starts_at).date())
    if not gate.is_quiet(campaign.starts_at, rules.quiet_from, rules.quiet_until):
        return []
    message = f"开始时间在静默时段内，将顺延到 {rules.quiet_until:%H:%M} 之后发送"
    return [Finding("start.quiet", message, "改到静默时段以外", "starts_at", is_blocking=False)]


async def _check_audience(campaign: Campaign, steps: list[Step], versions: list[Variant]) -> list[Finding]:
    if kind.of(campaign.kind).is_open:
        # the kind itself says what is wrong with its groups or members
        due = (await reaching.people(campaign)).due
        return variants.findings(steps, versions, due) + await pilot_checks.findings(campaign, steps[0], due)
    try:
        await including.check(campaign.conditions)
    except Refused as refusal:
        return [Finding("audience.invalid", refusal.message, "修改人群条件", "conditions")]
    people = await reaching.people(campaign)
    if not people.due:
        why = "；".join(f"{line.label} {line.clients} 人" for line in people.exclusions) or "没有符合条件的客户"
        return [Finding("audience.empty", f"没有可以发送的客户（{why}）", "放宽条件或换一个渠道", "conditions")]
    found = variants.findings(steps, versions, people.due)
    found += await pilot_checks.findings(campaign, steps[0], people.due)
    found += arbitration.findings(await arbitration.losses(campaign))
    if older := await saved.outdated(campaign.conditions):
        message = f"受众用的分群不是最新版本（{'；'.join(older)}）"
        found.append(
            Finding("audience.outdated", message, "核对后改选最新版本，或保持不变", "conditions", is_blocking=False)
        )
    held_out = sum(line.clients for line in people.exclusions if line.reason == "held_out")
    if campaign.control_percent == 0:
        message = "没有对照组，将无法说明活动带来的效果"
        found.append(Finding("control.none", message, "建议留 10% 以上", "control_percent", is_blocking=False))
    elif held_out < SMALL_CONTROL:
        message = f"对照组只有 {held_out} 人，结果的误差会很大"
        found.append(Finding("control.small", message, "提高比例或扩大人群", "control_percent", is_blocking=False))
    found += await allowances.findings(campaign, steps)
    said = [step for _, step in variants.every(steps, versions)]
    return found + await _check_confirmations(campaign, [*steps, *said])


async def _check_confirmations(campaign: Campaign, steps: list[Step]) -> list[Finding]:
    found = []
    for step in steps:
        load = await confirmations.load(campaign, step)
        most = max((line.confirmations for line in load), default=0)
        if most > MANY_CONFIRMATIONS:
            is_marketing = kind.of(campaign.kind).step(step.code).purpose == "marketing"
            is_too_many = is_marketing and most > MOST_CONFIRMATIONS
            message = f"每条不同的文字都要员工在手机上单独确认：每位员工最多约 {most} 次"
            if is_too_many:
                message += f"，超过 {MOST_CONFIRMATIONS} 次的上限"
            fix = "减少因人而异的占位符（称呼、活动链接），缩小人群，或改用公众号渠道"
            found.append(Finding("confirmations.many", message, fix, step.code, is_blocking=is_too_many))
    return found


async def _check_clashes(campaign: Campaign) -> list[Finding]:
    others = await calendar.clashes_of(campaign)
    if not others:
        return []
    names = "、".join(f"“{other}”" for other in others)
    message = f"同一机构当天已有活动：{names}"
    return [Finding("calendar.clash", message, "错开日期，避免打扰客户", "starts_at", is_blocking=False)]
