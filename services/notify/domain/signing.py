"""Standard Webhooks: headers that let a receiver prove who sent a body, and when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from standardwebhooks import Webhook


@lru_cache(maxsize=4096)
def _signer(secret: str) -> Webhook:
    """What signs with a secret, read once: nobody has more endpoints at a time."""
    return Webhook(secret)


def signed_headers(secrets: Sequence[str], identity: UUID, at: datetime, body: bytes) -> Mapping[str, str]:
    """The three headers for one attempt.

    The signature covers id, time and the raw bytes of the body; while a secret is rotated there is one for each, the newest
    first, so that a receiver verifies with either.
    """
    text = body.decode()
    signatures = [_signer(secret).sign(str(identity), at, text) for secret in secrets]
    return {
        "webhook-id": str(identity),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
