"""The pages and the OpenAPI document that every service has."""

import re

import httpx


async def test_the_documentation_loads_nothing_from_another_host_and_runs_nothing_inline(client: httpx.AsyncClient) -> None:
    for page in ("/docs", "/docs/problems"):
        answer = await client.get(page)
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "default-src 'none'" in policy
        references = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
        assert references
        for reference in references:
            assert reference.startswith("/")
            assert not reference.startswith("//")
            assert (await client.get(reference)).status_code == 200, reference
        assert not re.search(r"<script(?![^>]*\ssrc=)", answer.text)
        assert not re.search(r"\son\w+=", answer.text)


async def test_the_openapi_document_tells_of_problems_and_of_the_key(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    operation = document["paths"]["/v1/crates"]["post"]
    schema = operation["responses"]["422"]["content"]["application/problem+json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Problem"}
    assert operation["security"] == [{"key": []}]
    assert "HTTPValidationError" not in str(document)
    for reference in set(re.findall(r"#/components/schemas/(\w+)", str(document))):
        assert reference in document["components"]["schemas"]
