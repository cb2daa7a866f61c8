from __future__ import annotations

import os
import subprocess
import sys

ROUND = "from kernel import crashpoints; crashpoints.pass_by('tests.point'); print('alive')"


def test_a_process_dies_at_a_named_point_as_often_as_was_asked(crash):
    environment = {**os.environ, **crash("tests.point", 2)}
    codes = [
        subprocess.run([sys.executable, "-c", ROUND], env=environment, capture_output=True, check=False).returncode
        for _ in range(3)
    ]
    assert codes == [-9, -9, 0]


def test_other_points_are_passed_unharmed(crash):
    environment = {**os.environ, **crash("tests.elsewhere")}
    done = subprocess.run([sys.executable, "-c", ROUND], env=environment, capture_output=True, check=True)
    assert done.stdout.strip() == b"alive"
