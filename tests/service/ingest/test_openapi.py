"""Our own description of ourselves, taken at its word by a machine that sends what fits it and what does not."""

import asyncio
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.support.ingest_service import Desk

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def operations(address: str) -> Iterator[APIOperation]:
    for found in schemathesis.openapi.from_url(f"{address}/openapi.json").get_all_operations():
        yield found.ok()


def explore(operation: APIOperation, mode: GenerationMode, headers: dict[str, str]) -> int:
    """Send what the operation's description makes of a mode; how many requests."""
    sent = 0

    @settings(max_examples=20, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: schemathesis.Case) -> None:
        nonlocal sent
        sent += 1
        case.call_and_validate(headers=headers, checks=CHECKS)

    run()
    return sent


@pytest.mark.filterwarnings("ignore")  # the library's own, about its future
async def test_what_is_documented_is_what_is_answered(desk: Desk) -> None:
    found = await asyncio.to_thread(lambda: [each for each in operations(desk.address) if each.path.startswith("/v1")])
    assert {each.path for each in found} >= {"/v1/border-crossings", "/v1/seizures", "/v1/events", "/v1/keys"}
    for operation in found:
        for mode in GenerationMode:
            assert await asyncio.to_thread(explore, operation, mode, desk.headers) > 0, operation.label
