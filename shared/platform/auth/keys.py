"""API keys as records: what may be stored and shown, and the token that is shown once."""

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

Scope = Literal[
    "events:write", "watchlist:read", "watchlist:write", "watchlist:approve", "screen", "alerts:read", "alerts:act",
    "subscriptions:manage", "deliveries:read", "acknowledge", "audit:read", "admin",
]  # fmt: skip
"""What a key may do; `admin` may everything."""

Agency = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
Nation = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]

_TOKEN: Final = re.compile(r"atk_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
_EXPIRY: Final = re.compile(r"(\d{1,5})([hdwy])")
_UNITS: Final = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1), "y": timedelta(days=365)}


class Key(BaseModel):
    """An API key without its secret: what the topic of keys holds and what is shown to who may see it.

    `topics` are the raw topics that an agency's Kafka principal may report through.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    hash: str
    agency: Agency
    nation: Nation
    scopes: frozenset[Scope]
    topics: tuple[str, ...] = ()
    note: str | None = None
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str | None = None

    def is_good(self, now: datetime) -> bool:
        """Neither expired nor revoked."""
        return self.revoked_at is None and now < self.expires_at

    def allows(self, *scopes: Scope) -> bool:
        """Whether it has all of these scopes."""
        return "admin" in self.scopes or self.scopes.issuperset(scopes)

    def matches(self, secret: str) -> bool:
        """Whether this is the key's secret; takes as long either way."""
        return hmac.compare_digest(self.hash, hash_of(secret))


class Token(BaseModel):
    """What a client sends: which key, and the secret that proves it."""

    model_config = ConfigDict(frozen=True)

    id: str
    secret: SecretStr

    @classmethod
    def make(cls) -> Self:
        """A new one: 64 random bits of id, 256 of secret."""
        return cls(id=secrets.token_hex(8), secret=SecretStr(secrets.token_urlsafe(32)))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """A token as it is sent; None if it is none."""
        found = parts(text)
        return cls(id=found[0], secret=SecretStr(found[1])) if found else None

    def text(self) -> str:
        """As it is sent. Shown once, never stored, never logged."""
        return f"atk_{self.id}_{self.secret.get_secret_value()}"

    def hash(self) -> str:
        """As it is stored. The secret has 256 bits, so a plain digest cannot be searched (no salt, no stretching needed)."""
        return hash_of(self.secret.get_secret_value())


def parts(text: str) -> tuple[str, str] | None:
    """The key's id and the secret in a token as it is sent; None if it is none."""
    match = _TOKEN.fullmatch(text)
    return (match[1], match[2]) if match else None


def hash_of(secret: str) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


class KeyRequest(BaseModel):
    """What is asked for when a key is made. `expires`: `12h`, `90d`, `8w`, `1y`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency: Agency
    nation: Nation
    scopes: frozenset[Scope] = Field(min_length=1)
    topics: tuple[str, ...] = ()
    note: str | None = Field(default=None, max_length=200)
    expires: Annotated[str, StringConstraints(pattern=_EXPIRY.pattern)] | None = None


class ShownKey(BaseModel):
    """A key as the API shows it: all but the hash."""

    id: str
    agency: str
    nation: str
    scopes: list[Scope]
    topics: list[str]
    note: str | None
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None

    @classmethod
    def of(cls, key: Key) -> Self:
        """Without the hash, scopes in order."""
        return cls(**{**key.model_dump(exclude={"hash"}), "scopes": sorted(key.scopes), "topics": list(key.topics)})


class NewKey(ShownKey):
    """A key just made, with the token that is shown this once."""

    token: str


def life(expires: str) -> timedelta:
    """How long `90d` and the like are; raises ValueError for anything else."""
    match = _EXPIRY.fullmatch(expires)
    if match is None or int(match[1]) == 0:
        raise ValueError("An expiry is a number and h, d, w or y: 90d")
    return int(match[1]) * _UNITS[match[2]]
