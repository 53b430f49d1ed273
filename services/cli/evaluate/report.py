"""What came of an evaluation, as files, as a document and on a terminal."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from services.cli.evaluate import shown
from services.cli.evaluate.budget import Allowed, Budget, allowed
from services.cli.evaluate.counted import counted, described
from services.cli.evaluate.markdown import tables
from services.cli.evaluate.people import Half
from services.cli.evaluate.running import Evaluated


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of every method, and the thresholds that a budget allows."""

    half: Half
    done: Evaluated
    figures: list[dict[str, Any]]
    thresholds: list[Allowed]

    @classmethod
    def of(cls, half: Half, done: Evaluated, budget: Budget) -> "Report":
        """Counts."""
        own = done.outcomes[0]
        thresholds = allowed(own.of("stranger"), done.travelling.entries, budget, own.threshold)
        return cls(half, done, [counted(outcome) for outcome in done.outcomes], list(thresholds))

    def write(self, wrong: Path | None, table: Path | None, plot: Path | None) -> None:
        """Each file that is wanted: who was found wrongly or not at all, the tables as Markdown, the picture."""
        if wrong is not None:
            names = {entry.entry_id: entry.body.names[0].text for entry in self.done.travelling.entries if entry.body.names}
            _write(wrong, shown.wrong(self.done.outcomes[0], names))
        if table is not None:
            _write(table, tables(self.figures, self.thresholds))
        if plot is not None:
            _write(plot, shown.drawn(self.done.outcomes).splitlines())

    def document(self) -> str:
        """Everything as JSON."""
        whole = {
            "half": self.half.value,
            "set": described(self.done.travelling),
            "methods": self.figures,
            "budget": [asdict(one) for one in self.thresholds],
        }
        return json.dumps(whole, indent=2, allow_nan=False)

    def show(self, console: Console) -> None:
        """As tables."""
        shown.show(console, self.figures)
        shown.show_budget(console, self.thresholds, self.done.outcomes[0].threshold)


def _write(file: Path, lines: Iterable[str]) -> None:
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
