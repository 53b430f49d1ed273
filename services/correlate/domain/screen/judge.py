"""What was seen of a subject against the list: the one place where hits are made, for the stream and for the look back."""

from collections.abc import Iterator
from datetime import datetime

from services.correlate.domain.screen.cleared import clearance, cleared_evidence, cleared_sentence
from services.correlate.domain.screen.documents import MetDocument, document_matches
from services.correlate.domain.screen.flags_at_sea import flag_evidence
from services.correlate.domain.screen.forms import NameForm, organisation_form, person_form, person_text
from services.correlate.domain.screen.hits import actor_hit
from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.linked import link_evidence
from services.correlate.domain.screen.listed import Listed
from services.correlate.domain.screen.matcher import Judgement, NameMatcher
from services.correlate.domain.screen.misread_holders import holder_evidence
from services.correlate.domain.screen.object_sentences import document_sentence, object_sentence
from services.correlate.domain.screen.objects import Met, Thing, object_matches, together_enough
from services.correlate.domain.screen.parts import parts_of
from services.correlate.domain.screen.persons import most_besides
from services.correlate.domain.screen.same_name import other_name
from services.correlate.domain.screen.sentences import name_sentence
from services.correlate.domain.screen.sets import Scene, other_parts
from services.correlate.domain.screen.weights import Weights, score
from shared.contracts.base import Text
from shared.contracts.events import Conveyance, Person
from shared.contracts.explanation import Evidence, Hit
from shared.contracts.sightings import Beside, Seen
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ActorEntry


class Judge:
    """Judges one seen thing against an index. Entries not in force when it occurred are not met."""

    def __init__(self, matcher: NameMatcher, weights: Weights | None = None) -> None:
        self._matcher = matcher
        self._weights = weights or Weights()

    def hits(self, seen: Seen, occurred_at: datetime, index: WatchlistIndex, beside: Beside | None = None) -> tuple[Hit, ...]:
        """Every hit, one an entry, the surest first. `beside` are the other objects of the event, None where nobody knows them."""
        found: dict[Listed, Hit] = {}
        for actor, made in self._every(seen, occurred_at, index, beside):
            hit = _unless_cleared(actor, made, seen.person, occurred_at) if seen.person is not None and made.alert else made
            held = found.get(actor)
            if held is None or (hit.alert, hit.score) > (held.alert, held.score):
                found[actor] = hit
        if len(found) < 2:  # noqa: PLR2004 - nothing to order
            return tuple(found.values())
        return tuple(sorted(found.values(), key=lambda hit: (-hit.score, str(hit.entry_id))))

    def _every(self, seen: Seen, at: datetime, index: WatchlistIndex, beside: Beside | None) -> Iterator[tuple[Listed, Hit]]:
        thing = seen.conveyance or seen.container or seen.firearm
        if seen.person is not None:
            yield from self._person(seen.person, at, index)
        elif thing is not None:
            yield from self._object(thing, Scene.of(thing, beside), at, index)
        elif seen.organisation:
            yield from self._organisation(seen.organisation, at, index)

    def _person(self, person: Person, at: datetime, index: WatchlistIndex) -> Iterator[tuple[Listed, Hit]]:
        named: dict[Listed, Judgement] = {}
        form = person_form(person.name) if person.name else None
        if form is not None:
            besides = most_besides(person, index.weights)
            for near in index.named(ActorKind.PERSON, form, person.birth_date, besides):
                actor = near.actor
                judgement = self._matcher.person(actor, form, person, near) if actor.in_force(at) else None
                if judgement:
                    named[actor] = judgement
                    yield actor, self._by_name(actor, form.text, judgement, index)
        for actor, met in document_matches(person, index, self._weights):
            if actor.in_force(at):
                yield actor, self._by_document(actor, met, named.get(actor), person, form, index)

    def _object(self, thing: Thing, scene: Scene, at: datetime, index: WatchlistIndex) -> Iterator[tuple[Listed, Hit]]:
        for actor, met in object_matches(thing, index, self._weights):
            if actor.in_force(at):
                yield actor, self._by_parts(actor.entry, met, scene, index, self._weights.alert_at_of(actor.category))

    def _organisation(self, name: str, at: datetime, index: WatchlistIndex) -> Iterator[tuple[Listed, Hit]]:
        form = organisation_form(name)
        for near in index.named(ActorKind.ORGANISATION, form):
            actor = near.actor
            judgement = self._matcher.organisation(actor, form, near) if actor.in_force(at) else None
            if judgement:
                yield actor, self._by_name(actor, name, judgement, index)
        sender = person_text(name)
        for near in index.named(ActorKind.PERSON, sender, besides=0.0):
            actor = near.actor
            judgement = self._matcher.person(actor, sender, Person(), near) if actor.in_force(at) else None
            if judgement:
                yield actor, self._by_name(actor, name, judgement, index)

    def _by_name(self, actor: Listed, seen: str, judgement: Judgement, index: WatchlistIndex) -> Hit:
        entry = actor.entry
        sentence = name_sentence(entry, entry.body, seen, judgement.listed_name, judgement.explanation)
        return self._hit(entry, judgement.score, judgement.explanation, sentence, index, alert=judgement.alert)

    def _by_document(
        self,
        actor: Listed,
        met: MetDocument,
        named: Judgement | None,
        person: Person,
        form: NameForm | None,
        index: WatchlistIndex,
    ) -> Hit:
        """The document, with the name where it speaks for the same. With another name it stays a hit on the document, and is said to be one.

        A number that was misread is less: all that is known of its holder counts beside it, and another name takes its alert away.
        """
        entry, weights = actor.entry, self._weights
        alert_at = weights.alert_at_of(actor.category)
        names = other_name(entry.body, form, weights) if form and not named else None
        misread = met.seen is not None and not named and not names
        holder = holder_evidence(actor, person, form, weights) if misread else ()
        bits = met.bits + (named.bits if named else sum(one.weight for one in holder))
        explanation = [met.evidence(), *(named.explanation if named else holder)]
        if names:
            explanation.append(Evidence(listed={"name": names[0]}, seen={"name": names[1]}, how="other name", weight=0.0))
        alone = met.alert and (met.seen is None or (not names and bits >= met.bits))
        return self._hit(
            entry,
            1.0 if met.how == "exact" and met.alert else score(bits, alert_at),
            tuple(explanation),
            document_sentence(entry, entry.body, met, names),
            index,
            alert=alone or bool((named or holder) and bits >= alert_at),
        )

    def _by_parts(self, entry: ActorEntry, met: list[Met], scene: Scene, index: WatchlistIndex, alert_at: float) -> Hit:
        """The identifiers that were met; of a set also the other parts. Two parts in one event say together what neither says alone."""
        parts = parts_of(entry.body)
        told = other_parts(entry.body, parts, met, scene, self._weights) if len(parts) > 1 else None
        together = [*met, *(told.together if told else ())]
        surest = max(met, key=lambda one: (one.alert, one.bits))
        several = len({part.keys for one in together if (part := one.part)}) > 1
        first = scene.things[0]
        flags = flag_evidence(first, entry.body, self._weights) if isinstance(first, Conveyance) else ()
        certain = any(one.alert and one.how == "exact" and one.bits >= self._weights.document for one in met)
        return self._hit(
            entry,
            1.0 if certain else score(sum(one.bits for one in together) + sum(one.weight for one in flags), alert_at),
            (
                *(one.evidence(role=told is not None) for one in _surest_first(met, surest)),
                *(told.evidence() if told else ()),
                *flags,
            ),
            object_sentence(entry, entry.body, surest, told, flags),
            index,
            alert=several or any(one.alert for one in met) or together_enough(met, alert_at),
        )

    def _hit(
        self,
        entry: ActorEntry,
        worth: float,
        explanation: tuple[Evidence, ...],
        sentence: Text,
        index: WatchlistIndex,
        *,
        alert: bool,
    ) -> Hit:
        return actor_hit(
            entry,
            score=worth,
            alert=alert,
            explanation=(*explanation, *link_evidence(entry, index.actor)),
            sentence=sentence,
            list_version=index.list_version,
            matcher=self._matcher.version,
        )


def _unless_cleared(actor: Listed, hit: Hit, person: Person, at: datetime) -> Hit:
    """The hit, and none to act on where somebody confirmed that this person is another than the entry's."""
    cleared = clearance(actor.entry, person, at)
    if cleared is None:
        return hit
    told = (*hit.explanation, cleared_evidence(cleared))
    return hit.model_copy(update={"alert": False, "explanation": told, "sentence": cleared_sentence(hit.sentence, cleared)})


def _surest_first(met: list[Met], surest: Met) -> Iterator[Met]:
    yield surest
    yield from (one for one in met if one is not surest)
