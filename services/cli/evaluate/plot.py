"""The trade-off as a picture: recall against alerts per 10,000 strangers. SVG by hand: two axes and a line for each method need no library."""

from collections.abc import Mapping, Sequence
from html import escape
from math import log10
from typing import Final

_WIDTH, _HEIGHT = 760, 440
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 200, 24, 56
_FEWEST, _MOST = 0.2, 500.0
_LOWEST: Final = 0.5
_COLOURS: Final = ("#0b5fa5", "#b5482a", "#3f7d3a", "#6b4a9c")
_DASHES: Final = ("", "6 4", "2 3", "8 3 2 3")
"""Lines differ by more than their colour."""

Curve = Sequence[tuple[float, float]]


def _x(alerts: float) -> float:
    span = log10(_MOST) - log10(_FEWEST)
    inside = min(max(alerts, _FEWEST), _MOST)
    return _LEFT + (log10(inside) - log10(_FEWEST)) / span * (_WIDTH - _LEFT - _RIGHT)


def _y(recall: float) -> float:
    return _TOP + (1 - max(recall, _LOWEST)) / (1 - _LOWEST) * (_HEIGHT - _TOP - _BOTTOM)


def svg(curves: Mapping[str, Curve], title: str, own: Mapping[str, tuple[float, float]]) -> str:
    """The picture of the curves, each by the name of its method; a circle is where a method's own threshold puts it."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}" font-family="sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
    ]
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    for alerts in (0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500):
        lines.append(f'<line x1="{_x(alerts):.1f}" y1="{_TOP}" x2="{_x(alerts):.1f}" y2="{bottom}" stroke="#ddd"/>')
        lines.append(f'<text x="{_x(alerts):.1f}" y="{bottom + 18}" text-anchor="middle">{alerts:g}</text>')
    for tenth in range(5, 11):
        recall = tenth / 10
        lines.append(f'<line x1="{_LEFT}" y1="{_y(recall):.1f}" x2="{right}" y2="{_y(recall):.1f}" stroke="#ddd"/>')
        lines.append(f'<text x="{_LEFT - 8}" y="{_y(recall) + 4:.1f}" text-anchor="end">{recall:.1f}</text>')
    lines.append(
        f'<text x="{(_LEFT + right) / 2:.0f}" y="{_HEIGHT - 12}" text-anchor="middle">strangers alerted of 10,000 (log)</text>'
    )
    lines.append(
        f'<text x="16" y="{(_TOP + bottom) / 2:.0f}" text-anchor="middle" transform="rotate(-90 16 {(_TOP + bottom) / 2:.0f})">recall</text>'
    )
    for number, (name, points) in enumerate(curves.items()):
        lines += _drawn(name, points, number, right)
        if name in own:
            alerts, recall = own[name]
            colour = _COLOURS[number % len(_COLOURS)]
            lines.append(
                f'<circle cx="{_x(alerts):.1f}" cy="{_y(recall):.1f}" r="5" fill="#fff" stroke="{colour}" stroke-width="2"/>'
            )
    return "\n".join([*lines, "</svg>", ""])


def _drawn(name: str, points: Curve, number: int, right: int) -> list[str]:
    colour, dash = _COLOURS[number % len(_COLOURS)], _DASHES[number % len(_DASHES)]
    shown = [(alerts, recall) for alerts, recall in points if recall >= _LOWEST and alerts <= _MOST]
    path = " ".join(f"{_x(alerts):.1f},{_y(recall):.1f}" for alerts, recall in shown)
    at = _TOP + 12 + 22 * number
    return [
        f'<polyline fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}" points="{path}"/>',
        f'<line x1="{right + 12}" y1="{at}" x2="{right + 44}" y2="{at}" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>',
        f'<text x="{right + 52}" y="{at + 4}">{escape(name)}</text>',
    ]
