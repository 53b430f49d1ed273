"""Each kind of slip does what it says, to any name."""

import re
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st
from rapidfuzz.distance import DamerauLevenshtein

from services.cli.evaluate.slips import KINDS, familiar, slipped

WORD = st.text("abcdefghijlmnopqrstuvxyz", min_size=4, max_size=9)
GIVEN = st.lists(WORD, min_size=1, max_size=3, unique=True)
SURNAMES = st.lists(st.one_of(WORD, WORD.map("de la {}".format)), min_size=1, max_size=2, unique=True)
SEED = st.integers(0, 10_000)


def slip(kind: str, given: list[str], surnames: list[str], seed: int = 1) -> str | None:
    return slipped(kind, Random(seed), given, surnames)


def every(kind: str, given: list[str], surnames: list[str]) -> set[str | None]:
    return {slip(kind, given, surnames, seed) for seed in range(300)}


def distance(one: str, other: str) -> int:
    return DamerauLevenshtein.distance(one, other)


@given(GIVEN, SURNAMES, SEED, st.sampled_from(sorted(KINDS)))
def test_a_slip_changes_the_name_and_the_same_seed_makes_the_same_slip(
    given: list[str], surnames: list[str], seed: int, kind: str
) -> None:
    name = slip(kind, given, surnames, seed)
    assert name != " ".join((*given, *surnames)).upper()
    assert name == slip(kind, given, surnames, seed)
    assert name is None or name == name.upper()


@given(GIVEN, SURNAMES, SEED)
def test_typos_are_so_many_letters_left_out_put_in_hit_beside_or_swapped(
    given: list[str], surnames: list[str], seed: int
) -> None:
    whole = " ".join((*given, *surnames)).upper()
    one, two = slip("one typo", given, surnames, seed), slip("two typos", given, surnames, seed)
    assert one is not None
    assert distance(whole, one) == 1
    assert two is None or 1 <= distance(whole, two) <= 2


def test_a_typo_hits_a_key_beside_the_right_one() -> None:
    names = [name for name in every("one typo", ["jorge"], ["xx"]) if name]
    hit = {name[1] for name in names if len(name) == len("JORGE XX") and name[0] == "J" and name[2:] == "RGE XX"}
    assert hit == set("IPKL")


def test_the_surname_comes_first_with_a_comma_or_without() -> None:
    assert every("surname first", ["joaquin"], ["guzman", "loera"]) == {"GUZMAN LOERA JOAQUIN", "GUZMAN LOERA, JOAQUIN"}


def test_parts_are_left_out_only_where_there_are_more() -> None:
    assert slip("no maternal surname", ["joaquin"], ["guzman", "de la loera"]) == "JOAQUIN GUZMAN"
    assert slip("no maternal surname", ["joaquin"], ["guzman"]) is None
    assert slip("one given name", ["maria", "del rosario"], ["garcia"]) == "MARIA GARCIA"
    assert slip("one given name", ["maria"], ["garcia"]) is None
    assert slip("middle initial", ["maria", "del rosario"], ["garcia"]) == "MARIA R GARCIA"
    assert slip("middle initial", ["maria"], ["garcia"]) is None


def test_what_sounds_alike_is_written_for_one_another() -> None:
    names = every("sound-alike", ["hector"], ["vallejo", "zuniga"])
    assert {"ECTOR VALLEJO ZUNIGA", "HECTOR BALLEJO ZUNIGA", "HECTOR VAYEJO ZUNIGA", "HECTOR VALLEJO SUNIGA"} <= names
    assert not any(name and re.search("[0-9]", name) for name in names)
    assert "CAVEZ" not in " ".join(filter(None, every("sound-alike", ["rosa"], ["chavez"])))


def test_a_reader_takes_letters_for_digits_and_two_letters_for_one() -> None:
    names = every("misread (OCR)", ["carlos"], ["bernal"])
    assert {"CAR1OS BERNAL", "CARL0S BERNAL", "CARLO5 BERNAL", "CARLOS 8ERNAL", "CARLOS BEMAL"} <= names


def test_a_familiar_form_stands_for_its_own_given_name_and_only_where_there_is_one() -> None:
    forms = familiar()["jose"]
    names = every("nickname", ["jose", "wenceslao"], ["barahona"])
    assert names == {f"{form} {rest}".upper() for form in forms for rest in ("wenceslao barahona", "barahona")}
    assert slip("nickname", ["wenceslao"], ["barahona"]) is None
    assert slip("nickname", ["ana", "de jesus"], ["barahona"]) is not None


def test_words_are_joined_within_the_given_names_or_the_surnames_or_with_their_particles() -> None:
    assert every("words joined", ["juan"], ["de la cruz"]) == {"JUAN DELACRUZ"}
    assert every("words joined", ["jose", "luis"], ["lopez", "perez"]) == {"JOSELUIS LOPEZ PEREZ", "JOSE LUIS LOPEZPEREZ"}
    assert slip("words joined", ["juan"], ["lopez"]) is None


@given(GIVEN, SURNAMES)
def test_a_hyphen_stands_between_the_surnames_and_run_together_nothing_stands_between_anything(
    given: list[str], surnames: list[str]
) -> None:
    whole = " ".join((*given, *surnames)).upper()
    assert slip("run together", given, surnames) == whole.replace(" ", "")
    assume(len(surnames) == 2)
    assert slip("hyphened", given, surnames) == " ".join((*given, "-".join(surnames))).upper()
