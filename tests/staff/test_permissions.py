"""Roles, permissions and which clients a person sees."""

from __future__ import annotations

import pytest

from kernel.errors import Forbidden
from staff import permissions
from staff.models import REACHES, ROLES, Staff


def test_every_role_has_a_row_and_a_name():
    assert set(permissions.TABLE) == set(ROLES) == set(permissions.ROLE_NAMES)


def test_nobody_both_writes_and_approves_a_campaign():
    for role, allowed in permissions.TABLE.items():
        assert not {"campaigns.edit", "approvals.decide"} <= allowed, role


def test_an_administrator_sees_no_clients_and_an_inactive_person_may_nothing():
    assert not permissions.may(Staff(role="administrator", is_active=True), "clients.see")
    assert not permissions.may(Staff(role="marketing", is_active=False), "clients.see")
    with pytest.raises(Forbidden):
        permissions.require(Staff(role="director", is_active=True), "campaigns.edit")


def test_a_permission_that_nobody_has_is_a_slip_of_the_pen():
    with pytest.raises(ValueError, match="unknown permission"):
        permissions.may(Staff(role="marketing", is_active=True), "campaign.edit")


def test_every_permission_and_reach_is_said_in_words_once():
    assert set(permissions.PERMISSION_NAMES) == permissions.EVERY
    assert sum(len(names) for _subject, names in permissions.SUBJECTS) == len(permissions.PERMISSION_NAMES)
    assert set(permissions.REACH_WORDS) == set(REACHES) == set(permissions.REACH_NAMES)
