"""What goes in and out of `/v1/subscriptions`."""

from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.notify.domain.subscription import Filter, Format, SubscriptionState
from shared.contracts.base import Nation
from shared.platform.auth.keys import Agency
from shared.platform.faults import Fault
from shared.platform.http.problems import ForbiddenError, InvalidInputError

Language = Literal["es", "en"]
AnyFormat = Literal["json", "cloudevents", "cap", "stix"]
UNBUILT = frozenset({"cap", "stix"})


_WHOSE = "whose notices are sent, where the filter asks for them: the key's own if absent. Only an administrator names another, and must name one"


class WantedFilter(Filter):
    """Which alerts are wanted; an empty list wants all."""

    cel: str | None = Field(default=None, max_length=4000, description="a condition in CEL; not built yet: must be null")

    def parsed(self) -> Filter:
        """The filter alone."""
        return Filter(**self.model_dump(exclude={"cel"}))


class NewSubscription(BaseModel):
    """An endpoint to be subscribed."""

    model_config = ConfigDict(
        frozen=True, extra="forbid",
        json_schema_extra={"examples": [{
            "partner": "SV", "url": "https://alerts.example.sv/atalaya", "format": "json", "language": "es",
            "filter": {"causes": [], "severity_at_least": "medium", "nations": [], "routes": [], "cel": None},
        }]},
    )  # fmt: skip

    partner: Nation | None = Field(default=None, description="the nation; the key's own if absent")
    url: str = Field(min_length=1, max_length=2000, description="https, to a public address")
    format: AnyFormat = "json"
    language: Language = "es"
    filter: WantedFilter = WantedFilter()
    agency: Agency | None = Field(default=None, description=_WHOSE)


class SubscriptionChange(BaseModel):
    """What is to change; what is absent stays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str | None = Field(default=None, min_length=1, max_length=2000)
    format: AnyFormat | None = None
    language: Language | None = None
    filter: WantedFilter | None = None
    agency: Agency | None = Field(default=None, description=_WHOSE)
    state: Literal["active", "paused"] | None = Field(
        default=None, description="`paused` holds what comes until it is `active` again; nothing is lost meanwhile"
    )


class SubscriptionOut(BaseModel):
    """A subscription, never its secret."""

    id: UUID
    partner: str
    url: str
    format: Format
    language: Language
    filter: Filter
    state: SubscriptionState
    state_reason: str | None
    waiting: int = Field(description="deliveries not settled yet")
    old_secrets_until: datetime | None = Field(
        description="until then messages are also signed with the secret before the last rotation"
    )
    created_at: datetime
    updated_at: datetime
    agency: str | None = Field(description="the agency whose notices it gets; null where it asks for none")

    @classmethod
    def of(cls, row: Any, waiting: int = 0) -> Self:
        """Of a stored row; what is secret stays there."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields if name != "waiting"}, waiting=waiting)


class SubscriptionWithSecret(SubscriptionOut):
    """A subscription with its signing secret, which is in this answer and in no other."""

    secret: str = Field(description="Standard Webhooks, `whsec_…`")


class SubscriptionList(BaseModel):
    """Subscriptions that have not ended, the oldest first."""

    items: list[SubscriptionOut]


def whose_notices(filter_: WantedFilter | None, named: str | None, own: str, *, admin: bool) -> str | None:
    """The agency whose notices are asked for; None where none are, or an administrator names nobody. Refuses what a key may not name, by pointer."""
    if filter_ is None or not filter_.notices:
        if named is not None:
            raise InvalidInputError(
                [Fault("/agency", "notices_not_wanted", "Name an agency together with a filter that asks for notices.")]
            )
        return None
    if admin:
        return named
    if named not in {None, own}:
        fault = Fault("/agency", "agency_foreign", "A key asks for the notices of its own agency only.")
        raise ForbiddenError("The key belongs to another agency.", faults=[fault])
    return own


class ExerciseSent(BaseModel):
    """The delivery that carries the exercise; read its outcome from `/v1/deliveries/{id}`."""

    delivery_id: UUID


def check_built(format_: AnyFormat | None, filter_: WantedFilter | None, url_fault: str | None) -> None:
    """Refuse what is not built yet and a URL that nothing is sent to, all at once, by pointer."""
    faults = []
    if url_fault is not None:
        faults.append(Fault("/url", "url_refused", f"Nothing can be sent to this URL: {url_fault}."))
    if format_ in UNBUILT:
        faults.append(Fault("/format", "format_not_built", "This format is not built yet; json and cloudevents are."))
    if filter_ is not None and filter_.cel is not None:
        faults.append(Fault("/filter/cel", "cel_not_built", "Conditions in CEL are not built yet; send null."))
    if faults:
        raise InvalidInputError(faults)
