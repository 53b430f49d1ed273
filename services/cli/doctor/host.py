"""This machine: room for what the embedded engines write."""

import shutil

from services.cli.doctor.findings import Finding, Ground, fault, ok, warning
from services.cli.running.space import NEEDED_BYTES

_SOON = 4
"""Times what a start needs: below that somebody should look before it is too late."""


def look(ground: Ground) -> list[Finding]:
    """Free space under `var`; nothing where no engine runs there."""
    if not ground.var.exists():
        return []
    free = shutil.disk_usage(ground.var).free
    text = f"{free // 1_000_000} MB are free on the disk of {ground.var}"
    if free < NEEDED_BYTES:
        todo = (
            "free some space: Kafka and PostgreSQL stop when none is left, ingest then answers 503 and nothing accepted is lost"
        )
        return [fault("disk", text, todo)]
    if free < _SOON * NEEDED_BYTES:
        return [warning("disk", text, "free some space soon")]
    return [ok("disk", text)]
