"""Names: who is taken for whom, and who must not be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.correlate.domain.screen.alignment import align
from services.correlate.domain.screen.forms import organisation_form, person_text
from services.correlate.domain.screen.names import organisation_words, sound, words
from services.correlate.domain.screen.weights import Weights, score
from shared.contracts.events import Cargo, PersonName
from shared.contracts.watchlist import ListedName
from tests.support.correlate import actor, alerting, event, hits, listed, person, screener_of

RAMIREZ = listed("RAMIREZ AJU, Jose Luis", birth_dates=("1984-03-09",), nationalities=("GT",))


@pytest.mark.parametrize(
    "name",
    [
        "José Luis Ramírez Ajú",
        "RAMIREZ AJU JOSE LUIS",
        "Luis José Ajú Ramírez",
        "José Ramírez Ajú",
        "José Luis Ajú",
        "Joze Luiz Ramires Aju",
        "José Luis Ramíerz Ajú",
        "José Luis de la Ramírez y Ajú",
        "Jose Luis Ramirez-Aju",
        "Jose\u0301 Luis Rami\u0301rez Aju\u0301",
    ],
)
def test_a_listed_person_is_met_however_the_name_is_written(name: str) -> None:
    assert alerting(screener_of(RAMIREZ), person(name)) == {1}


def test_a_missing_maternal_surname_is_borne_where_the_birth_date_agrees() -> None:
    screener = screener_of(RAMIREZ)
    assert alerting(screener, person("José Luis Ramírez")) == set()
    assert alerting(screener, person("José Luis Ramírez", birth_date="1984-03-09")) == {1}


@pytest.mark.parametrize("name", ["Jesús López", "López Jesús", "María Hernández", "José García"])
def test_two_common_names_alone_say_nothing_and_with_the_birth_date_they_do(name: str) -> None:
    screener = screener_of(listed(name, birth_dates=("1975-06-01",)))
    assert alerting(screener, person(name)) == set()
    assert alerting(screener, person(name, birth_date="1980-01-02")) == set()
    assert alerting(screener, person(name, birth_date="1975-06-01")) == {1}


@pytest.mark.parametrize("surnames", ["Pérez López", "Xicay Tzoc", "Ixcot Ajú"])
@pytest.mark.parametrize("birth_date", [None, "1984-03-09"])
def test_siblings_do_not_alert_for_one_another(surnames: str, birth_date: str | None) -> None:
    screener = screener_of(listed(f"Juan Carlos {surnames}", birth_dates=("1984-03-09",), nationalities=("GT",)))
    sibling = person(f"Pedro Antonio {surnames}", birth_date=birth_date, nationalities=("GT",))
    assert alerting(screener, sibling) == set()
    parts = PersonName(given="Pedro", paternal=surnames.split(maxsplit=1)[0], maternal=surnames.split()[1])
    assert alerting(screener, sibling.model_copy(update={"name": parts})) == set()


def test_surnames_alone_do_not_alert_without_the_birth_date() -> None:
    screener = screener_of(listed("XICAY TZOC, Nazario", birth_dates=("1984-03-09",)))
    assert alerting(screener, person("Xicay Tzoc")) == set()
    assert alerting(screener, person("Xicay Tzoc", birth_date="1984-03-09")) == {1}


@pytest.mark.parametrize("name", ["Xicay", "Xicay Xicay", "Nazario", "N. X."])
def test_one_word_carries_no_match_and_matches_once(name: str) -> None:
    assert alerting(screener_of(listed("XICAY TZOC, Nazario")), person(name)) == set()


def test_a_repeated_surname_matches_only_as_often_as_it_is_written() -> None:
    alignment = align(person_text("Xicay"), person_text("Xicay Xicay"), Weights())
    assert len(alignment.pairs) == 1
    assert alignment.seen_left == (1,)
    assert alerting(screener_of(listed("XICAY XICAY, Nazario")), person("Nazario Xicay Xicay")) == {1}


def test_a_weak_alias_never_alerts_alone() -> None:
    weak = ListedName(full="Eusebio Tzoc Xicay", strength="weak")
    screener = screener_of(actor(names=(ListedName(full="Carlos Ixcot Lux"), weak), birth_dates=("1984-03-09",)))
    found = hits(screener, event(persons=[person("Eusebio Tzoc Xicay", birth_date="1984-03-09")]))
    assert [hit.alert for hit in found] == [False]


def test_another_birth_date_another_nationality_and_another_sex_speak_against() -> None:
    body = {"birth_dates": ("1984-03-09",), "nationalities": ("GT",), "sex": "M"}
    screener = screener_of(listed("Juan Carlos Ixcot", **body))

    def scored(**fields: object) -> float:
        found = hits(screener, event(persons=[person("Juan Carlos Ixcot", **fields)]))
        return found[0].score if found else 0.0

    plain = scored()
    assert scored(birth_date="1984-03-09") > scored(birth_date="1984-09-03") > scored(birth_date="1984") > plain
    assert scored(birth_date="1950-01-01") < plain
    assert scored(nationalities=("GT",)) > plain > scored(nationalities=("PA",))
    assert scored(sex="male") > plain > scored(sex="F")


@pytest.mark.parametrize(
    ("born", "how"),
    [
        ("1984-03-09", "exact"),
        ("1984-03", "month"),
        ("1984", "year"),
        ("1984-09-03", "day and month swapped"),
        ("1985-03-09", "one year off"),
        ("1984-07-01", "same year, other day"),
        ("1950-03-09", "other"),
    ],
)
def test_birth_dates_agree_in_degrees(born: str, how: str) -> None:
    [hit] = hits(screener_of(RAMIREZ), event(persons=[person("José Luis Ramírez Ajú", birth_date=born)]))
    assert [one.how for one in hit.explanation if "birth_date" in one.listed] == [how]


def test_every_case_where_names_birth_date_and_nationality_are_equal_alerts() -> None:
    name = "María Hernández"
    screener = screener_of(listed(name, birth_dates=("1975-06-01",), nationalities=("MX",)))
    assert alerting(screener, person(name, birth_date="1975-06-01", nationalities=("MX",))) == {1}


def company(name: str) -> object:
    return actor(kind="organisation", names=(ListedName(full=name),))


def traded(consignor: str) -> object:
    return event(cargo=[Cargo(consignor=consignor)])


@pytest.mark.parametrize("name", ["CORP", "Corp.", "S.A. de C.V.", "Trading Corp", "Corporation"])
@pytest.mark.parametrize("seen", ["CORP", "Comercial Corp.", "S.A. de C.V.", "Pacific Trading Corp", "Corp Corp"])
def test_a_legal_form_alone_never_alerts(name: str, seen: str) -> None:
    assert not [hit for hit in hits(screener_of(company(name)), traded(seen)) if hit.alert]


def test_an_organisation_is_met_without_its_legal_form_and_not_by_half_its_name() -> None:
    screener = screener_of(company("Transportes Quetzaltenango Xela, S.A."))
    assert [hit.alert for hit in hits(screener, traded("TRANSPORTES QUETZALTENANGO XELA"))] == [True]
    assert not [hit for hit in hits(screener, traded("Transportes Mazatenango Xela")) if hit.alert]


def test_a_single_rare_word_alerts_only_with_the_legal_form_it_is_listed_with() -> None:
    screener = screener_of(company("SERVINAVES, S.A."))
    assert [hit.alert for hit in hits(screener, traded("Servinaves S.A."))] == [True]
    assert [hit.alert for hit in hits(screener, traded("Servinaves"))] == [False]
    assert [hit.alert for hit in hits(screener, traded("Servinaves Ltda."))] == [False]


def test_a_consignor_may_be_a_listed_person() -> None:
    assert {hit.entry_id.int for hit in hits(screener_of(RAMIREZ), traded("José Luis Ramírez Ajú")) if hit.alert} == {1}


def test_a_hit_tells_which_word_met_which_and_what_spoke_against() -> None:
    [hit] = hits(screener_of(RAMIREZ), event(persons=[person("Joze Luis Ramirez Aju", birth_date="1984", nationalities=("SV",))]))
    how = {evidence.seen.get("word"): evidence.how for evidence in hit.explanation if "word" in evidence.seen}
    assert how == {"joze": "sound-alike", "luis": "exact", "ramirez": "exact", "aju": "exact"}
    against = [evidence for evidence in hit.explanation if evidence.weight < 0]
    assert [evidence.listed for evidence in against] == [{"nationalities": ["GT"]}]
    assert "mismo año de nacimiento; otra nacionalidad" in hit.sentence.es
    assert "same year of birth; another nationality" in hit.sentence.en
    assert hit.matcher == "evidence/2"
    assert hit.list_version == 1


WORDS = st.lists(
    st.sampled_from(
        ["jose", "juan", "luis", "perez", "peres", "lopez", "xicay", "tzoc", "aju", "garcia", "j", "x", "martin", "marin"]
    ),
    min_size=1,
    max_size=6,
)


@given(WORDS, WORDS)
def test_no_word_is_used_twice_and_every_word_is_accounted_for(listed_words: list[str], seen_words: list[str]) -> None:
    one, other = person_text(" ".join(listed_words)), person_text(" ".join(seen_words))
    alignment = align(one, other, Weights())
    assert sorted([pair.listed for pair in alignment.pairs] + list(alignment.listed_left)) == list(range(len(one.words)))
    assert sorted([pair.seen for pair in alignment.pairs] + list(alignment.seen_left)) == list(range(len(other.words)))


@given(WORDS, WORDS, st.randoms())
def test_the_order_of_the_words_changes_no_alignments_worth(
    listed_words: list[str], seen_words: list[str], random: object
) -> None:
    shuffled = list(seen_words)
    random.shuffle(shuffled)
    one = person_text(" ".join(listed_words))
    straight = align(one, person_text(" ".join(seen_words)), Weights()).bits
    assert align(one, person_text(" ".join(shuffled)), Weights()).bits == pytest.approx(straight)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Gonzáles", "Gonsalez"),
        ("Cevallos", "Seballos"),
        ("Enrique", "Henrike"),
        ("Jiménez", "Ximenes"),
        ("Llerena", "Yerena"),
        ("Chávez", "Chabes"),
    ],
)
def test_sound_alikes_fall_together(one: str, other: str) -> None:
    assert [sound(word) for word in words(one)] == [sound(word) for word in words(other)]


def test_other_scripts_are_read_in_latin_letters() -> None:
    assert words("Шевченко Олександр") == ("shevchenko", "oleksandr")
    assert organisation_form("CORP").words in {(), ("corp",)}


@given(st.floats(-50, 100), st.floats(-50, 100))
def test_more_evidence_never_scores_less(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= score(low, 21) <= score(high, 21) <= 1


@pytest.mark.parametrize(
    "form",
    [
        "S. A. de C. V.",
        "S.A. de C.V.",
        "SA DE CV",
        "S. de R. L. de C. V.",
        "S. de R.L.",
        "E.I.R.L.",
        "& Cía.",
        "y Cía. Ltda.",
        "Corp.",
    ],
)
def test_a_legal_form_is_no_part_of_a_name_however_it_is_spelt(form: str) -> None:
    assert organisation_words(f"Servinaves, {form}") == ("servinaves",)
    assert organisation_words(form) == ()


@pytest.mark.parametrize("name", ["Unidad A de Choluteca", "Unidos de S", "MS-13", "Grupo S"])
def test_letters_that_are_no_legal_form_stay(name: str) -> None:
    assert len(organisation_words(name)) == len([word for word in name.replace("-", " ").split() if word != "de"])


def test_a_legal_form_in_another_spelling_is_the_same_one() -> None:
    assert [hit.alert for hit in hits(screener_of(company("SERVINAVES, S.A.")), traded("Servinaves S. A."))] == [True]
    assert [hit.alert for hit in hits(screener_of(company("SERVINAVES, S.A.")), traded("Servinaves, S. A. de C. V."))] == [False]


def test_what_an_organisations_name_says_as_a_whole_is_told() -> None:
    [hit] = hits(screener_of(company("SERVINAVES, S.A.")), traded("Servinaves S. A."))
    assert [(one.how, one.weight) for one in hit.explanation] == [("exact", 13.0), ("every word", 3.0), ("same legal form", 5.0)]
    assert "misma forma jurídica" in hit.sentence.es
    assert "same legal form" in hit.sentence.en
