"""Brokers of tests' own, without formatting the storage of each: that takes Java as long as a start does."""

from pathlib import Path
from typing import Final

from services.cli.engines.child import Command
from services.cli.engines.kafka import prepare

_formatted: Final[dict[Path, bytes]] = {}
"""The files of a storage as it was before its broker's first start."""


async def prepared(var: Path, port: int) -> Command:
    """As `prepare`; what the first call formatted is copied for the others."""
    data = var / "kafka" / "data"
    if not data.exists():
        for name, content in _formatted.items():
            (data / name).parent.mkdir(parents=True, exist_ok=True)
            (data / name).write_bytes(content)
    command = await prepare(var, port)
    if not _formatted:
        _formatted.update({file.relative_to(data): file.read_bytes() for file in data.rglob("*") if file.is_file()})
    return command
