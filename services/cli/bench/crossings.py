"""Generated crossings of the usual size: one driver, one lorry, one container. Nobody's name, nobody's plate."""

from collections.abc import Iterator
from itertools import count
from typing import Any
from uuid import uuid4

import orjson
from stdnum import iso6346

from shared.platform.clock import SystemClock


def _container(number: int) -> str:
    """Another container each time, so that nothing can be remembered of it."""
    serial = f"MSCU{number % 1_000_000:06d}"
    return serial + iso6346.calc_check_digit(serial)


def crossing(run: str, number: int, occurred_at: str) -> dict[str, Any]:
    """One crossing; `id` is unique to the run and number."""
    return {
        "type": "border-crossing",
        "id": f"BENCH-{run}-{number:08d}",
        "revision": 1,
        "occurred_at": occurred_at,
        "place": {"code": "MX-GT-01"},
        "direction": "exit",
        "mode": "road",
        "persons": [
            {
                "role": "driver",
                "name": {"given": "Generated", "paternal": f"Traveller{number % 997}", "maternal": "Bench"},
                "birth_date": "1984-03",
                "nationalities": ["GT"],
                "documents": [{"type": "passport", "number": f"9{number:08d}", "issuer": "GT"}],
            }
        ],
        "conveyances": [{"kind": "vehicle", "role": "tractor", "plate": f"C{number % 1000:03d}BCD", "country": "GT"}],
        "containers": [{"number": _container(number), "seals": [f"GT{number % 1_000_000:06d}"]}],
        "handling": {"tlp": "AMBER", "releasable_to": ["GT", "MX"]},
    }


def bodies() -> Iterator[bytes]:
    """Crossings without an end, as JSON."""
    run, now = uuid4().hex[:8], SystemClock().now().isoformat()
    for number in count():
        yield orjson.dumps(crossing(run, number, now))
