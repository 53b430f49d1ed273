"""Spanish, Mayan, Nahuatl and Garífuna names as posts write them: who is listed is met, and who is somebody else is not."""

import pytest

from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.matcher import EvidenceMatcher
from services.correlate.domain.screen.screener import Screener
from services.correlate.domain.screen.weights import Weights
from shared.contracts.events import PersonName
from shared.contracts.vocabulary import NameType
from shared.contracts.watchlist import ListedName
from tests.support.correlate import actor, event, hits, listed, person, screener_of

BORN = "1974-05-20"


def alerts(listed_name: str, seen: str, **told: object) -> bool:
    """Whether a listed name alerts on a seen one; with a birth date on both sides where one is told."""
    dates = {"birth_dates": (BORN,)}
    return any(hit.alert for hit in hits(screener_of(listed(listed_name, **dates)), event(persons=[person(seen, **told)])))


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("Joaquín Archivaldo GUZMÁN LOERA", "GUZMAN LOERA JOAQUIN ARCHIVALDO"),
        ("Joaquín Archivaldo GUZMÁN LOERA", "Loera Guzmán, Joaquín Archivaldo"),
        ("Joaquín Archivaldo GUZMÁN LOERA", "Joaquin Archivaldo Guzman"),
        ("Joaquín Archivaldo GUZMÁN LOERA", "Joaquin Guzman Loera"),
        ("Joaquín Archivaldo GUZMÁN LOERA", "Joaquin A. Guzman Loera"),
        ("Joaquín Archivaldo GUZMÁN LOERA", "J. Archivaldo Guzman Loera"),
        ("Joaquín Archivaldo GUZMÁN LOERA", "Joakin Archibaldo Gusman Loera"),
        ("Joaquín Archivaldo GUZMÁN LOERA", "Jooaquin Archivaldo Guzmna Loera"),
        ("Joaquín Archivaldo GUZMÁN LOERA", "J0AQUIN ARCHIVALD0 GUZMAN L0ERA"),
        ("Joaquín Archivaldo GUZMÁN LOERA", "JOAQUIN ARCHIVALDO GUZMANLOERA"),
        ("Joaquín Archivaldo GUZMÁN LOERA", "JoaquinArchivaldoGuzmanLoera"),
        ("Joaquín Archivaldo GUZMÁN LOERA", "Joaquín Archivaldo Guzmán-Loera"),
        ("Joaquín Archivaldo GUZMÁN LOERA", "Lic. Joaquín Archivaldo Guzmán Loera"),
        ("María de la Cruz OSEGUERA CERVANTES", "Maria Cruz Oseguera Cervantes"),
        ("Rubén OSEGUERA DE LA CRUZ", "RUBEN OSEGUERA DELACRUZ"),
        ("Rosalinda VALENCIA de OSEGUERA", "Rosalinda Valencia Oseguera"),
        ("José Antonio YÉPEZ ORTIZ", "Chepe Antonio Yepez Ortiz"),
        ("Jesús ZAMBADA NIEBLA", "Chuy Zambada Niebla"),
        ("Chepe LUNA XICAY", "José Luna Xicay"),
        ("Juan José QUIROGA XILOJ", "Juanjo Quiroga Xiloj"),
        ("Guadalupe FERNÁNDEZ XOCOXIC", "Lupita Fernandez Xocoxic"),
        ("Xochitl IXCHEL TZUL", "Jochitl Ishchel Tsul"),
        ("Domingo K'ICHE' TZOC", "Domingo Quiche Tzoc"),
        ("Pedro CUXUM AJANEL", "Pedro Kuxum Ajanel"),
        ("Huitzilin QUAUHTLI NAVA", "Witzilin Cuauhtli Nava"),
        ("Ñuflo MUÑOZ ZÚÑIGA", "Nuflo Munos Suniga"),
        ("Wilfredo ÁVILA CACHO", "Wilfredo Abila Cacho"),
        ("Шевченко Олександр Богданович", "Shevchenko Oleksandr Bohdanovich"),
    ],
)
def test_a_listed_name_is_met_however_it_was_written(name: str, seen: str) -> None:
    assert alerts(name, seen, birth_date=BORN)
    bare = actor(names=(ListedName(full=name),))
    assert hits(screener_of(bare), event(persons=[person(seen)])), "without a birth date it is a hit at least"


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("Jesús LÓPEZ", "Jesús López"),
        ("José Luis HERNÁNDEZ", "José Luis Hernández"),
        ("Ismael ZAMBADA GARCÍA", "Vicente Zambada García"),
        ("Ismael ZAMBADA GARCÍA", "Ismael Zambada Ordaz"),
        ("Ismael ZAMBADA GARCÍA", "Ismael"),
        ("José Arnoldo MORGAN HUERTA", "José Manuel Morgan Huerta"),
        ("Martín HERNÁNDEZ MARÍN", "Mario Hernández Martín"),
        ("Ramón MARTÍNEZ GARCÍA", "Ramona Martín Garza"),
    ],
)
def test_two_common_names_siblings_and_half_a_name_do_not_alert(name: str, seen: str) -> None:
    assert not alerts(name, seen)


def test_two_common_names_alert_with_the_birth_date_and_not_with_another_one() -> None:
    assert alerts("Jesús LÓPEZ", "Jesús López", birth_date=BORN)
    assert not alerts("Jesús LÓPEZ", "Jesús López", birth_date="1981-11-02")


def test_names_birth_date_and_nationality_as_listed_alert_however_common_and_vague() -> None:
    entry = listed("María HERNÁNDEZ", birth_dates=("1975",), nationalities=("GT",))
    told = {"birth_date": "1975", "nationalities": ("GT",)}
    assert [hit.alert for hit in hits(screener_of(entry), event(persons=[person("María Hernández", **told)]))] == [True]


@pytest.mark.parametrize("name", ["Sa'id SA'ID", "Jesús LÓPEZ", "NOORUDDIN TURABI MUHAMMAD QASIM", "María María"])
@pytest.mark.parametrize("date", ["1975", "1975-03", "1975-03-09"])
@pytest.mark.parametrize("persons", [10_000, 1_000_000])
def test_so_do_names_that_tell_little_on_lists_of_any_length(name: str, date: str, persons: int) -> None:
    index = WatchlistIndex(weights := Weights.for_lists(persons))
    index.apply(listed(name, birth_dates=(date,), nationalities=("AF",)))
    screener = Screener(index, EvidenceMatcher(weights))
    seen = person(name, birth_date=date, nationalities=("AF",))
    assert [hit.alert for hit in hits(screener, event(persons=[seen]))] == [True]


def test_a_name_that_alerts_goes_before_another_one_of_the_same_entry_that_says_more_and_does_not() -> None:
    names = (ListedName(full="NOORUDDIN TURABI MUHAMMAD QASIM"), ListedName(full="Noor ud Din Turabi", type=NameType.ALIAS))
    entry = actor(names=names, birth_dates=("1961",), nationalities=("AF",))
    seen = person("Nooruddin Turabi Muhammad Qasim", birth_date="1961", nationalities=("AF",))
    [hit] = hits(screener_of(entry), event(persons=[seen]))
    assert hit.alert
    assert {one.how for one in hit.explanation if "word" in one.seen} == {"exact"}


def test_surnames_told_apart_are_met_by_a_line_and_the_other_way_round() -> None:
    split = PersonName(given="Eusebio", paternal="Tzoc", maternal="Xicay")
    entry = actor(names=(ListedName(given="Eusebio", paternal="Tzoc", maternal="Xicay"),))
    told = person().model_copy(update={"name": split})
    assert [hit.alert for hit in hits(screener_of(entry), event(persons=[told]))] == [True]
    assert [hit.alert for hit in hits(screener_of(entry), event(persons=[person("Xicay Tzoc Eusebio")]))] == [True]


def test_a_spelling_that_people_bear_is_less_of_a_slip_than_one_that_nobody_bears() -> None:
    def bits(seen: str) -> float:
        [hit] = hits(screener_of(listed("Eusebio MARTÍN XICAY")), event(persons=[person(f"Eusebio {seen} Xicay")]))
        return sum(one.weight for one in hit.explanation)

    assert bits("Martin") >= bits("Matrin") > bits("Marin")


def test_an_explanation_names_the_way_in_which_each_word_was_met() -> None:
    [hit] = hits(screener_of(listed("José ARCHIVALDO GUZMÁN LOERA")), event(persons=[person("Chepe Archibaldo Guzmna Loera")]))
    assert {one.seen["word"]: one.how for one in hit.explanation} == {
        "chepe": "nickname",
        "archibaldo": "sound-alike",
        "guzmna": "one slip",
        "loera": "exact",
    }
    assert "«chepe» por «jose» (forma familiar)" in hit.sentence.es
    assert "“guzmna” for “guzman” (one letter off)" in hit.sentence.en


def test_the_place_of_birth_raises_or_lowers_and_a_country_is_none() -> None:
    places = ({"text": "Badiraguato, Sinaloa, Mexico"},)
    entry = actor(names=(ListedName(full="Ricardo GARCÍA SÁNCHEZ"),), birth_places=places)

    def told(place: str | None) -> float:
        [hit] = hits(screener_of(entry), event(persons=[person("Ricardo García Sánchez", birth_place=place)]))
        return hit.score

    assert told("BADIRAGUATO") > told(None) > told("Tegucigalpa, Honduras")
    assert told("México") == told(None)
    [hit] = hits(screener_of(entry), event(persons=[person("Ricardo García Sánchez", birth_place="Sinaloa")]))
    assert "mismo lugar de nacimiento" in hit.sentence.es


@pytest.mark.parametrize(
    ("entry", "seen"),
    [
        ("Marta Julia LORENZANA CORDÓN", "Marta Julia Lorenzana de Pérez"),
        ("Marta Julia LORENZANA CORDÓN", "Marta Julia Lorenzana Vda. de Pérez"),
        ("Marta Julia LORENZANA DE PÉREZ", "Marta Julia Lorenzana Cordón"),
    ],
)
def test_a_husbands_surname_stands_in_the_place_of_the_mothers_and_contradicts_nothing(entry: str, seen: str) -> None:
    [hit] = hits(screener_of(listed(entry)), event(persons=[person(seen)]))
    assert hit.alert
    assert "con apellido de casada" in hit.sentence.es
    assert "with a married name" in hit.sentence.en


@pytest.mark.parametrize(
    ("entry", "seen"),
    [
        ("Marta Julia LORENZANA CORDÓN", "Marta Julia Lorenzana Pérez"),
        ("Marta Julia LORENZANA CORDÓN", "Marta Lorenzana de Pérez"),
        ("Marta Julia LORENZANA CORDÓN", "Rosa Julia Lorenzana de Pérez"),
        ("María Elena GARCÍA CORDÓN", "María Elena García de Pérez"),
        ("Ana LEÓN CORDÓN", "Ana de León"),
    ],
)
def test_another_surname_or_less_than_three_names_met_is_no_married_name(entry: str, seen: str) -> None:
    assert not alerts(entry, seen)
