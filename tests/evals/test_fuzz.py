"""A short turn of `make fuzz`: no input leads to anything but a result or one sentence."""

import shutil
from pathlib import Path

import pytest

from evals.fuzz import SUBJECTS, fuzz
from ingest.pipeline import IngestReport

INPUTS = {"readers": 400, "markers": 600, "replies": 600, "calls": 80}


@pytest.mark.slow
@pytest.mark.parametrize("subject", SUBJECTS)
def test_no_input_is_answered_with_a_traceback(
    subject: str, tmp_path: Path, seeds_home: Path, seeds_report: IngestReport
) -> None:
    shutil.copytree(seeds_home, tmp_path / "home")
    assert list(fuzz(subject, range(INPUTS[subject]), 2, tmp_path)) == []
