"""The draw is the same wherever it is made, uniform, and follows the share."""

from hypothesis import given
from hypothesis import strategies as st

from campaigns.audience import sampling
from kernel import database


async def test_sql_and_python_draw_the_same_bucket(db: None) -> None:
    sql = f"SELECT id, {sampling.bucket_sql('$1', 'id')} AS bucket FROM generate_series(1, 3000) AS s(id)"
    for row in await database.fetch(sql, "salt-of-a-campaign"):
        assert row["bucket"] == sampling.bucket("salt-of-a-campaign", row["id"])


@given(st.text(), st.integers(min_value=1, max_value=2**62))
def test_a_bucket_lies_in_range_and_never_moves(salt: str, client_id: int) -> None:
    assert 0 <= sampling.bucket(salt, client_id) < sampling.BUCKETS
    assert sampling.bucket(salt, client_id) == sampling.bucket(salt, client_id)


def test_the_share_comes_out_about_right_and_two_campaigns_draw_independently() -> None:
    first = {client for client in range(20_000) if sampling.arm(sampling.bucket("a", client), 20) == "control"}
    second = {client for client in range(20_000) if sampling.arm(sampling.bucket("b", client), 20) == "control"}
    assert 0.19 < len(first) / 20_000 < 0.21
    assert 0.03 < len(first & second) / 20_000 < 0.05
