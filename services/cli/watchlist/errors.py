"""What ends a command of the watchlist, in a sentence and with its exit code."""

from services.cli.key_doors import DENIED, FAILED, NOT_FOUND, OK, UNREACHABLE, USAGE

PARTIAL, INTERRUPTED = 6, 130

__all__ = ["DENIED", "FAILED", "INTERRUPTED", "NOT_FOUND", "OK", "PARTIAL", "UNREACHABLE", "USAGE", "ImportFailedError"]


class ImportFailedError(Exception):
    """It was not done; the sentence says why, `code` is the command's exit code."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code
