"""RFC 9457: every refusal is an `application/problem+json` that says all that is wrong and repeats nothing of the input."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared.platform.faults import Fault, faults_of

MEDIA_TYPE = "application/problem+json"
M = TypeVar("M", bound=BaseModel)


class ProblemError(HTTPException):
    """A refusal. A subclass fixes status and type; `detail` is a sentence for a person, without personal data."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal-error"

    def __init__(
        self, detail: str, *, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(self.status, detail, dict(headers) if headers else None)
        self.faults = tuple(faults)
        self.members = members


class BadRequestError(ProblemError):
    """The request itself is malformed: a forged cursor, a bad header."""

    status, slug = 400, "bad-request"


class UnauthorizedError(ProblemError):
    """No key, or one that is not (or no longer) good."""

    status, slug = 401, "unauthorized"


class ForbiddenError(ProblemError):
    """A good key that may not do this."""

    status, slug = 403, "forbidden"


class NotFoundError(ProblemError):
    """Nothing here that this key may know of."""

    status, slug = 404, "not-found"


class MethodNotAllowedError(ProblemError):
    """The resource does not do this."""

    status, slug = 405, "method-not-allowed"


class NotAcceptableError(ProblemError):
    """No form the client accepts can be given."""

    status, slug = 406, "not-acceptable"


class RequestTimeoutError(ProblemError):
    """The request did not come whole in time."""

    status, slug = 408, "request-timeout"


class ConflictError(ProblemError):
    """It meets another state than it was made for."""

    status, slug = 409, "conflict"


class GoneError(ProblemError):
    """It was here and is no more: a link that expired, a thing that was withdrawn."""

    status, slug = 410, "gone"


class PreconditionFailedError(ProblemError):
    """The state it was made for (`If-Match`) is no longer the state."""

    status, slug = 412, "precondition-failed"


class TooLargeError(ProblemError):
    """The body is larger than is read."""

    status, slug = 413, "too-large"


class UnsupportedTypeError(ProblemError):
    """The body's media type is not read here."""

    status, slug = 415, "unsupported-media-type"


class InvalidInputError(ProblemError):
    """The input is wrong; `errors` names every fault by pointer."""

    status, slug = 422, "invalid-input"

    def __init__(self, faults: Sequence[Fault], detail: str = "The input has faults; each is named in errors.") -> None:
        super().__init__(detail, faults=faults)


class PreconditionRequiredError(ProblemError):
    """Only with `If-Match`: a change must say which version it is meant for."""

    status, slug = 428, "precondition-required"


class RetryError(ProblemError):
    """Refused for now; `Retry-After` says for how long."""

    def __init__(self, detail: str, *, retry_after_seconds: float, **members: Any) -> None:
        super().__init__(detail, headers={"Retry-After": str(max(1, round(retry_after_seconds)))}, **members)


class TooManyRequestsError(RetryError):
    """More than the key's rate."""

    status, slug = 429, "too-many-requests"


class UnavailableError(RetryError):
    """Something we need is away. Says in `outcome` when what was asked may have happened all the same."""

    status, slug = 503, "unavailable"


_KINDS: tuple[type[ProblemError], ...] = (ProblemError, *ProblemError.__subclasses__(), *RetryError.__subclasses__())
_SLUGS = {kind.status: kind.slug for kind in _KINDS if kind is not RetryError}


def problem_response(error: HTTPException, request_id: str | None = None) -> Response:
    """The answer for a refusal, ours or the framework's."""
    status = error.status_code
    slug = error.slug if isinstance(error, ProblemError) else _SLUGS.get(status)
    body: dict[str, Any] = {
        "type": f"/docs/problems#{slug}" if slug else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": str(error.detail),
    }
    if request_id is not None:
        body["request_id"] = request_id
    if isinstance(error, ProblemError):
        body |= error.members
        if error.faults:
            body["errors"] = [fault.as_dict() for fault in error.faults]
    return Response(orjson.dumps(body), status_code=status, media_type=MEDIA_TYPE, headers=error.headers)


def validated(model: type[M], value: Any) -> M:
    """The value as a model; raises InvalidInputError with every fault."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise InvalidInputError(faults_of(error)) from None


class ProblemItem(BaseModel):
    """One fault, by JSON pointer into the body or by the name of the parameter."""

    pointer: str | None = None
    parameter: str | None = None
    code: str
    detail: str


class Problem(BaseModel):
    """RFC 9457 problem details, as OpenAPI shows them."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = None
    errors: list[ProblemItem] | None = None


_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}

PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": HTTPStatus(status).phrase, "content": _CONTENT}
    for status in (400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 503)
}
"""For `responses=` of a route; the schema is added to the document by the application."""
