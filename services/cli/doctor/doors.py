"""The services, as they say themselves: ready or not, and why."""

from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

import httpx

from services.cli.doctor.findings import Finding, Ground, fault, ok, warning

_DATE_IS_EXACT_TO = timedelta(seconds=4)
"""The header is cut to whole seconds and made anew once a second by a server that may be busy."""


async def look(ground: Ground) -> list[Finding]:
    """What each service answers to `/readyz`."""
    if not ground.services:
        return [warning("services", "no address is known", "name them: --ingest http://… --correlate http://… --notify http://…")]
    found: list[Finding] = []
    async with httpx.AsyncClient(timeout=ground.seconds) as client:
        for name, address in ground.services.items():
            found += await _service(ground, client, name, address)
    return found


async def _service(ground: Ground, client: httpx.AsyncClient, name: str, address: str) -> list[Finding]:
    try:
        answer = await client.get(f"{address.rstrip('/')}/readyz")
        told = answer.json()
        faults, notes = dict(told["faults"]), dict(told.get("notes", {}))
    except httpx.HTTPError as error:
        todo = "start it; `atalaya up --detach` starts all on this machine"
        return [fault("services", f"{name} does not answer at {address} ({type(error).__name__})", todo)]
    except (ValueError, KeyError, TypeError):
        return [fault("services", f"what answers at {address} is not {name}", "mend its address")]
    found = [fault("services", f"{name}: {check}: {why}", _todo(why)) for check, why in faults.items()]
    found += [
        fault("services", f"{name}: {check}: {said}", _todo(said))
        if "halted" in said
        else warning("services", f"{name}: {check}: {said}", _NOTED)
        for check, said in notes.items()
    ]
    found += _clock(ground, name, answer)
    return found or [ok("services", f"{name} is ready at {address}")]


_NOTED = "`atalaya dlq list` shows why; tell the agency, then `atalaya dlq replay --agency …`"


def _todo(why: str) -> str:
    if "halted" in why:
        return "`atalaya dlq list` and `atalaya offsets show` say why; mend that, then start the service anew"
    if "broker" in why:
        return "see what is said of Kafka above; it goes on by itself"
    if "waits" in why or "database" in why:
        return "see what is said of the database above; it goes on by itself"
    return "if it stays, its log says more"


def _clock(ground: Ground, name: str, answer: httpx.Response) -> list[Finding]:
    try:
        there = parsedate_to_datetime(answer.headers["date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return []
    off: timedelta = there - ground.clock.now()
    if abs(off) <= ground.skew + _DATE_IS_EXACT_TO + answer.elapsed:
        return []
    text = f"{name}'s clock is {abs(off).total_seconds():.0f} s off this machine's"
    return [fault("clocks", text, "let both follow one time server")]
