"""The list as those who look something up read it: filtered, searched, page by page, and only what they may see."""

from typing import Any

import pytest

from tests.support.correlate_station import Opened, Station

ACTORS, ROUTES = "/v1/watchlist/actors", "/v1/watchlist/routes"
REGION = {"releasable_to": ["GT", "HN"]}
LISTED: list[dict[str, Any]] = [
    {
        "kind": "person",
        "source_id": "jose",
        "names": [{"full": "Ramírez Ajú, José Luis"}, {"full": "El Chepe"}],
        "severity": "high",
    },
    {"kind": "person", "source_id": "weak", "names": [{"full": "Solo Nombre"}]},
    {"kind": "vehicle", "source_id": "car", "identifiers": {"plate": "C-123 BCD", "country": "GT"}, "category": "specific_check"},
    {"kind": "container", "source_id": "box", "identifiers": {"number": "MSCU6639870"}, "requested_action": "SEIZE"},
    {"kind": "person", "source_id": "doc", "names": [{"full": "Ana"}], "documents": [{"number": "12 345-67 A", "issuer": "HN"}]},
    {"kind": "organisation", "source": "un-sc", "source_id": "QDe.001", "names": [{"full": "Grupo Ñandú"}]},
]
ROUTE = {"name": "Corredor Pacífico", "waypoints": [{"place": {"code": "CR-PA-01"}}, {"place": {"code": "CR-NI-01"}}]}


async def some_list(correlate: Station) -> dict[str, str]:
    """Six actors of a list and one that has ended, and a route; the headers of their issuer."""
    gt = await correlate.key("GT")
    for body in LISTED:
        await correlate.add_actor(gt, **{"source": "own", "handling": REGION, **body})
    gone = await correlate.add_actor(
        gt, kind="aircraft", source_id="gone", identifiers={"registration": "TG-ABC"}, handling=REGION
    )
    await correlate.client.delete(f"{ACTORS}/{gone['entry_id']}", headers=gt, params={"why": "sold"})
    made = await correlate.client.post(ROUTES, headers=gt, json={**ROUTE, "handling": REGION})
    assert made.status_code == 201, made.text
    return gt


async def ids(correlate: Station, who: dict[str, str], path: str = ACTORS, **asked: Any) -> set[str]:
    answer = await correlate.get(path, who, **asked)
    assert answer.status_code == 200, answer.text
    return {one.get("source_id") or one["name"] for one in answer.json()["items"]}


async def test_each_filter_finds_what_it_names_and_several_values_any_of_them(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt = await some_list(correlate)
        hn, other = await correlate.key("HN"), await correlate.key("GT")
        listed = {body["source_id"] for body in LISTED}
        asked: list[tuple[dict[str, Any], set[str]]] = [
            ({}, listed),
            ({"state": "all"}, {*listed, "gone"}),
            ({"state": "ended"}, {"gone"}),
            ({"state": "revoked"}, {"gone"}),
            ({"state": "submitted"}, {"weak"}),
            ({"state": "alerting"}, listed - {"weak"}),
            ({"state": ["revoked", "submitted"]}, {"gone", "weak"}),
            ({"kind": "person"}, {"jose", "weak", "doc"}),
            ({"kind": ["vehicle", "container"]}, {"car", "box"}),
            ({"category": "specific_check"}, {"car"}),
            ({"requested_action": "SEIZE"}, {"box"}),
            ({"severity": "high"}, {"jose"}),
            ({"source": "un-sc"}, {"QDe.001"}),
            ({"source_id": ["car", "box"]}, {"car", "box"}),
            ({"originator": "gt-police"}, listed),
            ({"originator": "hn-police"}, set()),
            ({"nation": "GT"}, listed),
            ({"nation": "HN"}, set()),
            ({"flagged_by": "HN"}, set()),
            ({"review_before": "2000-01-01"}, set()),
            ({"review_before": "2999-01-01"}, listed - {"QDe.001"}),
            ({"changed_since": "2000-01-01T00:00:00Z"}, listed),
            ({"changed_since": "2999-01-01T00:00:00Z"}, set()),
            ({"written_by_me": True}, listed),
            ({"awaiting_me": True}, set()),
            ({"kind": "person", "severity": "high", "q": "ramirez"}, {"jose"}),
        ]
        for filters, wanted in asked:
            assert await ids(correlate, gt, **filters) == wanted, filters
        assert await ids(correlate, other, awaiting_me=True) == {"weak"}
        assert (await ids(correlate, other, mine=True), await ids(correlate, hn, mine=True)) == (listed, set())
        assert await ids(correlate, other, written_by_me=True) == set()
        assert await ids(correlate, hn) == listed - {"weak"}, "what nobody has approved is its issuer's alone"
        assert await ids(correlate, hn, state="submitted") == set()
        assert await ids(correlate, await correlate.key("MX"), state="all") == set()
        assert await ids(correlate, gt, ROUTES, q="pacifico corr") == {"Corredor Pacífico"}
        assert await ids(correlate, gt, ROUTES, kind="person") == set()


async def test_a_name_or_number_is_found_by_its_words_however_they_are_written(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt = await some_list(correlate)
        found = {
            "ramirez jose": {"jose"},
            "JOSÉ RAMÍ": {"jose"},
            "aju, luis": {"jose"},
            "chepe": {"jose"},
            "ramirez chepe": {"jose"},
            "amirez": set(),
            "C123BCD": {"car"},
            "c-123": {"car"},
            "C 123 BCD": {"car"},
            "bcd 123": {"car"},
            "c123 bcd": {"car"},
            "MSCU 663 987 0": {"box"},
            "mscu-6639870": {"box"},
            "mscu66": {"box"},
            "1234567A": {"doc"},
            "12-34-56": {"doc"},
            "12.345.67": {"doc"},
            "ana 1234567a": {"doc"},
            "ñandu": {"QDe.001"},
            "NANDÚ grupo": {"QDe.001"},
            "qde.001": {"QDe.001"},
            "solo": {"weak"},
            "nobody": set(),
        }
        for words, wanted in found.items():
            assert await ids(correlate, gt, q=words) == wanted, words


@pytest.mark.parametrize("state", ["active", "all"])
async def test_nothing_that_is_searched_for_is_an_operator_or_ends_the_service(opened: Opened, state: str) -> None:
    hostile = [
        "ram' & 'x", "a'b", "jose:*", "!jose", "jose & !luis", "jose <-> luis", "(jose", "jo\\se", "''", "jose' | 'ana':*", "%jose%", "jo_se",
        "\N{RIGHT SINGLE QUOTATION MARK}jose", "josé\N{COMBINING ACUTE ACCENT}" * 20, "ßß", "İİ", "\N{ARABIC-INDIC DIGIT ONE}" * 3, "x " * 50,
        "1" * 100, "日本", "\N{FAMILY}\N{FAMILY}ab", "ab\N{RIGHT-TO-LEFT MARK}" , "$1 $2", "jose;DROP TABLE entry",
    ]  # fmt: skip
    async with opened(roles="api") as correlate:
        gt = await some_list(correlate)
        for words in hostile:
            answer = await correlate.get(ACTORS, gt, q=words, state=state)
            assert answer.status_code in {200, 422}, (words, answer.text)
        assert await ids(correlate, gt, q="jose & !luis") == {"jose"}, "signs are no words"
        for empty in ("--", "' '", "a", "é", "\t", "a" * 101):
            assert (await correlate.get(ACTORS, gt, q=empty)).status_code == 422, empty


async def test_pages_are_followed_by_their_link_and_count_only_when_asked_and_up_to_a_bound(opened: Opened) -> None:
    async with opened(roles="api", reading={"count_most": 4}) as correlate:
        gt = await some_list(correlate)
        hn = await correlate.key("HN")
        found: list[str] = []
        place = f"{ACTORS}?limit=2&kind=person&kind=vehicle&kind=container"
        while place:
            answer = await correlate.client.get(place, headers=gt)
            assert "total" not in answer.json()
            found += [one["source_id"] for one in answer.json()["items"]]
            if not place.count("cursor"):
                await correlate.add_actor(gt, kind="vehicle", source_id="late", identifiers={"plate": "P1", "country": "GT"})
            place = answer.links["next"]["url"] if "next" in answer.links else ""
            assert "cursor" not in answer.links["first"]["url"]
        assert found == ["doc", "box", "car", "weak", "jose"], "what came meanwhile moves nothing"
        assert (await correlate.get(ACTORS, gt, count=True)).json()["total"] == {"count": 4, "exact": False}
        assert (await correlate.get(ACTORS, gt, count=True, kind="vehicle")).json()["total"] == {"count": 2, "exact": True}
        assert (await correlate.get(ACTORS, hn, count=True, state="submitted")).json()["total"] == {"count": 0, "exact": True}


async def test_a_question_that_makes_no_sense_is_told_what_it_should_be(opened: Opened) -> None:
    bad: list[tuple[dict[str, Any], str]] = [
        ({"state": "asleep"}, "state.0"),
        ({"kind": "planet"}, "kind.0"),
        ({"nation": "gt"}, "nation.0"),
        ({"review_before": "tomorrow"}, "review_before"),
        ({"changed_since": "2026-01-01T00:00:00"}, "changed_since"),
        ({"source": [str(number) for number in range(51)]}, "source"),
        ({"as_of": "2026-01-01"}, "as_of"),
        ({"as_of": "2026-01-01T00:00:00"}, "as_of"),
        ({"as_of": "2026-01-01T00:00:00 02:00"}, "as_of"),
        ({"as_of": "9" * 40}, "as_of"),
        ({"as_of": "-1"}, "as_of"),
        ({"as_of": "2999-01-01T00:00:00Z"}, "as_of"),
        ({"as_of": "1000"}, "as_of"),
        ({"as_of": "0", "q": "jose"}, "q"),
        ({"as_of": "0", "count": True}, "count"),
    ]
    async with opened(roles="api") as correlate:
        gt = await correlate.key("GT")
        for asked, parameter in bad:
            answer = await correlate.get(ACTORS, gt, **asked)
            assert answer.status_code == 422, (asked, answer.text)
            assert [fault["parameter"] for fault in answer.json()["errors"]] == [parameter], (asked, answer.text)


async def test_an_issuer_is_told_what_an_officer_will_miss_and_nobody_else_is(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt, hn = await correlate.key("GT"), await correlate.key("HN")
        made = await correlate.add_actor(gt, kind="vehicle", identifiers={"plate": "P1"}, handling=REGION, reason="seen")
        mine, theirs = [(await correlate.get(f"{ACTORS}/{made['entry_id']}", who)).json() for who in (gt, hn)]
        assert (set(mine["lacks"]), "lacks" in theirs) == ({"category", "legal_basis", "contact"}, False)
        back = await correlate.client.put(f"{ACTORS}/{made['entry_id']}", headers=gt, json=mine)
        assert back.status_code == 200, "an entry is sent back as it was read"
