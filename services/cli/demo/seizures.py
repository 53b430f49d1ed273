"""Real seizures as a producer of a police or customs agency would report them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from services.cli.demo.nations import CORRIDOR

CATEGORIES = {"Ephedrine": "precursor", "Other precursors": "precursor"}
UNITS = {"Gram": "g", "Kilogram": "kg", "Litre": "l", "Ton": "t", "Plants": "plant", "Bush": "plant", "Unit": "unit"}
RELEASABLE_TO = CORRIDOR


def moved(rows: Sequence[dict[str, str]], today: date) -> list[date]:
    """The day on which each row is played: all are moved by the same number of days, so that the newest on the corridor was yesterday.

    What would come to lie after that goes to the other end of the years reported. An alert about 2014 would help nobody.
    """
    reported = [date.fromisoformat(row["date"]) for row in rows]
    newest = max((day for day, row in zip(reported, rows, strict=True) if lies_on_corridor(row)), default=max(reported))
    years = max(reported) - min(reported) + timedelta(days=1)
    last = today - timedelta(days=1)
    played = [day + (last - newest) for day in reported]
    return [day if day <= last else day - years for day in played]


def message(row: dict[str, str], day: date, run: str) -> dict[str, Any]:
    """A row of UNODC's table in the shape of a seizure; all but the day it is played on is the row's own."""
    route = {field: row[field] for field in ("producing", "departure", "destination") if row[field]}
    place = {"lat": float(row["lat"]), "lon": float(row["lon"])} if row["lat"] else None
    seized = {
        "category": CATEGORIES.get(row["drug"], "drug"),
        "substance": row["drug"].lower(),
        "quantity": row["amount"],
        "unit": UNITS[row["unit"]],
    }
    body = {
        "id": f"UNODC-IDS-{int(row['row']):06d}-{run}",
        "revision": 1,
        "occurred_on": day.isoformat(),
        "reported_on": row["date"],
        "place": place,
        "seized": [seized],
        "concealment": row["hidden"],
        "transport": row["transport"],
        "route": route,
        "source": "UNODC, Individual Drug Seizures",
        "exercise": True,
        "handling": {"tlp": "CLEAR", "releasable_to": list(RELEASABLE_TO)},
    }
    return {field: value for field, value in body.items() if value not in (None, "", {})}


def lies_on_corridor(row: dict[str, str]) -> bool:
    """It left from one nation of the corridor and was seized in, or bound for, one that comes after it."""
    if row["departure"] not in CORRIDOR:
        return False
    after = CORRIDOR[CORRIDOR.index(row["departure"]) + 1 :]
    return row["country"] in after or row["destination"] in after
