"""What was seen of a subject against the list: the one place where hits are made, for the stream and for the look back."""

from collections.abc import Iterator
from datetime import datetime

from services.correlate.domain.screen.forms import organisation_form, person_form, person_text
from services.correlate.domain.screen.hits import actor_hit
from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.listed import Listed
from services.correlate.domain.screen.matcher import Judgement, NameMatcher
from services.correlate.domain.screen.objects import Met, container_identifiers, conveyance_identifiers, person_identifiers
from services.correlate.domain.screen.sentences import identifier_sentence, name_sentence
from services.correlate.domain.screen.weights import Weights, score
from shared.contracts.events import Person
from shared.contracts.explanation import Hit
from shared.contracts.sightings import Seen
from shared.contracts.vocabulary import ActorKind


class Judge:
    """Judges one seen thing against an index. Entries not in force when it occurred are not met."""

    def __init__(self, matcher: NameMatcher, weights: Weights | None = None) -> None:
        self._matcher = matcher
        self._weights = weights or Weights()

    def hits(self, seen: Seen, occurred_at: datetime, index: WatchlistIndex) -> tuple[Hit, ...]:
        """Every hit, one an entry, the surest first."""
        found: dict[Listed, Hit] = {}
        for actor, hit in self._every(seen, occurred_at, index):
            held = found.get(actor)
            if held is None or (hit.alert, hit.score) > (held.alert, held.score):
                found[actor] = hit
        if len(found) < 2:  # noqa: PLR2004 - nothing to order
            return tuple(found.values())
        return tuple(sorted(found.values(), key=lambda hit: (-hit.score, str(hit.entry_id))))

    def _every(self, seen: Seen, at: datetime, index: WatchlistIndex) -> Iterator[tuple[Listed, Hit]]:
        if seen.person is not None:
            yield from self._person(seen.person, at, index)
        elif seen.conveyance is not None:
            yield from self._objects(conveyance_identifiers(seen.conveyance, index, self._weights), at, index)
        elif seen.container is not None:
            yield from self._objects(container_identifiers(seen.container, index, self._weights), at, index)
        elif seen.organisation:
            yield from self._organisation(seen.organisation, at, index)

    def _person(self, person: Person, at: datetime, index: WatchlistIndex) -> Iterator[tuple[Listed, Hit]]:
        named: dict[Listed, Judgement] = {}
        form = person_form(person.name) if person.name else None
        if form is not None:
            for actor in index.named(ActorKind.PERSON, form):
                judgement = self._matcher.person(actor, form, person) if actor.in_force(at) else None
                if judgement:
                    named[actor] = judgement
                    yield actor, self._by_name(actor, form.text, judgement, index)
        for met in person_identifiers(person, index, self._weights):
            if met.actor.in_force(at):
                yield met.actor, self._by_identifier(met, named.get(met.actor), index)

    def _objects(self, every: Iterator[Met], at: datetime, index: WatchlistIndex) -> Iterator[tuple[Listed, Hit]]:
        for met in every:
            if met.actor.in_force(at):
                yield met.actor, self._by_identifier(met, None, index)

    def _organisation(self, name: str, at: datetime, index: WatchlistIndex) -> Iterator[tuple[Listed, Hit]]:
        form = organisation_form(name)
        for actor in index.named(ActorKind.ORGANISATION, form):
            judgement = self._matcher.organisation(actor, form) if actor.in_force(at) else None
            if judgement:
                yield actor, self._by_name(actor, name, judgement, index)
        sender = person_text(name)
        for actor in index.named(ActorKind.PERSON, sender):
            judgement = self._matcher.person(actor, sender, Person()) if actor.in_force(at) else None
            if judgement:
                yield actor, self._by_name(actor, name, judgement, index)

    def _by_name(self, actor: Listed, seen: str, judgement: Judgement, index: WatchlistIndex) -> Hit:
        entry = actor.entry
        return actor_hit(
            actor,
            score=judgement.score,
            alert=judgement.alert,
            explanation=judgement.explanation,
            sentence=name_sentence(entry, entry.body, seen, judgement.listed_name, judgement.explanation),
            list_version=index.list_version,
            matcher=self._matcher.version,
        )

    def _by_identifier(self, met: Met, named: Judgement | None, index: WatchlistIndex) -> Hit:
        """The identifier, with the name where it speaks for the same: a document with another name stays a hit."""
        bits = met.bits + (named.bits if named else 0.0)
        alert_at = self._weights.alert_at
        return actor_hit(
            met.actor,
            score=1.0 if met.evidence.how == "exact" and met.alert else score(bits, alert_at),
            alert=met.alert or bool(named and bits >= alert_at),
            explanation=(met.evidence, *(named.explanation if named else ())),
            sentence=identifier_sentence(met.actor.entry, met.actor.entry.body, met.field, met.number),
            list_version=index.list_version,
            matcher=self._matcher.version,
        )
