"""Every bound of tracking, with its unit and its reason."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class TrackPolicy:
    """Bounds that an operator may move. All times are event time; none is read from a clock."""

    horizon: timedelta = timedelta(days=45)
    """How far back a subject's sightings are read: longer than the longest corridor (Panama to Mexico by road with rests: two weeks) thrice over."""

    leg_without_window: timedelta = timedelta(days=10)
    """Longest time between two waypoints whose leg has no window: a lorry that waits over a weekend and a strike."""

    longest_leg: timedelta = timedelta(days=366)
    """Longest window that anything is predicted by: no leg takes a year, and a sum of longer ones leaves the calendar."""

    slowest_kmh: float = 15.0
    """Average over a leg of a lorry on the Pan-American highway including stops (CA corridor averages are reported at 17 km/h)."""

    fastest_kmh: float = 90.0
    """Average that a car reaches on the best of these roads; no post is reached earlier."""

    rest: timedelta = timedelta(hours=24)
    """What a night, a weekend yard or the queue at the next post adds to the slowest time."""

    most_next: int = 3
    """Next checkpoints named in an alert: a nation cannot man more on one word, and the farther ones are guesses."""

    next_grace: timedelta = timedelta(hours=6)
    """How long after the last predicted arrival an alert still serves."""

    life: timedelta = timedelta(days=7)
    """How long after its last evidence an alert without a prediction serves: a return within a week is the common pattern."""

    past_life: timedelta = timedelta(days=30)
    """The same for an alert that only the stored past gave: it informs, nobody interdicts by it."""

    seizure_look_back: timedelta = timedelta(days=7)
    """How long before a seizure those who crossed with what was seized are of interest."""

    route_seizures_within: timedelta = timedelta(days=30)
    """Seizures on a route that belong together, counted back from the latest of them."""

    most_companions: int = 50
    """Companions linked to one seizure, the latest first: a coach's passengers are no accomplices, and all are counted."""

    evidence_kept: int = 20
    """Events shown as evidence, the latest; the count and the handling go over all of them."""
