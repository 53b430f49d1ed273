"""A broker that asks who a client is and what it may do: SASL/PLAIN and Kafka's own authorizer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import IntEnum
from pathlib import Path
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest

from services.cli.engines import ports
from services.cli.engines.child import Child
from services.cli.engines.kafka import wait_until_ready
from shared.platform.settings import KafkaSettings
from tests.support.prepared_broker import prepared

USER, PASSWORD = "reader", "a password"
_ALLOW: Final = 3
_LITERAL: Final = 3
_ALL: Final = 2
_EVERYWHERE: Final = "*"


class Kind(IntEnum):
    """What may be used, as the Kafka protocol has it."""

    TOPIC = 2
    GROUP = 3


class GuardedBroker:
    """`settings` are those of a client that may do only what was allowed; without a name one comes in by `open_address` and may everything."""

    def __init__(self, open_address: str, guarded: str) -> None:
        self.open_address = open_address
        self.settings = KafkaSettings.model_validate(
            {
                "bootstrap_servers": guarded,
                "security_protocol": "SASL_PLAINTEXT",
                "sasl_mechanism": "PLAIN",
                "sasl_username": USER,
                "sasl_password": PASSWORD,
                "session_timeout_seconds": 6,
                "poll_timeout_seconds": 0.2,
                "retry_base_seconds": 0.05,
            }
        )

    async def allow(self, kind: Kind, name: str) -> None:
        """Let the client use it."""
        await self._ask(CreateAclsRequest(kind, name, _LITERAL, f"User:{USER}", _EVERYWHERE, _ALL, _ALLOW))

    async def forbid(self, kind: Kind, name: str) -> None:
        """Take that back."""
        await self._ask(DeleteAclsRequest(kind, name, _LITERAL, f"User:{USER}", _EVERYWHERE, _ALL, _ALLOW))

    async def _ask(self, request: CreateAclsRequest | DeleteAclsRequest) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.open_address)
        await admin.start()
        try:
            answer = await admin._send_to_controller(request)
        finally:
            await admin.close()
        (result,) = answer.to_object().get("creation_responses") or answer.to_object()["filter_responses"]
        assert result["error_code"] == 0, result


@asynccontextmanager
async def guarded_broker(var: Path) -> AsyncIterator[GuardedBroker]:
    port, guarded = ports.any_free(), ports.any_free()
    command = await prepared(var, port)
    properties = var / "kafka" / "server.properties"
    text = properties.read_text()
    for name in ("listeners", "advertised.listeners"):
        text = text.replace(f"\n{name}=", f"\n{name}=GUARDED://{ports.LOOPBACK}:{guarded},")
    text = text.replace("CONTROLLER:PLAINTEXT,", "CONTROLLER:PLAINTEXT,GUARDED:SASL_PLAINTEXT,")
    module = "org.apache.kafka.common.security.plain.PlainLoginModule"
    properties.write_text(
        text + "inter.broker.listener.name=PLAINTEXT\n"
        "sasl.enabled.mechanisms=PLAIN\n"
        f'listener.name.guarded.plain.sasl.jaas.config={module} required user_{USER}="{PASSWORD}";\n'
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n"
        "super.users=User:ANONYMOUS\n"
    )
    child = await Child.start(command)
    try:
        await wait_until_ready(child, f"{ports.LOOPBACK}:{port}")
        yield GuardedBroker(f"{ports.LOOPBACK}:{port}", f"{ports.LOOPBACK}:{guarded}")
    finally:
        await child.stop()
