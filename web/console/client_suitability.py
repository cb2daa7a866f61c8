"""Part of a client's page: what they may be told of (risk assessment), and the state of their papers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from community.suitability import assessing, kyc, kyc_rule
from kernel import clock
from loyalty.tiers import directory
from staff.models import Staff
from web import forms, session
from web.language import gettext as _
from web.rendering import see_other

SOURCES = {"bank_file": "银行文件", "staff": "当面评估", "import": "导入"}


@dataclass(frozen=True)
class AssessmentForm:
    """A form that the client filled in, noted by who was there."""

    level: int = forms.field("风险承受能力", least=1, most=5)
    assessed_at: datetime = forms.field("评估时间")
    evidence: str = forms.field("问卷编号", longest=assessing.LONGEST_EVIDENCE)


async def record(request: Request) -> Response:
    """POST /clients/{id}/assessment"""
    client_id, person = request.path_params["id"], session.signed_in(request)
    await directory.require_visible(person, client_id)
    form = await forms.read(request, AssessmentForm)
    await assessing.record(client_id, form.level, form.assessed_at, by=person, evidence=form.evidence)
    return see_other(request, "client", id=client_id, notice=_("评估结果已记下"))


async def part(client_id: int) -> dict[str, Any]:
    """What the page shows: the assessments, the newest first, and the papers with what holds marketing back."""
    assessments = await assessing.history(client_id)
    papers = await kyc.of_client(client_id)
    people = await Staff.filter(id__in=[one.by_staff_id for one in assessments if one.by_staff_id])
    hold = kyc_rule.hold(papers.state == "flagged", papers.document_expires_on, clock.today()) if papers else None
    return {
        "assessments": [(one, assessing.valid_until(one)) for one in assessments],
        "assessors": {one.id: one.name for one in people},
        "assessment_sources": {code: _(label) for code, label in SOURCES.items()},
        "is_assessment_ending": bool(assessments) and assessing.is_ending(assessments[0]),
        "papers": papers,
        "document_kinds": {code: _(label) for code, label in kyc.DOCUMENT_KINDS.items()},
        "kyc_states": {code: _(label) for code, label in kyc_rule.STATES.items()},
        "kyc_hold": _(kyc_rule.HOLDS[hold]) if hold else "",
        "unlimited": kyc.UNLIMITED,
        "now": clock.now(),
    }
