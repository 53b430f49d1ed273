"""The first key: made once, kept beside the data, checked at each start."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.platform.settings import KafkaSettings

AGENCY = "ADMIN"
EXPIRES = "1y"
ACCEPTED_WITHIN_SECONDS = 10.0


async def admin_key(var: Path, kafka: "KafkaSettings", service: str, nation: str) -> str:
    """A key with the scope `admin` that `service` accepts: the one of earlier starts while it is good, else a new one."""
    kept = var / "admin.key"
    if kept.exists() and await _is_accepted(service, token := kept.read_text().strip()):
        return token
    token = await _make(kafka, nation)
    kept.unlink(missing_ok=True)
    kept.touch(mode=0o600)
    kept.write_text(token + "\n")
    return token


async def _make(kafka: "KafkaSettings", nation: str) -> str:
    from shared.contracts.topics import KEYS  # noqa: PLC0415 - the command line starts without them
    from shared.platform.auth.keys import KeyRequest  # noqa: PLC0415
    from shared.platform.auth.ring import KeyRing  # noqa: PLC0415
    from shared.platform.auth.settings import KeysSettings  # noqa: PLC0415
    from shared.platform.auth.store import KeyStore  # noqa: PLC0415
    from shared.platform.kafka.producer import KafkaProducer  # noqa: PLC0415

    settings = KeysSettings()
    wanted = KeyRequest(agency=AGENCY, nation=nation, scopes=frozenset({"admin"}), note="the first key", expires=EXPIRES)
    async with KafkaProducer(kafka) as producer:
        return (await KeyStore(KeyRing(settings), producer, KEYS, settings).create(wanted, by="up")).token


async def _is_accepted(service: str, token: str) -> bool:
    import httpx  # noqa: PLC0415

    async with httpx.AsyncClient(base_url=service, timeout=ACCEPTED_WITHIN_SECONDS) as client:
        answer = await client.get("/v1/keys", headers={"Authorization": f"Bearer {token}"})
        return answer.is_success
