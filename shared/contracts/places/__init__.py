"""The register of checkpoints: border posts, ports, airports and towns of Central America, Mexico and Colombia, from files in the package."""

from shared.contracts.places.locate import locate
from shared.contracts.places.register import Checkpoint, checkpoint, nearest, posts_of
from shared.contracts.places.roads import road_km

__all__ = ["Checkpoint", "checkpoint", "locate", "nearest", "posts_of", "road_km"]
