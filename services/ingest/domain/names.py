"""Words as agencies write them, brought to one spelling of the same characters: nothing is transliterated or corrected here."""

from unicodedata import normalize

from services.ingest.domain.submitted_parts import SubmittedName


def words(text: str | None) -> str | None:
    """The text in NFC with single spaces; None where nothing is left."""
    if not text:
        return None
    if not text.isascii():
        text = normalize("NFC", text)
    return " ".join(text.split()) or None


def name_parts(name: SubmittedName) -> dict[str, str]:
    """The parts that say something."""
    parts = (("full", name.full), ("given", name.given), ("paternal", name.paternal), ("maternal", name.maternal))
    return {part: text for part, value in parts if (text := words(value)) is not None}
