"""The limit of the HTTP door: the same server and the same model, and nothing behind it."""

import sys

import uvicorn
from fastapi import FastAPI, Request, Response

from services.ingest.domain.submitted import SubmittedCrossing


def create_bare_app() -> FastAPI:
    """One endpoint that validates a border crossing and answers 202."""
    app = FastAPI(openapi_url=None)

    @app.post("/v1/border-crossings", status_code=202)
    async def accept(request: Request) -> Response:
        SubmittedCrossing.model_validate_json(await request.body())
        return Response(
            b'{"event_id":"00000000-0000-0000-0000-000000000000","status":"accepted"}', 202, media_type="application/json"
        )

    return app


if __name__ == "__main__":
    uvicorn.run(create_bare_app(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
