"""The rules of the domain, as the settings have them."""

from datetime import timedelta

from services.ingest.domain.normalise import Rules
from services.ingest.places import Checkpoints
from services.ingest.settings import IngestSettings


def rules_of(settings: IngestSettings) -> Rules:
    """What holds for every submission, as set."""
    return Rules(
        register=Checkpoints(),
        earliest=settings.earliest,
        clock_skew=timedelta(seconds=settings.clock_skew_seconds),
        strict=settings.strict,
        widest=settings.widest_handling,
    )
