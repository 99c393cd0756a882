"""An SVG of response times by the size of the archive."""

from collections.abc import Mapping
from math import ceil, floor, log10

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 640, 320, 60, 40, 20, 150
COLOURS = ["#1f6feb", "#bf3989", "#1a7f37"]


def drawn(lines: Mapping[str, Mapping[int, float]]) -> str:
    """An SVG with milliseconds by articles, both axes logarithmic, and one line for each name."""
    sizes = [log10(size) for line in lines.values() for size in line]
    times = [log10(time) for line in lines.values() for time in line.values()]
    low_x, high_x, low_y, high_y = (
        min(sizes),
        max(sizes),
        floor(min(times)),
        max(ceil(max(times)), floor(min(times)) + 1),
    )

    def x(size: float) -> float:
        return LEFT + (log10(size) - low_x) / (high_x - low_x) * (WIDTH - LEFT - RIGHT)

    def y(milliseconds: float) -> float:
        return HEIGHT - BOTTOM - (log10(milliseconds) - low_y) / (high_y - low_y) * (HEIGHT - BOTTOM - TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
        ' font-size="12">',
        "<title>Median response time in milliseconds, by articles in the archive</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for power in range(low_y, high_y + 1):
        height = y(10**power)
        parts.append(f'<path d="M{LEFT} {height:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{height + 4:.1f}" text-anchor="end">{10**power:g} ms</text>')
    parts += [
        f'<text x="{x(size):.1f}" y="{HEIGHT - 15}" text-anchor="middle">{size:,}</text>'
        for size in sorted({size for line in lines.values() for size in line})
    ]
    for colour, (name, line) in zip(COLOURS, lines.items(), strict=False):
        points = [(x(size), y(milliseconds)) for size, milliseconds in sorted(line.items())]
        path = " ".join(f"{across:.1f},{down:.1f}" for across, down in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        across, down = points[-1]
        parts.append(f'<text x="{across + 8:.1f}" y="{down + 4:.1f}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])
