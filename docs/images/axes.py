"""Draws axes.svg, the axes of each format beside a camera and a person: python docs/images/axes.py

tests/docs/test_axes.py holds them against what the formats write.
"""

from __future__ import annotations

from pathlib import Path

# Format -> where it has its origin, and which way x, y and z go in the world: right of the camera, ahead, up.
RIGHT, AHEAD, UP = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
DOWN, BACK = (0.0, 0.0, -1.0), (0.0, -1.0, 0.0)
FORMATS = {
    "joints_root_mm, root_cam_mm": ("camera", (RIGHT, DOWN, AHEAD)),
    "joints_world_mm, .csv, .parquet, .c3d": ("floor", (RIGHT, AHEAD, UP)),
    ".trc, .mot": ("floor", (AHEAD, UP, RIGHT)),
    ".bvh, .glb": ("floor", (RIGHT, UP, BACK)),
}
COLOURS = ("#c8372d", "#2b8a3e", "#1c63b8")
CAMERA, PERSON = (0.0, 0.0, 1.75), (0.0, 3.0, 0.0)
# A person in metres: the ends of each stroke, across and up.
STROKES = (
    *(((-0.15, 0), (-0.12, 0.9)), ((0.15, 0), (0.12, 0.9)), ((-0.12, 0.9), (0.12, 0.9)), ((0, 0.9), (0, 1.5))),
    *(((-0.2, 1.4), (0.2, 1.4)), ((-0.2, 1.4), (-0.3, 0.85)), ((0.2, 1.4), (0.3, 0.85))),
)
WIDTH, HEIGHT, SCALE = 480, 300, 62


def on_paper(point: tuple[float, float, float]) -> tuple[float, float]:
    """Right and ahead go along the floor, up goes up."""
    right, ahead, up = point
    return 130 + SCALE * (0.75 * right + 0.72 * ahead), 225 + SCALE * (0.34 * right - 0.3 * ahead - up)


def moved(point: tuple[float, ...], by: tuple[float, ...], far: float = 1.0) -> tuple[float, float, float]:
    x, y, z = (a + far * b for a, b in zip(point, by, strict=True))
    return x, y, z


def line(start: tuple[float, float, float], end: tuple[float, float, float], style: str) -> str:
    (x1, y1), (x2, y2) = on_paper(start), on_paper(end)
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {style}/>'


def panel(title: str, origin: str, axes: tuple[tuple[float, float, float], ...]) -> list[str]:
    corners = [on_paper((x, y, 0)) for x, y in ((-1, -0.4), (1, -0.4), (1, 3.8), (-1, 3.8))]
    floor = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    parts = [f'<polygon points="{floor}" fill="#eef1f5" stroke="#c6ced9"/>']
    parts += [line(CAMERA, (0, 0, 0), 'stroke="#9aa5b4" stroke-width="2"')]
    x, y = on_paper(CAMERA)
    parts += [f'<rect x="{x - 13:.1f}" y="{y - 9:.1f}" width="26" height="18" rx="3" fill="#3c4654"/>']
    for (a, b), (c, d) in STROKES:
        parts += [
            line(moved(PERSON, (a, 0, b)), moved(PERSON, (c, 0, d)), 'stroke="#6b7787" stroke-width="5" class="limb"')
        ]
    x, y = on_paper(moved(PERSON, (0, 0, 1.65)))
    parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="10" fill="#6b7787"/>']
    start = CAMERA if origin == "camera" else (0.0, 0.0, 0.0)
    for name, axis, colour in zip("xyz", axes, COLOURS, strict=True):
        end = moved(start, axis, 0.95)
        parts.append(line(start, end, f'stroke="{colour}" stroke-width="3.5" marker-end="url(#{name})"'))
        x, y = on_paper(moved(start, axis, 1.32))
        parts.append(f'<text x="{x:.1f}" y="{y + 5:.1f}" fill="{colour}" class="axis">{name}</text>')
    parts.append(f'<text x="24" y="30" class="title">{title}</text>')
    return parts


def drawn() -> str:
    heads = "".join(
        f'<marker id="{name}" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="3.6" markerHeight="3.6" orient="auto">'
        f'<path d="M0,0 L8,4 L0,8 z" fill="{colour}"/></marker>'
        for name, colour in zip("xyz", COLOURS, strict=True)
    )
    style = (
        "text{font-family:system-ui,sans-serif;fill:#1b2430}.title{font-size:15px;font-weight:600}"
        ".axis{font-size:16px;font-weight:700;text-anchor:middle}.limb{stroke-linecap:round}"
    )
    rows = []
    for number, (title, (origin, axes)) in enumerate(FORMATS.items()):
        x, y = WIDTH * (number % 2), HEIGHT * (number // 2)
        rows += [f'<g transform="translate({x},{y})">', *panel(title, origin, axes), "</g>"]
    width, height = 2 * WIDTH, 2 * HEIGHT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<style>{style}.axis[fill="{COLOURS[0]}"]{{fill:{COLOURS[0]}}}.axis[fill="{COLOURS[1]}"]{{fill:{COLOURS[1]}}}'
        f'.axis[fill="{COLOURS[2]}"]{{fill:{COLOURS[2]}}}</style><defs>{heads}</defs>'
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n' + "\n".join(rows) + "\n</svg>\n"
    )


if __name__ == "__main__":
    (Path(__file__).parent / "axes.svg").write_text(drawn(), encoding="utf-8")
