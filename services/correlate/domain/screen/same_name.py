"""Whether a document is shown in another name than the one it is listed under."""

from services.correlate.domain.screen.alignment import align
from services.correlate.domain.screen.forms import NameForm, person_form
from services.correlate.domain.screen.weights import Weights
from shared.contracts.watchlist import ActorBody


def other_name(body: ActorBody, seen: NameForm, weights: Weights) -> tuple[str, str] | None:
    """The listed name and the seen one where none of the listed ones agrees: two words of each (or the only one), none contradicting."""
    forms = [form for form in map(person_form, body.names) if form.words]
    if not forms or not seen.words or any(_agree(form, seen, weights) for form in forms):
        return None
    return forms[0].text, seen.text


def _agree(listed: NameForm, seen: NameForm, weights: Weights) -> bool:
    alignment = align(listed, seen, weights)
    enough = min(2, len(listed.words), len(seen.words))
    return len(alignment.pairs) >= enough and not (alignment.listed_left and alignment.seen_left)
