from __future__ import annotations

import base64
import os

import pytest

from kernel import settings

STRONG = {
    "HUILIU_SECRET_KEY": "k3J9-vQ2m_Z7x.T1r8wP5s0yB4n6LdGh",
    "HUILIU_SEALING_KEY": base64.b64encode(os.urandom(32)).decode(),
    "HUILIU_INDEX_KEY": base64.b64encode(os.urandom(32)).decode(),
}


def test_strong_secrets_are_accepted_outside_demo_mode():
    found = settings.load(STRONG)
    assert found.demo is False
    assert found.secret_key == STRONG["HUILIU_SECRET_KEY"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUILIU_SECRET_KEY", "changeme"),
        ("HUILIU_SECRET_KEY", "a" * 40),
        ("HUILIU_SEALING_KEY", base64.b64encode(b"\0" * 32).decode()),
        ("HUILIU_SEALING_KEY", "not base64!"),
        ("HUILIU_INDEX_KEY", base64.b64encode(b"short").decode()),
        ("HUILIU_OA_SECRET", "secret"),
    ],
)
def test_a_weak_or_sample_secret_stops_the_start_and_is_named(name, value):
    with pytest.raises(settings.BadSettings) as refused:
        settings.load({**STRONG, name: value})
    assert [problem for problem in refused.value.problems if problem.startswith(name)]
    assert value not in str(refused.value) or len(value) < 8


def test_every_problem_is_told_at_once():
    with pytest.raises(settings.BadSettings) as refused:
        settings.load({"HUILIU_WEB_PORT": "eighty", "HUILIU_DEMO": "perhaps"})
    assert len(refused.value.problems) >= 4


def test_a_secret_may_come_from_a_file(tmp_path):
    kept = tmp_path / "secret"
    kept.write_text(STRONG["HUILIU_SECRET_KEY"] + "\n")
    environment = {name: value for name, value in STRONG.items() if name != "HUILIU_SECRET_KEY"}
    assert settings.load({**environment, "HUILIU_SECRET_KEY_FILE": str(kept)}).secret_key == kept.read_text().strip()


def test_an_unreadable_secret_file_is_a_named_problem(tmp_path):
    with pytest.raises(settings.BadSettings, match="HUILIU_OA_TOKEN_FILE"):
        settings.load({**STRONG, "HUILIU_OA_TOKEN_FILE": str(tmp_path / "absent")})


def test_the_usual_names_of_database_and_redis_are_read_too():
    found = settings.load({**STRONG, "DATABASE_URL": "postgresql://db/x", "REDIS_URL": "redis://r/0"})
    assert (found.database_url, found.redis_url) == ("postgresql://db/x", "redis://r/0")


def test_a_second_factor_setting_that_means_nothing_stops_the_start():
    with pytest.raises(settings.BadSettings, match="SECOND_FACTOR"):
        settings.load({"HUILIU_DEMO": "1", "HUILIU_SECOND_FACTOR": "yes"})
