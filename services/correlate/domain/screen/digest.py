"""A digest of the entries that can be met: the same for the same set of them, whatever the order and the way they came by."""

import hashlib
from typing import Final
from uuid import UUID

DIGITS: Final = 13
"""Hexadecimal: 52 bits, so that a metric carries the digest exactly. It tells accidents from order, and is no seal."""

MODULUS: Final = 16**DIGITS


def token(entry_id: UUID, version: int, list_version: int) -> int:
    """What one version of one entry adds to the digest; PostgreSQL computes the same (see the list's store)."""
    named = f"{entry_id}:{version}:{list_version}".encode()
    return int(hashlib.md5(named, usedforsecurity=False).hexdigest()[:DIGITS], 16)


def written(total: int) -> str:
    """The digest of a sum of tokens as it is shown."""
    return f"{total % MODULUS:0{DIGITS}x}"
