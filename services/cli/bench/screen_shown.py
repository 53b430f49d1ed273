"""What `atalaya bench screen` measured, in sentences."""

from collections.abc import Iterator
from statistics import median
from typing import Any


def sentences(result: dict[str, Any]) -> Iterator[str]:
    """One list after the other."""
    for found in result["lists"]:
        yield from _list(found)


def _list(found: dict[str, Any]) -> Iterator[str]:
    build, memory, candidates, one = found["build"], found["memory"], found["candidates"], found["latency"]
    yield f"{found['list']}: {found['entries']:,} entries, {found['names_of_persons']:,} names of persons"
    yield f"  built in {build['seconds']:,.1f} s, {build['entries_per_second']:,.0f} entries/s"
    yield (
        f"  memory {memory['mib']:,.0f} MiB: {memory['bytes_per_entry']:,} bytes an entry, "
        f"{memory['bytes_per_entry_beside_it']:,} beside the packed entry ({memory['packed_entry_bytes']:,}); "
        f"the entry itself takes {memory['entry_as_text_bytes']:,} as text and {memory['entry_as_objects_bytes']:,} as objects"
    )
    yield f"  candidates a person: mean {candidates['mean']:,}, p50 {candidates['p50']:,}, p99 {candidates['p99']:,}, most {candidates['max']:,}"
    yield f"  one person alone: p50 {one['p50']} ms, p99 {one['p99']} ms, max {one['max']} ms"
    for row in found["rates"]:
        yield f"  {row['name']}: {median(row['rounds']):,.0f} persons/s"
    updates = found["updates"]
    yield (
        f"  changed {updates['entries_per_second']:,.0f} entries/s; judged while one changes for every 20 persons "
        f"{updates['persons_per_second_while_changing']:,.0f} persons/s, after all changes {updates['persons_per_second_after']:,.0f}"
    )
    yield f"  goal: {found['goal_persons_per_second']:,.0f} persons/s judged"
    for row in found["comparisons"]:
        yield f"  {row['ratio']:,.1f} times {row['limit']['name']}"
    yield f"  of {found['persons']:,} persons {found['persons_with_hits']:,} had a hit, {found['persons_with_alerts']:,} an alert"
    peer = found["nomenklatura"]
    if "missing" in peer:
        yield f"  nomenklatura: {peer['missing']}"
    else:
        yield (
            f"  nomenklatura, its index and logic-v2: built in {peer['built_seconds']:,.1f} s, {peer['persons_per_second']:,.0f} persons/s "
            f"({peer['candidates_per_person']} candidates each); here {peer['ratio']:,.1f} times as many"
        )
