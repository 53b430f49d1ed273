import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from services.cli.running.state import State

pytestmark = pytest.mark.timeout(300)

DEMO = "from services.cli.main import app; app()"
LOSES_THE_FIRST = """
from services.cli.demo.board import Board
from services.cli.main import app
keep, lost = Board.keep, []
def lossy(self, receipt):
    if not lost or (lost[0].partner, lost[0].alert["id"]) == (receipt.partner, receipt.alert["id"]):
        lost.append(receipt)
    else:
        keep(self, receipt)
Board.keep = lossy
app()
"""


async def started(program: str, var: Path, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, "demo", "--json", "--var", str(var), *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=var.parent,
    )  # fmt: skip


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, dict[str, Any]]:
    out, told = await process.communicate()
    assert out, told.decode()
    result: dict[str, Any] = json.loads(out)
    return process.returncode, result


async def test_every_alert_arrives_verified_once_at_exactly_its_partners_and_so_it_does_again(tmp_path: Path) -> None:
    for _ in range(2):
        code, result = await ended(await started(DEMO, tmp_path / "var", "--crossings", "300"))
        assert result["differences"] == []
        assert code == 0
        assert result["list_date"] == "2025-12-24"
        assert result["entries"] > 2000
        assert result["seizures"] == 1527
        assert result["withheld"] == 2
        assert result["event_to_alert_samples"] >= result["due"] - 3
        assert 0 < result["event_to_alert_p50_ms"] <= result["event_to_alert_p99_ms"]


async def test_a_receiver_that_loses_one_verified_alert_makes_it_fail_and_the_difference_is_told(tmp_path: Path) -> None:
    code, result = await ended(await started(LOSES_THE_FIRST, tmp_path / "var", "--crossings", "200", "--patience", "12"))
    assert code == 1
    assert len([line for line in result["differences"] if "did not receive" in line]) == 1


async def test_it_survives_the_kill_of_every_service_while_it_plays(tmp_path: Path) -> None:
    var = tmp_path / "var"
    process = await started(DEMO, var, "--crossings", "2400")
    assert process.stderr is not None
    left = ["ingest", "notify", "correlate", "ingest"]
    async for line in process.stderr:
        if line.startswith(b"playing") and left:
            name = left.pop()
            for identity in State(var).recorded():
                if identity.name == name:
                    os.kill(identity.pid, signal.SIGKILL)
    assert process.stdout is not None
    result = json.loads(await process.stdout.read())
    assert await process.wait() == 0, result["differences"]
    assert left == []
    assert result["repeated_requests"] > 0
