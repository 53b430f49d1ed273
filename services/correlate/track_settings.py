"""The bounds of tracking as settings: unit, default and reason of each; a set of them that makes no sense is refused at the start."""

from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator

from services.correlate.domain.track.policy import TrackPolicy
from shared.platform.settings import Group


class TrackSettings(Group):
    """`ATALAYA_CORRELATE__TRACK__…`. All times are event time. The copies that track must have the same ones: an alert is a function of them."""

    horizon_days: float = Field(
        default=45.0,
        ge=1,
        le=400,
        description="Days of movements that one alert may rest on, back from the last of them. Thrice the longest corridor, Panama to "
        "Mexico by road with rests in two weeks; more is read at every sighting.",
    )
    leg_without_window_days: float = Field(
        default=10.0,
        gt=0,
        le=60,
        description="Longest days between two waypoints whose leg has no window: a lorry that waits over a weekend and a strike.",
    )
    longest_leg_days: float = Field(
        default=366.0,
        ge=1,
        le=3660,
        description="Longest window in days that an arrival is predicted by. No leg takes a year; a sum of longer ones leaves the calendar.",
    )
    slowest_kmh: float = Field(
        default=15.0,
        ge=1,
        le=200,
        description="Least average speed in km/h that an arrival off a route is predicted by: a lorry on the Pan-American highway with its "
        "stops (averages of 17 km/h are reported for the corridor).",
    )
    fastest_kmh: float = Field(
        default=90.0,
        ge=1,
        le=200,
        description="Greatest average speed in km/h: what a car reaches on the best of these roads; no post is reached earlier.",
    )
    border_delay_hours: float = Field(
        default=24.0,
        ge=0,
        le=240,
        description="Hours that a night, a weekend yard or the queue at the next post adds to the slowest way.",
    )
    most_next: int = Field(
        default=3,
        ge=0,
        le=20,
        description="Next checkpoints named in an alert, 0 for none. A nation cannot man more on one word, and the farther ones are guesses.",
    )
    next_grace_hours: float = Field(
        default=6.0, ge=0, le=168, description="Hours that an alert still serves after the last predicted arrival."
    )
    life_days: float = Field(
        default=7.0,
        gt=0,
        le=366,
        description="Days that an alert without a prediction serves after its last evidence: a return within a week is the common pattern.",
    )
    past_life_days: float = Field(
        default=30.0,
        gt=0,
        le=366,
        description="The same in days for an alert that only the stored past gave: it informs, nobody interdicts by it.",
    )
    seizure_look_back_days: float = Field(
        default=7.0,
        gt=0,
        le=400,
        description="Days before a seizure in which those who crossed with what was seized are of interest; within the horizon.",
    )
    route_seizures_days: float = Field(
        default=30.0,
        gt=0,
        le=400,
        description="Days in which seizures on a route belong together, back from the latest of them; within the horizon.",
    )
    most_companions: int = Field(
        default=50,
        ge=1,
        le=1000,
        description="Companions linked to one seizure, the latest first: a coach's passengers are no accomplices.",
    )
    evidence_kept: int = Field(
        default=20,
        ge=1,
        le=200,
        description="Events shown as evidence in an alert, the latest; count and handling go over all of them. Each makes the message longer.",
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.slowest_kmh >= self.fastest_kmh:
            raise ValueError("slowest_kmh must be below fastest_kmh: no arrival lies between them")
        for name in ("leg_without_window_days", "seizure_look_back_days", "route_seizures_days"):
            if getattr(self, name) > self.horizon_days:
                raise ValueError(f"{name} must not be above horizon_days: what lies behind the horizon is not read")
        return self

    def policy(self) -> TrackPolicy:
        """The same as the domain takes it."""
        return TrackPolicy(
            horizon=timedelta(days=self.horizon_days),
            leg_without_window=timedelta(days=self.leg_without_window_days),
            longest_leg=timedelta(days=self.longest_leg_days),
            slowest_kmh=self.slowest_kmh,
            fastest_kmh=self.fastest_kmh,
            rest=timedelta(hours=self.border_delay_hours),
            most_next=self.most_next,
            next_grace=timedelta(hours=self.next_grace_hours),
            life=timedelta(days=self.life_days),
            past_life=timedelta(days=self.past_life_days),
            seizure_look_back=timedelta(days=self.seizure_look_back_days),
            route_seizures_within=timedelta(days=self.route_seizures_days),
            most_companions=self.most_companions,
            evidence_kept=self.evidence_kept,
        )
