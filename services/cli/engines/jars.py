"""Kafka's jars: fetched once by jgo (no Maven needed), kept in the user's cache, found there by every later start."""

import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import platformdirs

from services.cli.engines.errors import EngineError

KAFKA_VERSION = "4.4.0"
# Of compile and run-time jars, the sum of what 4.4.0 needs; the bar is right to a few per cent for its neighbours.
DOWNLOAD_BYTES = 45_000_000

Advance = Callable[[int], None]
"""Called with the number of bytes that have just arrived."""


def cache_folder(fallback: Path) -> Path:
    """Where downloads are kept between runs: the user's cache, or `fallback` where that cannot be written."""
    folder: Path = platformdirs.user_cache_path("atalaya")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        fallback.mkdir(parents=True, exist_ok=True)
        return fallback


def cached(cache: Path) -> bool:
    """Whether the jars are there already, so that a start needs no network."""
    return _home(cache).is_dir()


def ensure(cache: Path, advance: Advance = lambda _: None) -> Path:
    """The folder of the jars, fetched if need be; one of several processes fetches, the others wait for it.

    The folder appears under its name only when it is whole, so an interrupted download leaves nothing that looks done.

    Raises:
        EngineError: the repository of the jars cannot be reached.
    """
    home = _home(cache)
    with _one_at_a_time(cache / ".kafka.lock"):
        if not home.is_dir():
            with tempfile.TemporaryDirectory(dir=cache, prefix="kafka-") as scratch:
                _fetch(Path(scratch), advance).rename(home)
    return home


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _home(cache: Path) -> Path:
    return cache / f"kafka-{KAFKA_VERSION}"


def _fetch(scratch: Path, advance: Advance) -> Path:
    # Importing jgo costs a noticeable part of a second, which only the first start should pay.
    from requests import RequestException  # noqa: PLC0415

    try:
        return _resolve(scratch, advance)
    except (RequestException, RuntimeError) as error:
        raise EngineError(
            f"Apache Kafka {KAFKA_VERSION} could not be downloaded ({error}). Check the network and start again, "
            "or name a running cluster in ATALAYA_KAFKA__BOOTSTRAP_SERVERS."
        ) from error


def _resolve(scratch: Path, advance: Advance) -> Path:
    from jgo.maven import MavenContext, PythonResolver  # noqa: PLC0415
    from jgo.parse import Coordinate  # noqa: PLC0415

    resolver = PythonResolver(progress_callback=_progress(advance))
    context = MavenContext(resolver=resolver, repo_cache=scratch / "repository", timeout=30)
    kafka = Coordinate("org.apache.kafka", "kafka_2.13", KAFKA_VERSION, scope="compile")
    roots, rest = resolver.resolve([context.create_dependency(kafka)])
    jars = scratch / "jars"
    jars.mkdir()
    for dependency in [*roots, *(each for each in rest if each.scope in {"compile", "runtime"})]:
        shutil.move(dependency.artifact.resolve(), jars)
    return jars


def _progress(advance: Advance) -> Callable[[str, int], AbstractContextManager[Advance]]:
    @contextmanager
    def of_one_file(_name: str, _size: int) -> Iterator[Advance]:
        yield advance

    return of_one_file
