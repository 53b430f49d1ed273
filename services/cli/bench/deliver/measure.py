"""The phases in order, with the bare loop before and after, and what the measurement cannot see."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from services.cli.bench.deliver.phases import opened_bench
from services.cli.running import System

UNSEEN: Final = (
    "One machine: sink, broker, database and sender share its cores, so that a rate is of all of them together.",
    "The sink answers at once over loopback: no network, no TLS.",
    "A doubled delivery is one that the sink took twice; what a killed process had sent and the sink never read is not seen.",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much of each phase."""

    burst: int
    rate: int
    seconds: float
    kills: int
    many: bool


async def measure_deliver(system: System, wanted: Wanted, say: Callable[[str], None]) -> dict[str, Any]:
    """Every phase on a running system."""
    async with opened_bench(system) as bench:
        say("the bare loop")
        bare = [await bench.bare(wanted.burst)]
        phases = []
        for endpoints, alerts in ((1, wanted.burst), (10, wanted.burst), (1000, max(1, wanted.burst // 100))):
            if endpoints <= 10 or wanted.many:  # noqa: PLR2004 - a thousand take a while to subscribe
                say(f"a burst of {alerts:,} alerts to {endpoints:,} endpoints")
                phases.append(await bench.burst(alerts, endpoints))
        say(f"{wanted.rate} a second")
        phases.append(await bench.steady(wanted.rate, wanted.seconds))
        for how, hold in (("hang", 15.0), ("drip", 60.0)):
            say(f"one of ten {how}s")
            phases.append(await bench.beside(how, hold, 50, wanted.seconds))
        if wanted.kills:
            say(f"killed {wanted.kills} times in a burst")
            phases.append(await bench.crash(wanted.burst, wanted.kills))
        say("the bare loop again")
        bare.append(await bench.bare(wanted.burst))
    return {"bare_posts_per_second": [round(one, 1) for one in bare], "phases": phases, "unseen": UNSEEN}


def sentences(result: dict[str, Any]) -> Iterator[str]:
    """What was measured, a line each."""
    low, high = sorted(result["bare_posts_per_second"])
    yield f"a bare aiohttp loop, 64 in flight, no store: {low:,.0f} to {high:,.0f} posts/s"
    for row in result["phases"]:
        yield f"{row['phase']}:"
        if "per_second" in row:
            yield f"  {row['deliveries']:,} deliveries in {row['seconds']:,.1f} s: {row['per_second']:,.0f}/s"
        for name in ("latency", "bare", "calm", "troubled"):
            if name in row:
                one = row[name]
                yield f"  {one['what']}: p50 {one['p50']} ms, p99 {one['p99']} ms, max {one['max']} ms over {one['count']:,}"
        if "p99_ratio" in row:
            yield f"  p50 {row['p50_ratio']:.2f} and p99 {row['p99_ratio']:.2f} times that of calm"
        if "notify_cpu_us_per_delivery" in row:
            yield (
                f"  {row['notify_cpu_us_per_delivery']} µs of the sender's processor time a delivery and "
                f"{row['database_cpu_us_per_delivery']} of the database's; the sender had {row['notify_mib']} MiB"
            )
        if "all_there_after_the_last_kill_seconds" in row:
            yield f"  all there {row['all_there_after_the_last_kill_seconds']} s after the last kill"
        yield f"  lost {row['lost']}, doubled {row['doubled']}, out of order {row['out_of_order']}, unverified {row['unverified']}"
    yield from result["unseen"]
