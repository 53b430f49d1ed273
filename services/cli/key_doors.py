"""The two ways to keys: through any running service, or straight to the topic that holds them (for the first key)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from shared.platform.auth.store import KeyStore
    from shared.platform.settings import KafkaSettings

_SECONDS = 15.0
OK, FAILED, USAGE, NOT_FOUND, DENIED, UNREACHABLE = range(6)
_CODES = {401: DENIED, 403: DENIED, 404: NOT_FOUND, 422: USAGE}
BY = "command line"


class KeyCommandError(Exception):
    """It was not done; the sentence says why, `code` is the command's exit code."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code


class KeyDoor(Protocol):
    """What can be done with keys; keys as the API shows them."""

    async def create(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """A new key with its token."""
        ...

    async def list(self) -> list[dict[str, Any]]:
        """All keys, the newest first."""
        ...

    async def revoke(self, key_id: str) -> dict[str, Any]:
        """The key, ended."""
        ...


class ServiceDoor:
    """Through `/v1/keys` of a running service, with a key that has the scope `admin`."""

    def __init__(self, service: str, admin_key: str) -> None:
        self._service = service
        self._headers = {"Authorization": f"Bearer {admin_key}"}

    async def create(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """See KeyDoor."""
        made: dict[str, Any] = await self._call("POST", "/v1/keys", wanted)
        return made

    async def list(self) -> list[dict[str, Any]]:
        """See KeyDoor."""
        items: list[dict[str, Any]] = (await self._call("GET", "/v1/keys"))["items"]
        return items

    async def revoke(self, key_id: str) -> dict[str, Any]:
        """See KeyDoor."""
        ended: dict[str, Any] = await self._call("DELETE", f"/v1/keys/{key_id}")
        return ended

    async def _call(self, method: str, path: str, body: Any = None) -> Any:
        import httpx  # noqa: PLC0415 - the command line starts without it

        try:
            async with httpx.AsyncClient(base_url=self._service, headers=self._headers, timeout=_SECONDS) as client:
                answer = await client.request(method, path, json=body)
        except httpx.HTTPError as error:
            sentence = f"No answer from {self._service} ({type(error).__name__}). Is it running? `atalaya up --detach` starts it."
            raise KeyCommandError(sentence, UNREACHABLE) from error
        if answer.is_success:
            return answer.json()
        raise KeyCommandError(_sentence(answer.json()), _CODES.get(answer.status_code, FAILED))


def _sentence(problem: dict[str, Any]) -> str:
    faults = "; ".join(f"{fault.get('pointer', '')}: {fault['detail']}" for fault in problem.get("errors", ()))
    return f"{problem.get('detail', problem.get('title'))}" + (f" {faults}" if faults else "")


class TopicDoor:
    """Straight to the compacted topic, for whoever may write there; works without any service."""

    def __init__(self, kafka: "KafkaSettings") -> None:
        self._kafka = kafka

    async def create(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """See KeyDoor."""
        from pydantic import ValidationError  # noqa: PLC0415 - the command line starts without these

        from shared.platform.auth.keys import KeyRequest  # noqa: PLC0415
        from shared.platform.auth.store import KeyRefusedError  # noqa: PLC0415
        from shared.platform.faults import faults_of  # noqa: PLC0415

        try:
            request = KeyRequest.model_validate(wanted)
        except ValidationError as error:
            raise KeyCommandError(_sentence({"errors": [fault.as_dict() for fault in faults_of(error)]}), USAGE) from error
        async with self._store(known=False) as store:
            try:
                return (await store.create(request, by=BY)).model_dump(mode="json")
            except KeyRefusedError as error:
                raise KeyCommandError(str(error), USAGE) from error

    async def list(self) -> list[dict[str, Any]]:
        """See KeyDoor."""
        async with self._store(known=True) as store:
            return [key.model_dump(mode="json") for key in store.list()]

    async def revoke(self, key_id: str) -> dict[str, Any]:
        """See KeyDoor."""
        async with self._store(known=True) as store:
            ended = await store.revoke(key_id, by=BY)
        if ended is None:
            raise KeyCommandError("No key has this id.", NOT_FOUND)
        return ended.model_dump(mode="json")

    @contextlib.asynccontextmanager
    async def _store(self, *, known: bool) -> "AsyncIterator[KeyStore]":
        """A store on the topic; `known`: with every key read that is there."""
        from shared.contracts.topics import KEYS  # noqa: PLC0415
        from shared.platform.auth.open import open_keys  # noqa: PLC0415
        from shared.platform.auth.settings import KeysSettings  # noqa: PLC0415
        from shared.platform.errors import TransientError  # noqa: PLC0415
        from shared.platform.kafka.producer import KafkaProducer  # noqa: PLC0415

        stop = asyncio.Event()
        try:
            async with KafkaProducer(self._kafka) as producer, asyncio.TaskGroup() as group:
                keys = open_keys(self._kafka, producer, KeysSettings(unknown_wait_seconds=0), KEYS)
                try:
                    if known:
                        group.create_task(keys.worker.run(stop))
                        async with asyncio.timeout(_SECONDS):
                            await keys.worker.ready.wait()
                    yield keys.store
                finally:
                    stop.set()
        except Exception as error:
            found = _first(error)
            if isinstance(found, TransientError | TimeoutError):
                sentence = (
                    f"No broker answers at {self._kafka.bootstrap_servers}, or it has no topic {KEYS}. Is Kafka running there?"
                )
                raise KeyCommandError(sentence, UNREACHABLE) from error
            raise found from error


def _first(error: Exception) -> Exception:
    """The first error inside groups of errors."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
