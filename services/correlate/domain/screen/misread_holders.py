"""Who shows a document whose number was misread: what else says that it is the listed person, or another."""

from services.correlate.domain.screen.alignment import align
from services.correlate.domain.screen.forms import NameForm, person_form
from services.correlate.domain.screen.listed import Listed
from services.correlate.domain.screen.persons import birth_said, nationality_said, sex_said
from services.correlate.domain.screen.weights import Weights
from shared.contracts.events import Person
from shared.contracts.explanation import Evidence


def holder_evidence(actor: Listed, person: Person, form: NameForm | None, weights: Weights) -> tuple[Evidence, ...]:
    """The name that agrees (the caller found no other one), the birth date, the nationality and the sex, for or against.

    A name that says too little to be told by itself counts here: `Jesús López` beside a number one slip from that of Jesús López.
    """
    said = (
        birth_said(actor, person, weights),
        nationality_said(actor, person, weights),
        sex_said(actor, person, weights),
    )
    beside = tuple(one.evidence() for one in said if one is not None)
    if form is None:
        return beside
    forms = [listed for name in actor.entry.body.names if (listed := person_form(name)).words]
    best = max(((round(align(listed, form, weights).bits, 1), listed.text) for listed in forms), default=(0.0, ""))
    if best[0] <= 0:
        return beside
    return (Evidence(listed={"name": best[1]}, seen={"name": form.text}, how="name agrees", weight=best[0]), *beside)
