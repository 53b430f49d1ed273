"""Dates, countries, kinds of documents and names in the words of lists."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.correlate.entries.bodies import is_date
from services.correlate.lists.words import birth, comparable, country, document_type, moment, name
from shared.contracts.vocabulary import ActorKind


@given(st.dates(), st.sampled_from(["%Y-%m-%d", "%d %b %Y", "%d %B %Y"]))
def test_a_day_is_a_day_however_it_is_written(wanted: date, form: str) -> None:
    written = wanted.strftime(form).replace(str(wanted.year), f"{wanted.year:04}", 1) if wanted.year > 999 else wanted.isoformat()
    assert moment(written) == (wanted.isoformat(), "day")


@given(st.text(alphabet="0123456789- JanFebMay²", max_size=12))
def test_what_is_taken_for_a_date_is_one_that_an_entry_may_have(text: str) -> None:
    found = moment(text)
    assert found is None or is_date(found[0])


@pytest.mark.parametrize(
    "text", ["30 Feb 1971", "1971-13", "0000", "May", "09 Mai 1971", "31/12/1971", "24/06/1402", "19710509", "１９７１"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert moment(text) is None


@pytest.mark.parametrize(
    ("text", "precision", "since", "until", "compared"),
    [
        ("May 1971", "month", "1971-05", None, ("1971-05",)),
        ("circa 1971", "circa", "1971", None, ("1969", "1970", "1971", "1972", "1973")),
        ("1968 to 1970", "range", "1968", "1970", ("1968", "1969", "1970")),
        ("14 Mar 1967 to 18 Mar 1967", "range", "1967-03-14", "1967-03-18", ("1967",)),
        ("between 1968 and 1969", "range", "1968", "1969", ("1968", "1969")),
        ("circa 1979-1982", "range", "1979", "1982", ("1979", "1980", "1981", "1982")),
        ("1900 to 1990", "range", "1900", "1990", ()),
    ],
)
def test_a_birth_date_is_kept_as_said_and_compared_by_what_it_may_be(
    text: str, precision: str, since: str, until: str | None, compared: tuple[str, ...]
) -> None:
    found = birth(text)
    assert found is not None
    assert (found.precision, found.since, found.until, found.text) == (precision, since, until, text)
    assert comparable([found]) == compared


def test_a_span_that_ends_before_it_begins_is_none() -> None:
    assert birth("1970 to 1968") is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Korea, North", "KP"),
        ("Iran (Islamic Republic of)", "IR"),
        ("gt", "GT"),
        ("West Bank", "PS"),
        ("USSR", None),
        ("undetermined", None),
        ("", None),
    ],
)
def test_countries_are_those_of_today(said: str, code: str | None) -> None:
    assert country(said) == code


def test_documents_and_names_in_the_lists_words() -> None:
    assert [document_type(said) for said in ("National Identification  Number", "C.U.R.P.", "Numéro de passeport")] == [
        "national_id",
        "curp",
        "passport",
    ]
    assert document_type("Tourism License No.") == "tourism_license_no"
    three = name("DE LA CRUZ, Ana", ActorKind.PERSON)
    assert (three.full, three.given, three.paternal) == ("Ana DE LA CRUZ", "Ana", None)
    assert name("CECOEX, S.A.", ActorKind.ORGANISATION).full == "CECOEX, S.A."
