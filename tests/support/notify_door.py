"""The API of notify in one process, asked as one nation's agency or another."""

from datetime import timedelta
from typing import Any

import httpx

from services.notify.api.deliveries import deliveries_router
from services.notify.api.partners import partners_router
from services.notify.api.subscriptions import subscriptions_router
from shared.platform.auth.access import Access
from shared.platform.auth.keys import Key, Token
from shared.platform.auth.ring import KeyRing
from shared.platform.auth.settings import KeysSettings
from shared.platform.http.app import create_app
from shared.platform.http.cursors import Cursors
from shared.platform.http.settings import HttpSettings
from tests.support.notify import AT, Station

WANTED: dict[str, Any] = {
    "partner": "SV", "url": "http://127.0.0.1:9009/", "format": "json", "language": "es",
    "filter": {"causes": [], "severity_at_least": "medium", "nations": [], "routes": [], "cel": None},
}  # fmt: skip


class Door:
    """The API of a station, asked as one nation or another."""

    def __init__(self, station: Station) -> None:
        self._ring = KeyRing(KeysSettings(unknown_wait_seconds=0))
        app = create_app(
            "notify",
            [
                partners_router(station.registry),
                subscriptions_router(station.registry, station.redelivery),
                deliveries_router(station.database, station.redelivery, Cursors()),
            ],
            settings=HttpSettings(),
            readiness=station.readiness,
            access=Access(self._ring),
        )
        self._transport = httpx.ASGITransport(app)

    def as_(self, nation: str, *scopes: str, agency: str | None = None) -> httpx.AsyncClient:
        token = Token.make()
        key = Key(
            id=token.id, hash=token.hash(), agency=agency or f"{nation}-A", nation=nation, scopes=scopes or {"subscriptions:manage", "deliveries:read"},
            created_at=AT, created_by="test", expires_at=AT + timedelta(days=36500),
        )  # fmt: skip
        self._ring.apply(key.id.encode(), key.model_dump_json().encode())
        return httpx.AsyncClient(
            transport=self._transport, base_url="http://notify", headers={"Authorization": f"Bearer {token.text()}"}
        )


async def made(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await client.post("/v1/subscriptions", json={**WANTED, **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found
