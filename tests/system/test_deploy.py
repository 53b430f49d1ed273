"""The recipes of `deploy/` as far as they can be tried without a container engine: linted, and their exact commands run from a clean installation."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from services.cli.bench.sink import opened_sink
from services.cli.engines.ports import any_free
from shared.platform.clock import SystemClock

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))


def _tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def _documents() -> Iterator[dict[str, Any]]:
    for path in MANIFESTS:
        yield from yaml.safe_load_all(path.read_text())


def _compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    return found


def test_the_images_recipe_passes_the_linter() -> None:
    subprocess.run([_tool("hadolint"), "--failure-threshold", "info", str(DEPLOY / "Dockerfile")], check=True, timeout=60)


@pytest.mark.parametrize(
    "manifest", [path for path in MANIFESTS if path.name != "kustomization.yaml"], ids=lambda path: path.name
)
def test_a_manifest_holds_to_the_schema_of_kubernetes(manifest: Path) -> None:
    subprocess.run([_tool("kubernetes-validate"), "--strict", str(manifest)], check=True, timeout=60)


def test_the_kustomization_names_every_manifest() -> None:
    named = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())["resources"]
    assert sorted(named) == [path.name for path in MANIFESTS if path.name != "kustomization.yaml"]


def test_every_role_is_a_deployment_of_its_own_without_privileges() -> None:
    deployments = {
        each["metadata"]["name"]: each["spec"]["template"]["spec"] for each in _documents() if each["kind"] == "Deployment"
    }
    assert set(deployments) == {"ingest", "watchlist", "screen", "track", "notify"}
    for pod in deployments.values():
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()


def test_compose_and_kubernetes_run_the_same_commands() -> None:
    in_compose = {name: service["command"] for name, service in _compose().items() if "build" in service}
    in_kubernetes = {
        each["metadata"]["name"]: each["spec"]["template"]["spec"]["containers"][0]["command"]
        for each in _documents()
        if each["kind"] in {"Deployment", "Job"}
    }
    assert in_compose == in_kubernetes


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the image holds: the distribution without extras in an environment of its own. Compiled as far as it is used."""
    folder = tmp_path_factory.mktemp("image") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=120)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--no-compile"]
    subprocess.run([*pip, "--quiet", "--disable-pip-version-check", str(ROOT)], check=True, timeout=400)
    return folder / "bin"


class Image:
    """Runs commands of the recipes as the image would: its own environment, nothing of this checkout on the path, only the variables it is given."""

    def __init__(self, binaries: Path, home: Path, environment: dict[str, str]) -> None:
        self.binaries = binaries
        self.home = home
        self.environment = {"PATH": f"{binaries}:/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8", **environment}

    async def start(self, command: list[str], extra: dict[str, str]) -> asyncio.subprocess.Process:
        program = str(self.binaries / command[0])
        return await asyncio.create_subprocess_exec(program, *command[1:], cwd=self.home, env=self.environment | extra)

    async def job(self, command: list[str]) -> None:
        process = await self.start(command, {})
        assert await process.wait() == 0, command

    @asynccontextmanager
    async def service(self, command: list[str], extra: dict[str, str]) -> AsyncIterator[str]:
        port = any_free()
        process = await self.start(command, {**extra, "ATALAYA_HTTP__HOST": "127.0.0.1", "ATALAYA_HTTP__PORT": str(port)})
        try:
            await _until_ready(process, f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            async with asyncio.timeout(30):
                assert await process.wait() == 0


async def _until_ready(process: asyncio.subprocess.Process, address: str) -> None:
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            assert process.returncode is None
            try:
                async with session.get(f"{address}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)


async def _posted(session: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> dict[str, Any]:
    async with session.post(url, json=body) as answer:
        assert answer.status in {201, 202}, await answer.text()
        found: dict[str, Any] = await answer.json()
        return found


async def _first_key(image: Image, kafka: str) -> str:
    command = [
        str(image.binaries / "atalaya"),
        "keys",
        "create",
        "--agency",
        "ADMIN",
        "--nation",
        "GT",
        "--scope",
        "admin",
        "--bootstrap",
        kafka,
        "--json",
    ]
    process = await asyncio.create_subprocess_exec(*command, cwd=image.home, env=image.environment, stdout=subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0
    token: str = yaml.safe_load(out)["token"]
    return token


@pytest.mark.timeout(600)
async def test_the_images_commands_carry_an_event_to_a_signed_alert(
    installation: Path, tmp_path: Path, kafka: str, database_url: str, topic_prefix: str
) -> None:
    compose = _compose()
    image = Image(
        installation,
        tmp_path,
        {
            "ATALAYA_KAFKA__BOOTSTRAP_SERVERS": kafka,
            "ATALAYA_DATABASE__URL": database_url,
            "ATALAYA_KAFKA__TOPIC_PREFIX": topic_prefix,
        },
    )
    await image.job(compose["topics"]["command"])
    await image.job(compose["schema"]["command"])
    key = await _first_key(image, kafka)
    roles = {
        "watchlist": {"ATALAYA_CORRELATE__ROLES": "api"},
        "screen": {"ATALAYA_CORRELATE__ROLES": "screen"},
        "track": {"ATALAYA_CORRELATE__ROLES": "track"},
    }
    async with (
        image.service(compose["ingest"]["command"], {}) as ingest,
        image.service(compose["watchlist"]["command"], roles["watchlist"]) as watchlist,
        image.service(compose["screen"]["command"], roles["screen"]),
        image.service(compose["track"]["command"], roles["track"]),
        image.service(compose["notify"]["command"], {"ATALAYA_NOTIFY__ALLOWED_NETWORKS": "127.0.0.0/8"}) as notify,
        opened_sink() as sink,
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as session,
    ):
        handling = {"tlp": "GREEN", "releasable_to": ["GT"]}
        vehicle = {"plate": "D00001", "country": "GT"}
        entry = {
            "kind": "vehicle",
            "source": "test",
            "source_id": "1",
            "requested_action": "INFORM_ONLY",
            "severity": "medium",
            "identifiers": vehicle,
        }
        await _posted(
            session, f"{watchlist}/v1/watchlist/actors", entry | {"reason": "generated for a test", "handling": handling}
        )
        subscription = {"partner": "GT", "url": sink.url, "format": "json", "language": "en", "filter": {}}
        sink.trust((await _posted(session, f"{notify}/v1/subscriptions", subscription))["secret"])
        crossing = {
            "id": "D-1",
            "revision": 1,
            "occurred_at": SystemClock().now().isoformat(),
            "place": {"code": "MX-GT-01"},
            "direction": "exit",
            "mode": "road",
        }
        await _posted(
            session,
            f"{ingest}/v1/border-crossings",
            crossing | {"conveyances": [{"kind": "vehicle", **vehicle}], "handling": handling},
        )
        async with asyncio.timeout(30):
            while "vehicle:GT:D00001" not in sink.arrived:
                sink.changed.clear()
                await sink.changed.wait()
        assert sink.refused == 0


def test_nothing_of_the_checkout_is_needed_to_run_the_command(installation: Path, tmp_path: Path) -> None:
    environment = {"PATH": os.defpath, "HOME": str(tmp_path)}
    subprocess.run(
        [str(installation / "atalaya"), "--help"],
        check=True,
        cwd=tmp_path,
        env=environment,
        timeout=60,
        stdout=subprocess.DEVNULL,
    )
