"""What to try with curl while the demonstration is left running."""

from pathlib import Path

from services.cli.running import System

BODY = (
    '{"id": "TRY-1", "revision": 1, "occurred_at": "\'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"\'", "place": {"code": "GT-SV-01"}, '
    '"direction": "entry", "mode": "road", "conveyances": [{"kind": "vehicle", "plate": "P123BCD", "country": "GT"}]}'
)


def lines(system: System, var: Path) -> str:
    """Commands that work as they are written, in any shell on this machine. The key is read from a file, so that it is not on the screen."""
    key = f'KEY=$(python3 -c \'import json; print(json.load(open("{var / "atalaya.json"}"))["admin_key"])\')'
    bearer = '-H "Authorization: Bearer $KEY"'
    return "\n".join(
        [
            "It is left running. Try:",
            f"  {key}",
            f"  curl -sS '{system.correlate}/v1/alerts?limit=3' {bearer}",
            f"  curl -sS '{system.notify}/v1/deliveries?limit=3' {bearer}",
            f"  curl -sS '{system.correlate}/v1/watchlist/routes' {bearer}",
            f"  curl -sS '{system.ingest}/v1/border-crossings' {bearer} -H 'Content-Type: application/json' -d '{BODY}'",
            f"Reference: {system.ingest}/docs, {system.correlate}/docs, {system.notify}/docs. Ctrl-C ends it.",
        ]
    )
