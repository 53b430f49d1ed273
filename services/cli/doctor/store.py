"""PostgreSQL: whether it answers, whether its schemas are those of this release, whether its clock is ours."""

from datetime import datetime
from pathlib import Path

import psycopg
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import sql

from services.cli.doctor.findings import Finding, Ground, fault, ok, warning
from services.correlate import migrate as correlate
from services.notify import migrate as notify

_SCHEMAS = {module.SCHEMA: Path(str(module.__file__)).parent / "migrations" for module in (correlate, notify)}


async def look(ground: Ground) -> list[Finding]:
    """Everything about the database; only that it does not answer, where it does not."""
    if ground.database is None:
        return [warning("database", "its address is not known", "set ATALAYA_DATABASE__URL, or --var where `atalaya up` runs")]
    try:
        async with await psycopg.AsyncConnection.connect(
            ground.database, autocommit=True, connect_timeout=int(ground.seconds)
        ) as connection:
            version = connection.info.server_version
            found = [ok("database", f"PostgreSQL {version // 10_000}.{version % 10_000} at {_where(connection)}")]
            found.append(await _clock(ground, connection))
            for schema, scripts in _SCHEMAS.items():
                found.append(await _schema(connection, schema, scripts))
            return found
    except psycopg.Error as error:
        todo = "start PostgreSQL, or mend ATALAYA_DATABASE__URL; ingest accepts meanwhile, nothing else goes on"
        return [fault("database", f"it does not answer ({type(error).__name__})", todo)]


def _where(connection: psycopg.AsyncConnection[tuple[object, ...]]) -> str:
    return f"{connection.info.host}:{connection.info.port}/{connection.info.dbname}"


async def _clock(ground: Ground, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> Finding:
    before = ground.clock.now()
    row = await (await connection.execute("SELECT clock_timestamp()")).fetchone()
    after = ground.clock.now()
    there = row[0] if row is not None else None
    if not isinstance(there, datetime):
        return fault("clocks", "the database does not say what time it is", "look at its log")
    off = there - (before + (after - before) / 2)
    if abs(off) > ground.skew + (after - before) / 2:
        text = (
            f"the database's clock is {abs(off).total_seconds():.1f} s {'ahead of' if off.days >= 0 else 'behind'} this machine's"
        )
        return fault(
            "clocks", text, "let both follow one time server: events would be refused as of the future, leases end early"
        )
    return ok("clocks", f"the database's and this machine's agree to {ground.skew.total_seconds():.0f} s")


async def _schema(connection: psycopg.AsyncConnection[tuple[object, ...]], schema: str, scripts: Path) -> Finding:
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    head = ScriptDirectory.from_config(config).get_current_head()
    query = sql.SQL("SELECT version_num FROM {}").format(sql.Identifier(schema, "alembic_version"))
    try:
        row = await (await connection.execute(query)).fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        row = None
    except psycopg.errors.InsufficientPrivilege:
        return warning("schemas", f"{schema}: this user may not see its version", "look with the user that migrates")
    found = None if row is None else str(row[0])
    if found == head:
        return ok("schemas", f"{schema} is at {head}")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        return fault(
            "schemas", f"{schema} is at {found}, which this release does not know", "run the newer release, or restore a backup"
        )
    return fault("schemas", f"{schema} is at {found or 'nothing'} instead of {head}", "`atalaya migrate`")
