"""Which running system a command of the watchlist speaks to, and with which key."""

from dataclasses import dataclass
from pathlib import Path

from services.cli.reach import left_by_up
from services.cli.watchlist.api import ListApi
from services.cli.watchlist.errors import DENIED, USAGE, ImportFailedError
from services.cli.watchlist.settings import ImportSettings


@dataclass(frozen=True, slots=True)
class Reach:
    """What the options say; what they do not is what `atalaya up` left under `var`."""

    service: str | None
    key: str | None
    var: Path

    @property
    def address(self) -> str | None:
        """Where correlate is, None where nobody says it."""
        return self.service or left_by_up(self.var).get("correlate")

    def api(self, settings: ImportSettings) -> ListApi:
        """Raises ImportFailedError where there is no address or no key."""
        if self.address is None:
            raise ImportFailedError(f"Nothing runs under {self.var}. Say where: --service http://…", USAGE)
        key = self.key or left_by_up(self.var).get("admin_key")
        if key is None:
            raise ImportFailedError("A key is needed: --key, or ATALAYA_KEY.", DENIED)
        return ListApi(self.address, str(key), patience_seconds=settings.patience_seconds, answer_seconds=settings.answer_seconds)
