"""What screening is set for, as an operator may set it: the threshold follows."""

from pydantic import Field

from services.correlate.domain.screen.weights import Weights
from shared.platform.settings import Group


class ScreenSettings(Group):
    """What the threshold of names follows from. The same in every copy: they would answer differently."""

    listed_persons: int = Field(
        default=10_000,
        ge=1,
        description="Persons on the lists that names are screened against, about: twice as many are met twice as often by chance, and the threshold "
        "rises by a bit. 10,000: OFAC and the UN have 7,736. It is told, not counted: a look back must judge as the stream did.",
    )
    alerts_per_10000: float = Field(
        default=1.0,
        gt=0,
        le=100,
        description="Strangers of 10,000 that may be stopped by their name alone; some categories of entries are worth more or less. "
        "`atalaya evaluate` tells what a budget finds.",
    )

    @property
    def weights(self) -> Weights:
        """The weights for these."""
        return Weights.for_lists(self.listed_persons, self.alerts_per_10000)
