"""The driver's and SQLAlchemy's exceptions, translated once: it may pass, or it never will."""

import contextlib
from collections.abc import Iterator

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shared.platform.errors import PoisonError, TransientError

_TRANSIENT = ("08", "40", "53", "55", "57", "58")
"""Connection, serialization and deadlock, resources, locks, operator intervention, system error (SQLSTATE classes)."""
_POISON = ("22", "23")
"""Data exceptions and violated constraints."""
_NO_SUCH_CHARACTER = "22021"
_STALE_PLANS = ("0A000", "26000")
"""`cached plan must not change result type`, once after a migration; a prepared statement that somebody took away. New connections have new ones."""
_STOOD_STILL = ("25P03", "25P04")
"""The server ended a transaction that was idle or took too long."""


class DatabaseAwayError(TransientError):
    """The database did not do it: away, too busy, or in conflict with another. Nothing was committed."""


class CommitUnknownError(TransientError):
    """The connection ended while it committed: it may have happened. Read what the commit would have left; it says which."""


class DataRefusedError(PoisonError):
    """The database will never take this: a value it cannot hold, or a constraint. `sqlstate` and `constraint` say which."""

    def __init__(self, sqlstate: str, constraint: str | None) -> None:
        super().__init__(f"the database refuses it: {sqlstate}" + (f" ({constraint})" if constraint else ""))
        self.sqlstate = sqlstate
        self.constraint = constraint


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Raise our errors in place of the library's; what is a bug (42: a wrong statement) stays as it is."""
    try:
        yield
    except PoolTimeoutError as error:
        raise DatabaseAwayError("no free connection in time") from error
    except DBAPIError as error:
        raise translation(error) from error
    except psycopg.Error as error:
        raise translation_of_driver(error) or error from error
    except UnicodeEncodeError as error:
        raise DataRefusedError(_NO_SUCH_CHARACTER, None) from error
    except OSError as error:
        raise DatabaseAwayError(type(error).__name__) from error


def translation(error: DBAPIError) -> Exception:
    """Our error for one of SQLAlchemy's, or the same one again. The message holds no values."""
    if isinstance(error.orig, psycopg.Error) and (found := translation_of_driver(error.orig)) is not None:
        return found
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        return DatabaseAwayError(type(error.orig).__name__)
    return error


def translation_of_driver(error: psycopg.Error) -> Exception | None:
    """Our error for one of the driver's; None for a bug (SQLSTATE class 42). The message holds no values."""
    sqlstate = error.sqlstate or ""
    if sqlstate[:2] in _POISON:
        return DataRefusedError(sqlstate, error.diag.constraint_name)
    if sqlstate[:2] in _TRANSIENT or sqlstate in {*_STALE_PLANS, *_STOOD_STILL}:
        return DatabaseAwayError(sqlstate)
    if not sqlstate and isinstance(error, psycopg.DataError):
        return DataRefusedError(_NO_SUCH_CHARACTER if "NUL" in str(error) else "22000", None)
    if not sqlstate and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return DatabaseAwayError(type(error).__name__)
    return None
