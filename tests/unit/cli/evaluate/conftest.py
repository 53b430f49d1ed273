"""The lists are read once: that takes seconds."""

import pytest

from services.cli.reference import listed
from shared.contracts.watchlist import ActorEntry


@pytest.fixture(scope="package")
def entries() -> list[ActorEntry]:
    return listed()
