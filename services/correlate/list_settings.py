"""How entries of the list live, as an operator may set it."""

from datetime import timedelta
from typing import Final, Literal

from pydantic import Field

from services.correlate.domain.life.policy import REVIEW_PERIODS, Approval, LifePolicy
from shared.contracts.vocabulary import Category
from shared.platform.settings import Group

_DAYS: Final = {category: period.days for category, period in REVIEW_PERIODS.items()}


class ListSettings(Group):
    """Every bound of the life of an entry."""

    review_days: dict[Category, int] = Field(
        default=_DAYS,
        description="Days by category after which an entry no longer alerts unless its issuer extends it, as JSON; those not named keep their "
        "default: 5 years for arrest and missing, 3 for judicial procedure, unknown wanted persons and refusal of entry, 1 for vulnerable persons "
        "and checks, 10 for objects (Regulations (EU) 2018/1862, Articles 53 and 54, and 2018/1861, Article 39).",
    )
    person_review_days: int = Field(
        default=365, ge=1, description="The same in days for persons and organisations without a category: the shortest."
    )
    object_review_days: int = Field(
        default=3650, ge=1, description="The same in days for objects without a category (Article 54)."
    )
    route_review_days: int = Field(default=365, ge=1, description="The same in days for routes: corridors move.")
    review_lead_days: int = Field(
        default=120,
        ge=0,
        description="Days ahead of a review that the issuer is told; a third of the period where that is less. Article 53(5): four months.",
    )
    confirm_hours: float = Field(
        default=24.0,
        gt=0,
        description="Hours in which a second person approves an entry listed in an emergency; then it is suspended.",
    )
    justify_days: int = Field(
        default=15,
        ge=1,
        description="Days after an entry has served its purpose until it is deleted, unless its issuer says why it is kept.",
    )
    erase_days: int = Field(
        default=400,
        ge=1,
        description="Days after its end that an entry is kept whole. Not below `retention_days`: what it explains is kept as long.",
    )
    error_working_days: int = Field(
        default=2, ge=1, description="Working days in which an issuer answers a suspected error (Article 59: two)."
    )
    notice_days: int = Field(
        default=90,
        ge=1,
        description="Days that what an agency was told of its entries can be read again; the topic keeps them for 30.",
    )
    approval: Approval = Field(
        default=Approval.WEAK,
        description="`weak`: a second person approves own entries that say neither birth date nor document nor second name. `all`: every own entry and edit.",
    )
    required: frozenset[Literal["category", "reason", "legal_basis", "contact", "handling", "requested_action"]] = Field(
        default=frozenset(),
        description="Fields, as JSON, without which an own entry is refused; `requested_action`: one that its category does not ask for. None by "
        "default: what is missing is told with the entry, and a lookout that cannot wait for a file number can be listed.",
    )
    public_sources: frozenset[str] = Field(
        default=LifePolicy().public_sources,
        description="Sources, as JSON, whose lists were decided elsewhere: their entries need no approval here and no review, each list renews or ends them.",
    )

    def policy(self) -> LifePolicy:
        """The same for the domain."""
        periods = {category: timedelta(days=days) for category, days in {**_DAYS, **self.review_days}.items()}
        return LifePolicy(
            periods=periods,
            persons=timedelta(days=self.person_review_days),
            objects=timedelta(days=self.object_review_days),
            routes=timedelta(days=self.route_review_days),
            lead=timedelta(days=self.review_lead_days),
            confirm_within=timedelta(hours=self.confirm_hours),
            justify_within=timedelta(days=self.justify_days),
            erase_after=timedelta(days=self.erase_days),
            error_within_working_days=self.error_working_days,
            approval=self.approval,
            required=frozenset(self.required),
            public_sources=self.public_sources,
        )
