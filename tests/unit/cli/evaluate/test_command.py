"""What the command refuses before it measures anything."""

import subprocess
import sysconfig
from pathlib import Path

import pytest

ATALAYA = Path(sysconfig.get_path("scripts")) / "atalaya"


@pytest.mark.parametrize(
    ("budget", "said"),
    [("much", "'much' is no budget"), ("piracy=1", "Nobody listed is of the category piracy; there are narcotics")],
)
def test_a_budget_that_cannot_be_kept_is_refused_in_a_sentence(budget: str, said: str) -> None:
    done = subprocess.run((ATALAYA, "evaluate", "--budget", budget), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr
