"""The published message shapes as JSON files: shown by every `/docs`, read by tests. All values in them are made up."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def example(name: str) -> Any:
    """The example in `<name>.json`; do not change what is returned, it is shared."""
    return json.loads(files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8"))
