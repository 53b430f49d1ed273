"""What operators see of each request, and every client in each answer."""

import httpx
import structlog

from tests.support.crates import World


async def test_each_request_leaves_one_event_without_its_payload(world: World, client: httpx.AsyncClient) -> None:
    key = await world.key("events:write")
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    headers = {**key, "X-Request-Id": "abc-12345", "traceparent": trace}
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        await client.post("/v1/crates", headers=headers, json={"label": "canary"})
    (entry,) = logs
    assert (entry["event"], entry["route"], entry["status"]) == ("request.answered", "/v1/crates", 201)
    assert (entry["request_id"], entry["traceparent"]) == ("abc-12345", trace)
    assert "canary" not in str(entry)
    assert key["Authorization"] not in str(entry)


async def test_every_answer_carries_the_security_headers_and_an_id(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/nothing", "/v1/broken", "/docs"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-request-id"]


async def test_readiness_says_what_is_missing_and_health_stays(world: World, client: httpx.AsyncClient) -> None:
    assert (await client.get("/readyz")).json() == {"ready": True, "faults": {}}
    world.readiness.register("kafka", lambda: "no connection to the broker")
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["faults"]) == (503, {"kafka": "no connection to the broker"})
    assert (await client.get("/healthz")).status_code == 200


async def test_metrics_count_requests_by_route_and_never_by_address(client: httpx.AsyncClient) -> None:
    await client.get("/v1/crates/canary-4711")
    text = (await client.get("/metrics")).text
    assert 'atalaya_http_requests_total{method="GET",route="(none)",status="404"}' in text
    assert "canary-4711" not in text
