"""Documents: any one is enough, what is wrong with it is said, and a company's number is not a person's."""

from typing import Any

import pytest

from shared.contracts.events import Document
from shared.contracts.explanation import Hit
from shared.contracts.vocabulary import DocumentState
from shared.contracts.watchlist import Identifiers, ListedDocument, ListedName
from tests.support.correlate import actor, event, hits, listed, person, screener_of

PASSPORT = ListedDocument(type="passport", number="A1234567", issuer="GT")
SEEN = Document(type="passport", number="A1234567", issuer="GT")


def shown(screener: Any, name: str | None = None, *documents: Document) -> list[Hit]:
    """The hits on a person who shows documents."""
    return hits(screener, event(persons=[person(name, documents=documents or (SEEN,))]))


def test_one_document_of_two_entries_is_a_hit_on_each() -> None:
    screener = screener_of(listed("Ana Lux", 1, documents=(PASSPORT,)), listed("Eva Tzoc", 2, documents=(PASSPORT,)))
    assert sorted((hit.entry_id.int, hit.alert) for hit in shown(screener)) == [(1, True), (2, True)]


def test_an_entry_about_the_document_and_one_about_its_holder_are_both_met() -> None:
    stolen = actor(2, kind="document", identifiers=Identifiers(type="passport", container="A-1234567", issuer="GT"))
    screener = screener_of(listed("Ana Lux", 1, documents=(PASSPORT,)), stolen)
    assert sorted((hit.entry_id.int, hit.alert, hit.kind.value) for hit in shown(screener)) == [
        (1, True, "person"),
        (2, True, "document"),
    ]


@pytest.mark.parametrize(
    ("state", "es", "en"),
    [
        ("stolen", "figura como robado en", "is reported stolen on"),
        ("misappropriated", "figura como sustraído en", "is reported misappropriated on"),
        ("lost", "figura como extraviado en", "is reported lost on"),
        ("invalidated", "figura como invalidado en", "is reported invalidated on"),
        ("false", "figura como falso en", "is reported false on"),
    ],
)
def test_what_is_wrong_with_a_document_is_said(state: str, es: str, en: str) -> None:
    own = Identifiers(type="passport", container="A1234567", issuer="GT", state=state)
    for entry in (
        actor(kind="document", identifiers=own),
        listed("Ana Lux", documents=(PASSPORT.model_copy(update={"state": DocumentState(state)}),)),
    ):
        [hit] = shown(screener_of(entry))
        assert hit.sentence.es == f"El pasaporte A1234567 {es} la lista test (00000000)."
        assert hit.sentence.en == f"The passport A1234567 {en} list test (00000000)."
        assert hit.explanation[0].listed == {"document": "A1234567", "type": "passport", "state": state}


def test_a_document_in_another_name_is_a_hit_on_the_document_and_is_said_to_be_one() -> None:
    stolen = PASSPORT.model_copy(update={"state": DocumentState.STOLEN})
    entry = actor(
        kind="document",
        names=(ListedName(full="Ana Lux Tzoc"),),
        identifiers=Identifiers(type="passport", container="A1234567", issuer="GT", state="stolen"),
    )
    for screener in (screener_of(entry), screener_of(listed("Ana Lux Tzoc", documents=(stolen,)))):
        [hit] = shown(screener, "Pedro Ixcot")
        assert (hit.alert, hit.score) == (True, 1.0)
        assert [(one.how, one.seen, one.weight) for one in hit.explanation][1:] == [("other name", {"name": "Pedro Ixcot"}, 0.0)]
        assert hit.sentence.es.endswith(", a nombre de «Ana Lux Tzoc»; se presentó a nombre de «Pedro Ixcot».")
        assert hit.sentence.en.endswith(", in the name of “Ana Lux Tzoc”; it was shown in the name of “Pedro Ixcot”.")


@pytest.mark.parametrize("name", ["Juan Pérez", "PEREZ, Juan", "Juan Peres", "Juan Pérez López", None])
def test_a_document_in_the_listed_name_is_not_said_to_be_in_another(name: str | None) -> None:
    [hit] = shown(screener_of(listed("Juan Pérez", documents=(PASSPORT,))), name)
    assert "other name" not in {one.how for one in hit.explanation}


def test_two_documents_of_one_person_are_one_hit() -> None:
    national = ListedDocument(type="dpi", number="2547 89632 0101", issuer="GT")
    screener = screener_of(listed("Ana Lux", documents=(PASSPORT, national)))
    [hit] = shown(screener, None, SEEN, Document(type="dpi", number="2547896320101", issuer="GT"))
    assert (hit.alert, hit.score) == (True, 1.0)


@pytest.mark.parametrize(
    ("kind", "listed_as", "seen_as", "met"),
    [
        ("organisation", "company_register", "passport", False),
        ("organisation", "national_id", "national_id", False),
        ("organisation", "passport", "passport", False),
        ("organisation", "nit", "passport", False),
        ("organisation", "nit", "nit", True),
        ("organisation", None, "passport", False),
        ("person", "company_register", "passport", False),
        ("person", "Company Register", "company_register", True),
        ("person", "government_gazette_number", "national_id", False),
        ("person", "tax_id", "national_id", True),
        ("person", None, "passport", True),
        ("vessel", "company_register", "passport", False),
        ("document", "passport", "passport", True),
    ],
)
@pytest.mark.parametrize("issuer", ["GT", None])
def test_a_companys_number_is_met_by_nothing_but_the_same_sort_of_number(
    kind: str, listed_as: str | None, seen_as: str, met: bool, issuer: str | None
) -> None:
    entry = actor(kind=kind, documents=(ListedDocument(type=listed_as, number="80123456", issuer=issuer),))
    found = shown(screener_of(entry), None, Document(type=seen_as, number="80123456", issuer="GT"))
    assert bool(found) is met


def test_where_the_source_wants_to_be_asked_first_the_officer_is_told() -> None:
    careful = listed("Ana Lux", 1, documents=(PASSPORT,), must_confirm_with_source=True)
    (hit,) = shown(screener_of(careful))
    assert hit.sentence.es.endswith("Antes de actuar, confirme la identidad con la fuente.")
    assert hit.sentence.en.endswith("Confirm the identity with the source before acting.")
