"""Version guards of a change, and the use cases' errors as problems."""

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from starlette.requests import Request

from services.correlate.watchlist.errors import (
    BodyFaultyError,
    CaseClosedError,
    CaseUnknownError,
    EntryDiffersError,
    EntryEndedError,
    EntryUnknownError,
    IdentityTakenError,
    NotForThemError,
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
    except EntryDiffersError as error:
        raise _differing(error, tagged=tagged) from None
    except tuple(_PROBLEMS) as error:
        raise problem_of(error) from None


def problem_of(error: Exception) -> ProblemError:
    """A use case's error as a problem; what is none of theirs is raised again."""
    if isinstance(error, EntryDiffersError):
        return _differing(error, tagged=False)
    made = _PROBLEMS.get(type(error))
    if made is None:
        raise error
    return made(error)


def _differing(error: EntryDiffersError, *, tagged: bool) -> ProblemError:
    """Which fields changed since is said by name: what they hold is read from the entry."""
    members: dict[str, Any] = {"entry_id": str(error.entry.entry_id), "version": error.entry.version}
    if error.changed is not None:
        members |= {"changed": list(error.changed), "changed_at": error.entry.changed_at.isoformat()}
    if tagged:
        return PreconditionFailedError("The entry is at another version.", **members)
    return ConflictError("The entry differs from what was expected; read it and replace it.", **members)


_PROBLEMS: Final[Mapping[type[Exception], Callable[[Any], ProblemError]]] = {
    EntryUnknownError: lambda _: NotFoundError("No entry has this id."),
    CaseUnknownError: lambda _: NotFoundError("No case has this id."),
    ListBusyError: lambda _: UnavailableError(
        "Others are changing the list; nothing of this was done. Send it again.", retry_after_seconds=_AGAIN_SECONDS
    ),
    BodyFaultyError: lambda error: InvalidInputError(error.faults),
    NotIssuerError: lambda _: ForbiddenError("Only the agency that listed an entry may change it."),
    NotForThemError: lambda error: ForbiddenError(str(error)),
    SecondPersonError: lambda _: ForbiddenError("It takes a second person: nobody approves what they wrote."),
    EntryEndedError: lambda _: ConflictError("The entry has ended; list it again."),
    NotInThisStateError: lambda error: ConflictError(str(error), state=error.state.value),
    CaseClosedError: lambda error: ConflictError("The case was answered already.", state=error.state),
    IdentityTakenError: lambda error: ConflictError(
        "Another entry of yours goes by this name, or source and id.", entry_id=str(error.entry_id)
    ),
}
