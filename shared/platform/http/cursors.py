"""Page cursors: opaque to clients, signed, so that none can be made up to ask for what a filter hides."""

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Any

import orjson
from pydantic import SecretStr

from shared.platform.http.problems import BadRequestError

_TAG_BYTES = 16


class Cursors:
    """Seals and opens cursors. Copies that share the secret open each other's; without one, only this process's own."""

    def __init__(self, secret: SecretStr | None = None) -> None:
        material = secret.get_secret_value().encode() if secret else secrets.token_bytes(32)
        self._key = hashlib.blake2b(material, person=b"atalaya-cursors", digest_size=32).digest()

    def seal(self, position: dict[str, Any], *, purpose: str = "") -> str:
        """A cursor for a position (values that JSON has, and datetimes and UUIDs, which come back as text).

        `purpose` names the list it belongs to; only the same purpose opens it.
        """
        body = orjson.dumps(position, option=orjson.OPT_SORT_KEYS)
        return base64.urlsafe_b64encode(self._tag(body, purpose) + body).decode().rstrip("=")

    def open(self, cursor: str, *, purpose: str = "") -> dict[str, Any]:
        """The position; raises BadRequestError for a cursor that is not ours, or of another purpose."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise _refusal() from None
        tag, body = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
        if not hmac.compare_digest(tag, self._tag(body, purpose)):
            raise _refusal()
        position: dict[str, Any] = orjson.loads(body)
        return position

    def _tag(self, body: bytes, purpose: str) -> bytes:
        name = purpose.encode()
        return hmac.digest(self._key, len(name).to_bytes(4) + name + body, "sha256")[:_TAG_BYTES]


def _refusal() -> BadRequestError:
    return BadRequestError("The cursor is none that was given out here. Start from the first page.")
