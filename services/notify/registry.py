"""Partners and subscriptions: who may keep which, and the secrets that are shown once."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.domain.addresses import url_refusal
from services.notify.domain.subscription import Filter, Format, SubscriptionState
from services.notify.settings import NotifySettings
from services.notify.store import subscriptions as store
from services.notify.vault import Vault
from shared.platform.clock import Clock
from shared.platform.database.engine import Database


class UnknownSubscriptionError(Exception):
    """There is none of this id that the asking nation may know of."""


class ForeignAgencyError(Exception):
    """It gets the notices of another agency of the nation: only that one's keys change it, or they could turn these to themselves."""


class NoAgencyError(Exception):
    """Notices are asked for and nobody says whose."""


class Registry:
    """Partners and subscriptions. `nation` is the asking one and sees its own alone; None is an administrator.

    `agency` is the asking one, too: what gets an agency's notices is changed by its own keys and by administrators only.
    """

    def __init__(self, database: Database, vault: Vault, settings: NotifySettings, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._settings = settings
        self._clock = clock

    def url_fault(self, url: str) -> str | None:
        """Why a subscription may not have this URL."""
        return url_refusal(url, self._settings.networks, self._settings.allowed_ports)

    async def put_partner(self, partner: str, name: str | None, contact: str | None) -> Any:
        """Write what is known of a partner."""
        async with self._database.transaction() as connection:
            await store.put_partner(connection, partner, self._clock.now(), name=name, contact=contact)
            return (await store.partners(connection, partner))[0]

    async def partners(self, nation: str | None) -> Sequence[Any]:
        """Those the asking nation may know of."""
        async with self._database.transaction() as connection:
            return await store.partners(connection, nation)

    async def subscribe(
        self, partner: str, url: str, format_: Format, language: str, filter_: Filter, *, agency: str | None = None
    ) -> tuple[Any, str]:
        """A new subscription and its secret, which nobody is shown again; the partner is made if there is none yet.

        `agency` is whose notices it gets if it asks for them; raises NoAgencyError without one.
        """
        if filter_.notices and agency is None:
            raise NoAgencyError
        now, identity, secret = self._clock.now(), uuid.uuid4(), self._vault.new_secret()
        async with self._database.transaction() as connection:
            await store.ensure_partner(connection, partner, now)
            await store.add(connection, {
                "id": identity, "partner": partner, "url": url, "format": format_, "language": language,
                "filter": filter_.model_dump(mode="json"), "state": SubscriptionState.ACTIVE,
                "secrets": [self._vault.seal(secret)], "created_at": now, "updated_at": now,
                "agency": agency if filter_.notices else None,
            })  # fmt: skip
            return await self._one(connection, identity, partner), secret

    async def subscriptions(self, nation: str | None) -> tuple[Sequence[Any], dict[UUID, int]]:
        """Those that have not ended, and how many deliveries wait for each."""
        async with self._database.transaction() as connection:
            rows = await store.subscriptions(connection, nation)
            return rows, await store.waiting(connection, [row.id for row in rows])

    async def subscription(self, identity: UUID, nation: str | None) -> tuple[Any, int]:
        """One, and how many deliveries wait for it; raises UnknownSubscriptionError."""
        async with self._database.transaction() as connection:
            row = await self._one(connection, identity, nation)
            return row, (await store.waiting(connection, [identity])).get(identity, 0)

    async def change(
        self, identity: UUID, nation: str | None, values: dict[str, Any], *, agency: str | None = None, of: str | None = None
    ) -> tuple[Any, int]:
        """Change what is named; raises UnknownSubscriptionError, also for one that has ended, and ForeignAgencyError.

        A new filter that asks for notices gets those of the agency `of`, or goes on with those that it gets; NoAgencyError if there is neither.
        """
        async with self._database.transaction() as connection:
            now = self._clock.now()
            before = await self._one(connection, identity, nation, living=True, agency=agency)
            if values:
                await store.change(connection, identity, values, now)
            if "filter" in values:
                wanted = (of or before.agency) if values["filter"]["notices"] else None
                if values["filter"]["notices"] and wanted is None:
                    raise NoAgencyError
                if wanted != before.agency:
                    await store.bind(connection, identity, wanted, now)
            row = await self._one(connection, identity, nation)
            return row, (await store.waiting(connection, [identity])).get(identity, 0)

    async def rotate(self, identity: UUID, nation: str | None, *, agency: str | None = None) -> tuple[Any, str]:
        """A new secret; for the overlap every message is signed with the old one, too. Raises as `change` does."""
        now, secret = self._clock.now(), self._vault.new_secret()
        async with self._database.transaction() as connection:
            row = await self._one(connection, identity, nation, living=True, agency=agency)
            until = now + timedelta(hours=self._settings.secret_overlap_hours)
            values = {"secrets": [self._vault.seal(secret), row.secrets[0]], "old_secrets_until": until}
            await store.change(connection, identity, values, now)
            return await self._one(connection, identity, nation), secret

    async def end(self, identity: UUID, nation: str | None, *, agency: str | None = None) -> None:
        """End it for ever; raises as `change` does."""
        async with self._database.transaction() as connection:
            await self._one(connection, identity, nation, living=True, agency=agency)
            await store.end(connection, identity, "ended by its owner", self._clock.now())

    async def _one(
        self,
        connection: AsyncConnection,
        identity: UUID,
        nation: str | None,
        *,
        living: bool = False,
        agency: str | None = None,
    ) -> Any:
        """One that the asking nation may know of; `living`: that is to be changed, by that agency."""
        row = await store.one(connection, identity, lock=living)
        if row is None or (nation is not None and row.partner != nation) or (living and row.state == SubscriptionState.ENDED):
            raise UnknownSubscriptionError
        if living and nation is not None and row.agency not in {None, agency}:
            raise ForeignAgencyError
        return row
