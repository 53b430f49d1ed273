"""What ends the command, in a sentence and with its exit code."""

from services.cli.watchlist.errors import DENIED, FAILED, INTERRUPTED, NOT_FOUND, OK, UNREACHABLE, USAGE

__all__ = ["DENIED", "FAILED", "INTERRUPTED", "NOT_FOUND", "OK", "UNREACHABLE", "USAGE", "ScreenFailedError"]


class ScreenFailedError(Exception):
    """It cannot be done, or not any further; the sentence says why, `code` is the command's exit code."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code
