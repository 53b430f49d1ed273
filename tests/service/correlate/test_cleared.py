"""A good guy through the doors: the issuer says so, the screener is silent, nobody else reads who it is."""

from tests.support.correlate_station import Opened, eventually

ACTORS = "/v1/watchlist/actors"
PERSON = {"name": "Eusebio Tzoc Xicay", "birth_date": "1990-01-02", "documents": [{"number": "A1234567", "issuer": "GT"}]}


async def test_an_issuer_clears_somebody_and_takes_it_back(opened: Opened) -> None:
    async with opened(roles="api") as correlate:
        gt, hn = await correlate.key("GT"), await correlate.key("HN")
        entry = await correlate.add_actor(
            gt,
            kind="person",
            source="own",
            source_id="P-1",
            names=[{"full": "Eusebio Tzoc Xicay"}, {"full": "Nazario Tzoc Xicay"}],
            handling={"releasable_to": ["GT", "HN"]},
        )
        place = f"{ACTORS}/{entry['entry_id']}"

        async def alerts() -> list[bool]:
            version = (await correlate.get(place, gt)).json()["list_version"]

            async def reached() -> bool:
                return bool((await correlate.get("/v1/screen/index", gt)).json().get("list_version") == version)

            await eventually(reached)
            answer = await correlate.client.post("/v1/screen", headers=hn, json=PERSON)
            assert answer.status_code == 200, answer.text
            return [hit["alert"] for hit in answer.json()["hits"]]

        async def post(action: str, who: dict[str, str], **said: object) -> int:
            return (await correlate.client.post(f"{place}/{action}", headers=who, json=said)).status_code

        assert await alerts() == [True]
        assert await post("clear", hn, person=PERSON, reason="we know her") == 403
        assert await post("clear", gt, person={"name": "Eusebio"}, reason="too little") == 422
        assert await post("clear", gt, person={"name": "Eusebio Tzoc", "birth_date": "soon"}, reason="no date") == 422
        assert await post("clear", gt, person=PERSON) == 422
        assert await post("clear", gt, person=PERSON, reason="checked by hand") == 200
        assert await alerts() == [False]
        ours, theirs = (await correlate.get(place, gt)).json(), (await correlate.get(place, hn)).json()
        assert [(one["reason"], "Tzoc" in one["person"]) for one in ours["cleared"]] == [("checked by hand", False)]
        assert theirs["cleared"] == []
        history = (await correlate.get(f"{place}/history", gt)).json()["items"]
        assert (history[0]["change"], history[0]["why"]) == ("cleared", "checked by hand")
        assert await post("unclear", gt, person=PERSON, reason="it was her") == 200
        assert await alerts() == [True]
