"""One instance for each data folder; its keys and settings are closed to others."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kernel import settings
from processes import instance, keys
from tests.running import ROOT


def test_a_second_run_on_the_same_folder_is_told_who_has_it(tmp_path: Path):
    first = instance.Folder(tmp_path)
    with pytest.raises(instance.Occupied, match=f"process {os.getpid()}"):
        instance.Folder(tmp_path)
    first.release()
    instance.Folder(tmp_path).release()


def test_the_folder_of_a_process_that_died_is_free(tmp_path: Path):
    script = (
        "import os, pathlib; from processes import instance; "
        f"instance.Folder(pathlib.Path({str(tmp_path)!r})); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False)
    instance.Folder(tmp_path).release()


def test_demo_keys_are_made_once_and_closed_to_others(tmp_path: Path):
    made = keys.of_demo(tmp_path)
    assert keys.of_demo(tmp_path) == made
    assert stat.S_IMODE((tmp_path / keys.FILE).stat().st_mode) == 0o600
    assert len(made["HUILIU_OA_AES_KEY"]) == len(made["HUILIU_WECOM_AES_KEY"]) == 43


def test_printed_keys_are_good_enough_outside_the_demo():
    assert settings.load(keys.fresh()).secret_key
    assert keys.fresh() != keys.fresh()


def test_commands_find_the_running_instance_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("HUILIU_DATABASE_URL", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HUILIU_DATA_DIR", str(tmp_path))
    folder = instance.Folder(tmp_path)
    folder.publish({"HUILIU_DATABASE_URL": "postgresql://somewhere/else", "PATH": "/bin"})
    written = tmp_path / instance.STATE_FILE
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert json.loads(written.read_text()) == {"HUILIU_DATABASE_URL": "postgresql://somewhere/else"}
    kept = written.read_text()
    folder.release()
    written.write_text(kept)  # as a killed instance would leave it
    instance.adopt()
    assert "HUILIU_DATABASE_URL" not in os.environ
    folder = instance.Folder(tmp_path)
    monkeypatch.setenv("HUILIU_DATABASE_URL", "")
    instance.adopt()
    assert settings.load(dict(os.environ)).database_url == ""
    monkeypatch.delenv("HUILIU_DATABASE_URL")
    instance.adopt()
    assert os.environ.pop("HUILIU_DATABASE_URL") == "postgresql://somewhere/else"
    folder.release()
    settings.forget()


def test_a_start_without_secrets_outside_the_demo_is_refused_with_every_reason():
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUILIU_")}
    told = subprocess.run(
        [sys.executable, "-m", "processes.cli", "run"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    for name in ("HUILIU_SECRET_KEY", "HUILIU_SEALING_KEY", "HUILIU_INDEX_KEY"):
        assert name in told.stderr
    assert "Traceback" not in told.stderr
