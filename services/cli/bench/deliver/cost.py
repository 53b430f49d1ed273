"""What a delivery costs: processor time of the sending process and of the database, and the memory of the former."""

from typing import Any

import psutil

from services.cli.running import System


class Cost:
    """From its making to `since`."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._before = self._times()

    def since(self, deliveries: int) -> dict[str, Any]:
        """Microseconds a delivery, and MiB."""
        notify, database = (after - before for after, before in zip(self._times(), self._before, strict=True))
        process = self._process("notify")
        return {
            "notify_cpu_us_per_delivery": round(1e6 * notify / deliveries) if deliveries else None,
            "database_cpu_us_per_delivery": round(1e6 * database / deliveries) if deliveries else None,
            "notify_mib": round(process.memory_info().rss / 1_048_576) if process else None,
        }

    def _times(self) -> tuple[float, float]:
        notify, postgres = self._process("notify"), self._process("postgres")
        family = [postgres, *postgres.children(recursive=True)] if postgres else []
        return _cpu(notify) if notify else 0.0, sum(map(_cpu, family))

    def _process(self, name: str) -> psutil.Process | None:
        identity = self._system.process(name)
        return psutil.Process(identity.pid) if identity else None


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)
