"""What the list says every index must hold, computed where the list is."""

from typing import Final

from services.correlate.domain.screen.digest import DIGITS, MODULUS
from shared.contracts.vocabulary import EntryState

_ALERTING: Final = ", ".join(f"'{state.value}'" for state in EntryState if state.alerts)

LIST_DIGEST: Final = f"""
    SELECT
        (SELECT version FROM correlate.list_version) AS list_version,
        count(*) AS entries,
        mod(coalesce(sum(
            ('x' || left(md5(entry_id::text || ':' || version || ':' || list_version), {DIGITS}))::bit({4 * DIGITS})::bigint
        ), 0), {MODULUS})::bigint AS digest
    FROM correlate.entry
    WHERE state IN ({_ALERTING}) AND ended_at IS NULL
"""  # noqa: S608 - made of our own constants alone
"""Version of the list, entries that can be met, and their digest as a number: one statement, so all of one moment. Reads each entry's row."""
