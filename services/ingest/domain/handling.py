"""Who may see an event: what its agency says of it, never wider than what is set for the agency."""

from typing import Any

from services.ingest.domain.findings import Findings
from services.ingest.domain.submitted_parts import SubmittedHandling
from shared.contracts.base import Handling, Nation, Tlp


def effective_handling(
    given: SubmittedHandling | None, widest: Handling | None, nation: Nation, found: Findings
) -> dict[str, Any]:
    """The handling that the event carries.

    Without a word in the body it is the one set for the agency, and without that nobody but the originator's nation. A body
    may be stricter than what is set; where it is laxer it is narrowed and flagged. The originator's nation is always in it.
    """
    if given is None:
        tlp, nations = (widest.tlp, widest.releasable_to) if widest is not None else (Tlp.AMBER, ())
    else:
        tlp, nations = given.tlp, tuple(code for code in given.releasable_to or () if code)
        if widest is not None:
            tlp, nations = _narrowed(tlp, nations, widest, nation, found)
    return {"tlp": tlp.value, "releasable_to": sorted({*nations, nation})}


def _narrowed(
    tlp: Tlp, nations: tuple[Nation, ...], widest: Handling, nation: Nation, found: Findings
) -> tuple[Tlp, tuple[Nation, ...]]:
    allowed = tuple(code for code in nations if code in widest.releasable_to or code == nation)
    if len(allowed) < len(nations):
        found.flag(("handling", "releasable_to"), "narrowed", "not all of these nations may see what this agency sends")
    if tlp.rank < widest.tlp.rank:
        found.flag(("handling", "tlp"), "narrowed", "the label was raised to the least strict one that this agency may use")
        tlp = widest.tlp
    return tlp, allowed


def as_given(given: SubmittedHandling) -> dict[str, Any]:
    """What the body said, for the digest."""
    return {"tlp": given.tlp.value, "releasable_to": sorted({code for code in given.releasable_to or () if code})}
