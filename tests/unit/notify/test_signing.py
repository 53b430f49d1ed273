import base64
import hashlib
import hmac
from datetime import UTC, datetime
from uuid import UUID

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError

from services.notify.domain.signing import signed_headers
from services.notify.vault import SealedWithUnknownKeyError, Vault
from shared.platform.clock import SystemClock

ID = UUID(int=1)
KEYS = [base64.urlsafe_b64encode(bytes([number]) * 32).decode() for number in (1, 2)]


def test_the_signature_is_that_of_the_standard() -> None:
    """Standard Webhooks, "Signature scheme": HMAC-SHA256 over `id.timestamp.body`, keyed by the decoded secret."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    at = datetime.fromtimestamp(1614265330, UTC)
    body = b'{"test": 2432232314}'
    headers = signed_headers([secret], ID, at, body)
    signed = f"{ID}.1614265330.".encode() + body
    expected = base64.b64encode(hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256)).decode()
    assert headers == {"webhook-id": str(ID), "webhook-timestamp": "1614265330", "webhook-signature": f"v1,{expected}"}


def test_while_two_secrets_sign_either_verifies_and_no_third() -> None:
    old, new, other = (Vault.new_secret() for _ in range(3))
    body = '{"a":"ñ"}'.encode()
    headers = dict(signed_headers([new, old], ID, SystemClock().now(), body))
    Webhook(old).verify(body, headers)
    Webhook(new).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new).verify(body + b" ", headers)


def test_an_old_message_does_not_verify_again() -> None:
    secret = Vault.new_secret()
    headers = dict(signed_headers([secret], ID, datetime(2026, 1, 1, tzinfo=UTC), b"{}"))
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(b"{}", headers)


def test_a_sealed_secret_shows_nothing_and_opens_with_its_key_and_a_later_one_in_front() -> None:

    vault, secret = Vault(SecretStr(KEYS[0])), Vault.new_secret()
    sealed = vault.seal(secret)
    assert secret not in sealed
    assert Vault(SecretStr(f"{KEYS[1]}, {KEYS[0]}")).open(sealed) == secret
    for stranger in (Vault(SecretStr(KEYS[1])), Vault(None)):
        with pytest.raises(SealedWithUnknownKeyError):
            stranger.open(sealed)


def test_without_keys_secrets_are_kept_as_they_are_and_stay_readable_when_keys_come() -> None:

    secret = Vault.new_secret()
    assert Vault(None).seal(secret) == secret
    assert Vault(SecretStr(KEYS[0])).open(secret) == secret


def test_secrets_are_new_each_time_and_have_256_bits() -> None:
    made = {Vault.new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(len(base64.b64decode(secret.removeprefix("whsec_"))) == 32 for secret in made)
