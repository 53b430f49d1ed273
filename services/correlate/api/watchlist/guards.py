"""Version guards of a change, and the use cases' errors as problems."""

import contextlib
import re
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from starlette.requests import Request

from services.correlate.watchlist.errors import (
    EntryDiffersError,
    EntryEndedError,
    EntryUnknownError,
    IdentityTakenError,
    NotInThisStateError,
    NotIssuerError,
    SecondPersonError,
)
from services.correlate.watchlist.turns import ListBusyError
from shared.platform.faults import Fault
from shared.platform.http.problems import (
    BadRequestError,
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    ProblemError,
    UnavailableError,
)

_AGAIN_SECONDS: Final = 2.0
_TAG: Final = re.compile(r'"(\d{1,9})"')


class PreconditionFailedError(ProblemError):
    """The entry is no longer at the version that If-Match names."""

    status, slug = 412, "precondition-failed"


def expected_version(request: Request, body: Any) -> tuple[int | None, bool]:
    """The version that the client saw, if it says so, and whether by If-Match. Without one the last change stands; the history keeps all."""
    tag = request.headers.get("if-match")
    if tag is not None and tag.strip() != "*":
        match = _TAG.fullmatch(tag.strip())
        if match is None:
            raise BadRequestError("If-Match holds one entity tag as it was given out.")
        return int(match[1]), True
    version = body.get("version") if isinstance(body, dict) else None
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        raise InvalidInputError([Fault("/version", "int_type", "The version is a whole number.")])
    return version, False


def must_be_sent_home(body: Any, entry_id: UUID) -> None:
    """An entry may be sent back as it was read, to its own address: raises InvalidInputError for one that is another's."""
    own = body.get("entry_id") if isinstance(body, dict) else None
    if own is not None and str(own).lower() != str(entry_id):
        raise InvalidInputError([Fault("/entry_id", "other_entry", "The body is of another entry than the address.")])


@contextlib.contextmanager
def translated(*, tagged: bool = False) -> Iterator[None]:
    """Raise problems in place of the use cases' errors."""
    try:
        yield
    except EntryUnknownError:
        raise NotFoundError("No entry has this id.") from None
    except ListBusyError:
        raise UnavailableError(
            "Others are changing the list; nothing of this was done. Send it again.", retry_after_seconds=_AGAIN_SECONDS
        ) from None
    except NotIssuerError:
        raise ForbiddenError("Only the agency that listed an entry may change it.") from None
    except EntryEndedError:
        raise ConflictError("The entry has ended; list it again.") from None
    except NotInThisStateError as error:
        raise ConflictError(str(error), state=error.state.value) from None
    except SecondPersonError:
        raise ForbiddenError("It takes a second person: nobody approves what they wrote.") from None
    except IdentityTakenError as error:
        raise ConflictError("Another entry of yours goes by this name, or source and id.", entry_id=str(error.entry_id)) from None
    except EntryDiffersError as error:
        members: dict[str, Any] = {"entry_id": str(error.entry.entry_id), "version": error.entry.version}
        if tagged:
            raise PreconditionFailedError("The entry is at another version.", **members) from None
        raise ConflictError("The entry differs from what was expected; read it and replace it.", **members) from None
