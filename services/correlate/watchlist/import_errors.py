"""Why an import did not go on, by what the caller may do about it."""

from collections.abc import Mapping
from uuid import UUID


class ImportUnknownError(Exception):
    """No import of this id that the author may know of."""


class ImportOpenError(Exception):
    """The agency has another import of the source open: it is gone on with, committed, or dropped first."""

    def __init__(self, import_id: UUID, opened_by: str) -> None:
        super().__init__("an import of this source is open")
        self.import_id, self.opened_by = import_id, opened_by


class ImportEndedError(Exception):
    """The import is done or dropped; `state` says which."""

    def __init__(self, state: str) -> None:
        super().__init__(f"the import is {state}")
        self.state = state


class RowsMissingError(Exception):
    """Rows before these have not come, or were lost with a crash of the server: `rows` is the number of the next."""

    def __init__(self, rows: int) -> None:
        super().__init__(f"{rows} rows are there")
        self.rows = rows


class ListChangedError(Exception):
    """Entries of the source changed after the difference was shown, or it was not shown of these rows."""

    def __init__(self, seen: int | None) -> None:
        super().__init__("the difference is an old one")
        self.seen = seen


class NotAgreedError(Exception):
    """The import would do what nobody has agreed to: `code` says what, `counts` how much of it."""

    def __init__(self, code: str, detail: str, counts: Mapping[str, int]) -> None:
        super().__init__(detail)
        self.code, self.counts = code, counts
