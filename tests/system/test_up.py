"""`atalaya up` and `atalaya down` as a user runs them, on engines of their own."""

import json
import os
import signal
import stat
import subprocess
import sysconfig
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.cli.engines.child import Identity
from services.cli.running.state import State

ATALAYA = Path(sysconfig.get_path("scripts")) / "atalaya"
SERVICES = ("ingest", "correlate", "notify")
ADDRESSES = ("ingest", "correlate", "notify", "kafka", "database", "admin_key")

pytestmark = pytest.mark.timeout(300)


def run(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run((ATALAYA, *arguments), capture_output=True, text=True, check=False, timeout=200, **more)


def up(var: Path, *flags: str, **more: Any) -> dict[str, Any]:
    started = run("up", "--detach", "--json", "--var", str(var), *flags, **more)
    assert started.returncode == 0, started.stderr
    shown: dict[str, Any] = json.loads(started.stdout)
    return shown


def processes(var: Path) -> dict[str, Identity]:
    return {identity.name: identity for identity in State(var).recorded()}


def is_ready(service: str) -> bool:
    try:
        return httpx.get(f"{service}/readyz", timeout=5).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def until(holds: Callable[[], bool]) -> None:
    """Wait for an effect in another process; the test's own timeout is the limit."""
    while not holds():
        threading.Event().wait(0.05)


def nothing_is_left(of: dict[str, Identity]) -> bool:
    return all(identity.process() is None for identity in of.values())


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder of its own, where nothing runs afterwards whatever the test did. Not under pytest's: other accounts must reach it."""
    with tempfile.TemporaryDirectory(prefix="atalaya-up-") as folder:
        yield Path(folder) / "var"
        run("down", "--var", f"{folder}/var")


@pytest.fixture(scope="module")
def one() -> Iterator[tuple[Path, dict[str, Any]]]:
    """One that runs, for the tests that leave it running."""
    with tempfile.TemporaryDirectory(prefix="atalaya-up-") as folder:
        yield Path(folder) / "var", up(Path(folder) / "var")
        run("down", "--var", f"{folder}/var")


def test_up_leaves_addresses_and_a_key_for_its_owner_when_all_is_ready(one: tuple[Path, dict[str, Any]]) -> None:
    var, shown = one
    addresses = json.loads((var / "atalaya.json").read_text())
    assert shown == addresses
    assert set(ADDRESSES) <= addresses.keys()
    assert stat.S_IMODE((var / "atalaya.json").stat().st_mode) == 0o600
    assert all(is_ready(addresses[service]) for service in SERVICES)
    for service in SERVICES:
        keys = httpx.get(f"{addresses[service]}/v1/keys", headers={"Authorization": f"Bearer {addresses['admin_key']}"})
        assert keys.status_code == httpx.codes.OK
    assert set(processes(var)) == {"up", "kafka", "postgres", *SERVICES}


def test_a_second_up_under_the_same_folder_says_that_one_runs(one: tuple[Path, dict[str, Any]]) -> None:
    var, _ = one
    second = run("up", "--detach", "--var", str(var))
    assert second.returncode == 1
    assert f"Atalaya runs already under {var}" in second.stderr
    assert "atalaya down" in second.stderr
    assert processes(var)["up"].process() is not None


@pytest.mark.parametrize("killed", [SERVICES, ("kafka",), ("postgres",)])
def test_what_is_killed_comes_back_at_its_address(one: tuple[Path, dict[str, Any]], killed: tuple[str, ...]) -> None:
    var, addresses = one
    before = {name: processes(var)[name] for name in killed}
    for identity in before.values():
        os.kill(identity.pid, signal.SIGKILL)
    until(lambda: nothing_is_left(before))
    until(lambda: before.keys() <= processes(var).keys() and all(processes(var)[name] != before[name] for name in killed))
    until(lambda: all(is_ready(addresses[name]) for name in SERVICES))


def test_what_crashes_left_heals_and_the_first_key_stays(var: Path) -> None:
    for half in ("kafka/data", "kafka/data.formatting", "postgres/data", "postgres/data.making"):
        (var / half).mkdir(parents=True)
        (var / half / "junk").touch()
    (var / "atalaya.json").write_text('{"ingest": ')
    (var / "processes.json").write_text("{")
    first, orphans = up(var), processes(var)
    os.kill(orphans["up"].pid, signal.SIGKILL)
    assert orphans["kafka"].process() is not None

    second, orphans_again = up(var), processes(var)
    assert nothing_is_left(orphans)
    assert second["admin_key"] == first["admin_key"]
    assert all(is_ready(second[service]) for service in SERVICES)

    os.kill(orphans_again["up"].pid, signal.SIGKILL)
    run("down", "--var", str(var))
    assert nothing_is_left(orphans_again)


def test_a_port_that_is_asked_for_and_taken_is_named_with_its_holder_and_its_flag(var: Path, kafka: str) -> None:
    taken = kafka.rpartition(":")[2]
    refused = run("up", "--detach", "--var", str(var), "--kafka-port", taken)
    assert refused.returncode == 1
    assert f"Port {taken} for Apache Kafka is taken by " in refused.stderr
    assert "--kafka-port PORT" in refused.stderr
    assert not (var / "atalaya.json").exists()
    assert processes(var) == {}


@pytest.mark.parametrize("when", ["· starting Apache Kafka", "Atalaya is up."])
def test_ctrl_c_ends_everything_at_any_moment(var: Path, when: str) -> None:
    with subprocess.Popen(
        (ATALAYA, "up", "--var", str(var)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(when):
                break
        started = processes(var)
        process.send_signal(signal.SIGINT)
        assert process.stdout.read().rstrip().endswith("· ending")
        assert process.wait(60) == 0
    assert nothing_is_left(started)
    assert not (var / "atalaya.json").exists()


def test_with_addresses_in_the_environment_no_engine_is_started_and_down_leaves_no_process(
    var: Path, kafka: str, topic_prefix: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATALAYA_KAFKA__BOOTSTRAP_SERVERS", kafka)
    monkeypatch.setenv("ATALAYA_KAFKA__TOPIC_PREFIX", topic_prefix)
    monkeypatch.setenv("ATALAYA_DATABASE__URL", database_url)
    addresses = up(var)
    assert set(processes(var)) == {"up", *SERVICES}
    assert addresses["kafka"] == kafka
    assert addresses["database"] == database_url
    assert all(is_ready(addresses[service]) for service in SERVICES)

    started = processes(var)
    ended = run("down", "--var", str(var))
    assert ended.returncode == 0
    assert ended.stdout.startswith("Ended: ")
    assert nothing_is_left(started)
    assert not (var / "atalaya.json").exists()
    assert run("down", "--var", str(var)).stdout.startswith("Nothing runs")


def test_the_doctor_finds_what_runs_and_nothing_wrong_with_it(one: tuple[Path, dict[str, Any]]) -> None:
    said = run("doctor", "--var", str(one[0]))
    assert said.returncode == 0, said.stdout
    assert sum(line.startswith("ok      services") for line in said.stdout.splitlines()) == len(SERVICES)
    places = run("offsets", "show", "--json", "--var", str(one[0]))
    assert {place["consumer"] for place in json.loads(places.stdout)} >= {"ingest"}
