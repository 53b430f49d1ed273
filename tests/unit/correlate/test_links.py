"""Ties between entries: named to whoever may see both, and by nothing else to anybody."""

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.correlate.entries.bodies import search_words
from services.correlate.entries.differences import entry_changes
from services.correlate.entries.versions import Author
from services.correlate.watchlist.links import pruned, with_withheld
from shared.contracts.base import Handling
from shared.contracts.identity import entry_id
from shared.contracts.vocabulary import EntryState
from shared.contracts.watchlist import ActorEntry, ListedLink, ListedName
from tests.support.correlate import actor, event, index_of, person, screener_of

NATIONS = ("GT", "HN", "MX", "PA")
READER = Author("mx-police", "MX", "key")
SEEN = person("Eusebio Tzoc Xicay")


def named(number: int, name: str, to: tuple[str, ...] = ("GT", "HN"), tlp: str = "AMBER", **body: object) -> ActorEntry:
    entry = actor(
        number, names=(ListedName(full=name),), source_id=f"N-{number}", handling=Handling(tlp=tlp, releasable_to=to), **body
    )
    entry_of = entry_id(entry.originator, entry.body.source, entry.body.source_id or "")
    return entry.model_copy(update={"releasable_to": to, "entry_id": entry_of})


def tied(to: tuple[str, ...], *links: ListedLink) -> ActorEntry:
    return named(1, "Eusebio Tzoc Xicay", to, linked=links)


def told(*entries: ActorEntry) -> list[str]:
    """The ids in the source of the entries that a hit on the first names."""
    (hit,) = (hit for one in screener_of(*entries).sightings(event(persons=[SEEN]))[:1] for hit in one.hits)
    return [one["source_id"] for evidence in hit.explanation for one in evidence.listed.get("linked", ())]


def test_a_hit_names_up_to_five_linked_entries() -> None:
    others = [named(number, f"Otro Número {number}") for number in range(2, 10)]
    links = [ListedLink(relation="companion", source_id=one.body.source_id) for one in others]
    entries = (tied(("GT", "HN"), *links), *others)
    assert told(*entries) == ["N-2", "N-3", "N-4", "N-5", "N-6"]
    (hit,) = screener_of(*entries).sightings(event(persons=[SEEN]))[0].hits
    assert [evidence.listed["more"] for evidence in hit.explanation if "linked" in evidence.listed] == [3]


@pytest.mark.parametrize(
    ("other", "is_told"),
    [
        (named(2, "Otro", ("GT", "HN", "MX")), True),
        (named(2, "Otro", ("GT", "HN")), True),
        (named(2, "Otro", ("GT",)), False),
        (named(2, "Otro", ("GT", "HN"), "RED"), False),
        (named(2, "Otro").model_copy(update={"state": EntryState.SUSPENDED}), False),
    ],
)
def test_a_hit_names_a_linked_entry_where_all_who_may_see_the_one_may_see_the_other(other: ActorEntry, *, is_told: bool) -> None:
    one = tied(("GT", "HN"), ListedLink(relation="owner", source_id="N-2"))
    assert told(one, other) == (["N-2"] if is_told else [])


def test_a_look_back_names_the_same_as_the_screening_though_the_other_entry_did_not_change() -> None:
    one, other = tied(("GT", "HN"), ListedLink(relation="owner", source_id="N-2")), named(2, "Otro")
    index = index_of(one)
    index.note(other)
    assert index.actor(other.entry_id) == other
    assert not index.identified("document", "N-2")


@st.composite
def ties(draw: st.DrawFn) -> tuple[ActorEntry, list[ActorEntry]]:
    """An entry that all see, tied in any way to others that some see."""
    others = [
        named(number, f"SECRETO{number}", tuple(sorted(draw(st.sets(st.sampled_from(NATIONS), min_size=1)))))
        for number in range(2, 6)
    ]
    others = [one.model_copy(update={"state": draw(st.sampled_from(list(EntryState)))}) for one in others]
    links = []
    for other in others:
        by_id = draw(st.booleans())
        links.append(
            ListedLink(
                relation="owner",
                name=draw(st.sampled_from([None, other.body.names[0].text])),
                entry_id=other.entry_id if by_id else None,
                source_id=None if by_id else other.body.source_id,
            )
        )
    return tied(NATIONS, *links), others


@given(ties())
def test_who_may_not_see_an_entry_finds_nothing_of_it_in_one_that_is_tied_to_it(
    drawn: tuple[ActorEntry, list[ActorEntry]],
) -> None:
    one, others = drawn
    held = {other.entry_id: other for other in others}
    read = pruned(one, held.get, READER)
    changes = [change.model_dump(mode="json") for change in entry_changes(pruned(tied(NATIONS), held.get, READER), read)]
    everything = json.dumps([read.model_dump(mode="json"), changes, search_words(read.body)])
    for other in others:
        by = (str(other.entry_id), f'"{other.body.source_id}"', other.body.names[0].text)
        assert any(word in everything for word in by) is READER.may_see(other)


@given(ties())
def test_who_corrects_an_entry_takes_out_no_tie_that_was_not_shown(drawn: tuple[ActorEntry, list[ActorEntry]]) -> None:
    one, others = drawn
    held = {other.entry_id: other for other in others}
    shown = pruned(one, held.get, READER)
    kept = with_withheld(shown.body.model_copy(update={"linked": None}), one, shown)
    hidden = {link for link in one.body.linked or () if link not in (shown.body.linked or ())}
    assert set(kept.linked or ()) == hidden


def test_a_tie_to_what_is_not_listed_yet_is_withheld_and_one_by_name_alone_is_text() -> None:
    missing, text = ListedLink(relation="owner", entry_id=UUID(int=99)), ListedLink(relation="owner", name="Juan Nadie")
    assert pruned(tied(NATIONS, missing, text), {}.get, READER).body.linked == (text,)
    assert pruned(tied(NATIONS, missing, text), {}.get, Author("hn-police", "HN", "key")).body.linked == (missing, text)
