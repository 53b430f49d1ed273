"""How lists are taken in whole, as an operator may set it."""

from datetime import timedelta

from pydantic import Field

from shared.platform.settings import Group


class ImportSettings(Group):
    """Every bound of an import."""

    removals_percent: float = Field(
        default=10.0,
        ge=0,
        le=100,
        description="Share of the listed entries that an import may end; beyond it takes a second person. Of 340 versions of OFAC's list in "
        "three years the one that removed most removed 1.6 percent: more than ten is half a file, or the wrong one.",
    )
    most_rows: int = Field(
        default=5_000_000,
        ge=1,
        description="Rows of one import. Five times the largest list: beyond it something repeats itself.",
    )
    keep_hours: float = Field(
        default=24.0,
        gt=0,
        description="Hours after its last row that an import which nobody committed is kept: a night to look at its difference.",
    )
    commit_seconds: float = Field(
        default=900.0,
        gt=0,
        description="Seconds that the one transaction of an import, or of its undoing, may take; nobody else changes the list meanwhile. "
        "A million entries take some minutes.",
    )
    compare_seconds: float = Field(
        default=300.0,
        gt=0,
        description="Seconds that comparing an import with the list may take; nobody waits for it but who asked.",
    )
    slice_rows: int = Field(
        default=5_000,
        ge=1,
        le=100_000,
        description="Entries that one statement writes: their rows are in the server's memory or temporary files meanwhile, some 5 KB each.",
    )
    page_rows: int = Field(
        default=500, ge=1, le=5_000, description="Changed entries compared and written at once; each is in this process's memory."
    )
    busy_ms: int = Field(
        default=20, ge=1, le=50, description="Milliseconds of checking rows until other requests of this copy get their turn."
    )
    sort_memory_mb: int = Field(
        default=64, ge=4, le=4096, description="Mebibytes the server may sort in while it compares (`work_mem`)."
    )

    @property
    def keep(self) -> timedelta:
        """As a duration."""
        return timedelta(hours=self.keep_hours)
