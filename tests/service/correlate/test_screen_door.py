"""`POST /v1/screen` of a running correlate: whatever a query may say, in each form, and what is refused."""

from typing import Any

from services.correlate.domain.screen.matcher import EvidenceMatcher
from tests.support.correlate_station import Opened, Station, eventually

PERSON = {
    "kind": "person",
    "source": "own",
    "source_id": "P-1",
    "names": [{"full": "Wenceslao Quiñónez Barahona"}],
    "birth_dates": ["1971-05-09"],
    "nationalities": ["HN"],
    "documents": [{"type": "passport", "number": "A1234567", "issuer": "HN"}],
    "handling": {"releasable_to": ["HN"]},
}
LORRY = {
    "kind": "vehicle",
    "source": "own",
    "source_id": "V-1",
    "identifiers": {"plate": "C123BCD", "country": "GT"},
    "handling": {"releasable_to": ["HN"]},
}
NO_QUERIES = [
    b'{"name": NaN}',
    b'{"name": "Ana", "name": "Eva"}',
    b'{"name": "\xff"}',
    b'{"name": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    b'{"name": "Ana", "id": 12345678901234567890123}',
    b'{"name": "\\ud800"}',
    b"7",
    b"null",
]
SPLIT = {"given": "Wenceslao", "paternal": "Quiñónez", "maternal": "Barahona"}


async def listed(correlate: Station) -> dict[str, str]:
    """A key of a nation that listed a person and a lorry, and is screened by them."""
    hn = await correlate.key("HN")
    for body in (PERSON, LORRY):
        await correlate.add_actor(hn, **body)

    async def known() -> bool:
        answer = await correlate.client.post(
            "/v1/screen", headers=hn, json={"conveyances": [{"plate": "C123BCD", "country": "GT"}]}
        )
        return bool(answer.json().get("hits"))

    await eventually(known)
    return hn


async def test_a_query_says_what_is_known_of_a_person_and_of_what_travels_along_and_is_answered_with_why(opened: Opened) -> None:
    async with opened() as correlate:
        hn = await listed(correlate)
        asked: list[dict[str, Any]] = [
            {"id": 1, **SPLIT, "birth_date": "1971-05-09", "nationality": ["HND"], "sex": "M", "birth_place": "Danlí"},
            {"id": "two", "name": SPLIT, "birth_date": "1971-05", "nationality": "Honduras"},
            {"id": 3.5, "names": SPLIT, "birth_date": "1971"},
            {"documents": ["A1234567"]},
            {
                "id": 5,
                "name": "Nadie Conocido",
                "organisation": "Fletes SA",
                "conveyances": [{"plate": "c-123 bcd", "country": "GTM"}],
            },
            {"id": 6, "name": "Nadie Conocido", "containers": ["MSCU6639870"]},
        ]
        answer = await correlate.client.post("/v1/screen", headers=hn, json=asked)
        alone = await correlate.client.post("/v1/screen", headers=hn, json=asked[0])
        described = (await correlate.client.get("/openapi.json")).json()["paths"]["/v1/screen"]["post"]
    answers = answer.json()
    assert [one["id"] for one in answers] == [1, "two", 3.5, None, 5, 6]
    assert [[hit["source_id"] for hit in one["hits"]] for one in answers] == [["P-1"], ["P-1"], ["P-1"], ["P-1"], ["V-1"], []]
    assert alone.json() == answers[0]
    [hit] = answers[0]["hits"]
    assert hit["alert"] is True
    assert {"en", "es"} == hit["sentence"].keys()
    assert all(hit["sentence"].values())
    assert {"listed", "seen", "how", "weight"} == hit["explanation"][0].keys()
    assert (hit["source"], hit["version"], hit["requested_action"], hit["severity"]) == ("own", 1, "INFORM_ONLY", "medium")
    assert {(one["list_version"], one["matcher"]) for one in answers} == {(2, EvidenceMatcher().version)}
    assert described["requestBody"]["content"].keys() == {"application/json", "application/x-ndjson"}
    assert "$defs" not in str(described)


async def test_of_a_batch_every_fault_of_every_query_is_named_and_nothing_is_half_answered(opened: Opened) -> None:
    async with opened(roles="api", screen_queries=3) as correlate:
        hn = await correlate.key("HN")
        bodies = {
            "application/json": b'[{"name": "Ana Lux"}, {"id": "q2"}, {"name": "X Y", "birth_date": "1971-13", "surname": "Y"}]',
            "application/x-ndjson": b'{"name": "Ana Lux"}\n\n{"id": "q2"}\n{"name": "X Y", "birth_date": "1971-13", "surname": "Y"}\n',
        }
        for media, body in bodies.items():
            refused = await correlate.client.post("/v1/screen", headers={**hn, "Content-Type": media}, content=body)
            assert refused.status_code == 422
            assert {fault["pointer"]: fault["code"] for fault in refused.json()["errors"]} == {
                "/1": "nothing_to_screen",
                "/2/birth_date": "no_date",
                "/2/surname": "field_unknown",
            }
        many = await correlate.client.post("/v1/screen", headers=hn, json=[{"name": "Ana Lux"}] * 4)
        assert [fault["code"] for fault in many.json()["errors"]] == ["too_many"]
        nobody = await correlate.client.post("/v1/screen", headers=hn, json=[])
        assert (nobody.status_code, nobody.json()) == (200, [])
        broken = b'{"name": "Ana Lux"}\r\n{"name": NaN}\n\n{"name":}\n'
        refused = await correlate.client.post(
            "/v1/screen", headers={**hn, "Content-Type": "application/x-ndjson"}, content=broken
        )
        assert [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]] == [
            ("/1/name", "not_a_number"),
            ("/2", "not_json"),
        ]
        for body in NO_QUERIES:
            for media in bodies:
                refused = await correlate.client.post("/v1/screen", headers={**hn, "Content-Type": media}, content=body)
                assert (refused.status_code, bool(refused.json()["errors"])) == (422, True), body[:40]
