"""Dates of clients' lives on which a journey may start: deposits fall due, papers and assessments run out."""

from __future__ import annotations

LABELS = {
    "maturity": "存款到期日",
    "document": "证件到期日",
    "assessment": "风险评估到期日",
    "opened": "开户周年日",
}
FACTS: dict[str, str] = {
    "maturity": (
        "SELECT a.client_id, 'maturity:' || a.id || ':' || $1 AS fact FROM account a"
        " WHERE a.client_id IS NOT NULL AND a.matures_on = $1"
    ),
    "document": (
        "SELECT k.client_id, 'document:' || k.document_expires_on AS fact FROM kyc k WHERE k.document_expires_on = $1"
    ),
    "assessment": (
        # valid for twelve months; the newest one counts
        "SELECT r.client_id, 'assessment:' || $1 AS fact FROM risk_assessment r"
        " WHERE ((r.assessed_at AT TIME ZONE 'Asia/Shanghai') + interval '12 months')::date = $1"
        " AND NOT EXISTS (SELECT FROM risk_assessment n WHERE n.client_id = r.client_id"
        " AND n.assessed_at > r.assessed_at)"
    ),
    "opened": (
        "SELECT a.client_id, 'opened:' || $1 AS fact FROM account a WHERE a.client_id IS NOT NULL"
        " AND a.opened_on < $1 AND to_char(a.opened_on, 'MMDD') = to_char($1, 'MMDD')"
    ),
}
"""SQL of client_id and fact for those whose date is $1, by code. Only SQL of this file."""
