"""Coverage-guided fuzzing of all that is done with a callback in memory; needs atheris, which has only wheels."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

TARGET = Path(__file__).parent / "fuzz_callbacks.py"
PROOF = [pytest.mark.prove, pytest.mark.long, pytest.mark.timeout(7200)]
pytestmark = pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed here")
WRITE_SEEDS = "import sys, pathlib, fuzz_callbacks; fuzz_callbacks.seeds(pathlib.Path(sys.argv[1]))"


@pytest.mark.parametrize("runs", [5_000, pytest.param(1_000_000, marks=PROOF)])
def test_the_fuzzer_finds_no_input_that_is_neither_understood_nor_refused(tmp_path: Path, runs: int) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    subprocess.run([sys.executable, "-c", WRITE_SEEDS, corpus], cwd=TARGET.parent, check=True, capture_output=True)
    options = [
        f"-runs={runs}",
        "-seed=20261125",
        "-max_len=8192",
        "-rss_limit_mb=1024",
        "-timeout=2",
        "-close_fd_mask=1",
    ]
    ran = subprocess.run(
        [sys.executable, TARGET, *options, corpus], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr[-4000:]
    last = ran.stderr.strip().splitlines()[-1]
    print(f"\n{last}; {[line for line in ran.stderr.splitlines() if 'cov:' in line][-1]}")
    assert last.startswith(f"Done {runs} runs")
