from __future__ import annotations

from staff import scope
from staff.models import Staff


def test_a_director_sees_own_clients_a_branch_its_own_and_head_office_all():
    assert scope.clients(Staff(id=7, role="director", branch_id=3)).arguments == [7]
    assert scope.clients(Staff(id=7, role="marketing", branch_id=3)).arguments == [3]
    assert scope.clients(Staff(id=7, role="marketing", branch_id=None)).sql == "TRUE"


def test_a_branch_head_without_a_branch_sees_nobody():
    head = Staff(id=7, role="branch_head", branch_id=None)
    assert scope.clients(head).sql == "FALSE"
    assert scope.groups(head).sql == "FALSE"
