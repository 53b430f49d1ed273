"""What a demonstration needs before anything is played: keys, the list, the route, the partners' subscriptions. All through the APIs."""

import aiohttp

from services.cli.demo.api import Api, DemoError, created
from services.cli.demo.board import Board
from services.cli.demo.nations import LIST_AGENCY, LIST_NATION, agency_of
from services.cli.demo.receivers import Receiver
from services.cli.demo.scenario import Scenario
from services.cli.running import System
from shared.contracts.topics import RAW_SEIZURES

KEYS_LAST = "1d"
IMPORTED_TOGETHER = 500


async def make_key(admin: Api, agency: str, nation: str, *scopes: str, topics: tuple[str, ...] = ()) -> str:
    """A key of an agency for what it may do."""
    wanted = {"agency": agency, "nation": nation, "scopes": list(scopes), "expires": KEYS_LAST, "note": "demonstration"}
    answer = await admin.post("/v1/keys", wanted | {"topics": list(topics)})
    return str(created(answer, f"a key for {agency}")["token"])


async def open_doors(session: aiohttp.ClientSession, system: System, nations: frozenset[str]) -> dict[str, Api]:
    """The HTTP door of ingest for each nation's agency, with a key of its own that may report and nothing else."""
    admin = Api(session, system.ingest, system.admin_key)
    doors = {}
    for nation in sorted(nations):
        token = await make_key(admin, agency_of(nation), nation, "events:write", topics=(RAW_SEIZURES,))
        doors[nation] = Api(session, system.ingest, token)
    return doors
