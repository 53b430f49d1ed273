"""Signing secrets at rest: sealed with keys from the settings when there are any."""

import base64
import secrets
from collections.abc import Sequence
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

_PREFIX: Final = "whsec_"
_SEALED: Final = "fernet:"
_BYTES: Final = 32


class SealedWithUnknownKeyError(Exception):
    """A stored secret was sealed with a key that the settings no longer hold."""


class Vault:
    """Seals with the first key and opens with any, so that keys can be rotated; without keys, secrets are stored as they are."""

    def __init__(self, keys: SecretStr | None) -> None:
        parts = [part.strip() for part in (keys.get_secret_value() if keys else "").split(",") if part.strip()]
        self._cipher = MultiFernet([Fernet(part) for part in parts]) if parts else None

    @staticmethod
    def new_secret() -> str:
        """A new signing secret of 256 bits, as Standard Webhooks writes it."""
        return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()

    def seal(self, secret: str) -> str:
        """As it is stored."""
        return _SEALED + self._cipher.encrypt(secret.encode()).decode() if self._cipher else secret

    def open(self, stored: str) -> str:
        """As it signs; raises SealedWithUnknownKeyError."""
        if not stored.startswith(_SEALED):
            return stored
        try:
            if self._cipher is None:
                raise SealedWithUnknownKeyError
            return self._cipher.decrypt(stored.removeprefix(_SEALED)).decode()
        except InvalidToken as error:
            raise SealedWithUnknownKeyError from error

    def open_all(self, stored: Sequence[str]) -> tuple[str, ...]:
        """All of them, in order."""
        return tuple(self.open(one) for one in stored)
