"""What PostgreSQL can store as text: no U+0000, no half of a surrogate pair."""

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> bool:
    """Whether the text can be stored as it is."""
    return _UNSTORABLE.search(text) is None


def cleaned(text: str) -> str:
    """The text with U+FFFD in place of what cannot be stored; for texts that only describe, never for identifiers."""
    return _UNSTORABLE.sub("\ufffd", text)
