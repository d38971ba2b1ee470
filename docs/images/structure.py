"""Draws structure.svg, the packages of poselift on their floors: python docs/images/structure.py

tests/docs/test_structure.py holds the picture against the imports.
"""

from __future__ import annotations

import html
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOORS = {
    "commands": ["cli", "bench", "experiments"],
    "models meet data": ["evaluation"],
    "lifting": ["lifting", "multiview"],
    "one job each": ["training", "deploy", "runtime", "tracking", "detect", "viz", "export"],
    "where people are": ["world", "angles"],
    "networks": ["models"],
    "data and numbers": ["data", "metrics"],
    "common notions": ["skeleton", "geometry", "normalisation"],
    "ground": ["errors", "arrays", "settings", "files", "threads", "processes", "lookup", "telemetry", "version"],
}
HEAVY = {
    "models": "torch",
    "training": "torch",
    "deploy": "torch, onnx",
    "runtime": "onnxruntime",
    "detect": "PyAV, detectors",
    "viz": "aggdraw, PyAV",
    "cli": "typer, rich",
    "settings": "pydantic",
}
WIDTH, ROW, GAP, LEFT = 960, 74, 10, 236


def drawn() -> str:
    rows = []
    for number, (floor, packages) in enumerate(FLOORS.items()):
        y = 16 + number * ROW
        shade = "#f4f6f9" if number % 2 else "#e9edf3"
        rows.append(f'<rect x="8" y="{y}" width="{WIDTH - 16}" height="{ROW - 8}" rx="8" fill="{shade}"/>')
        rows.append(f'<text x="24" y="{y + 38}" class="floor">{html.escape(floor)}</text>')
        width = (WIDTH - LEFT - 16 - GAP * (len(packages) - 1)) / len(packages)
        for place, package in enumerate(packages):
            x = LEFT + place * (width + GAP)
            rows.append(
                f'<rect x="{x:.1f}" y="{y + 9}" width="{width:.1f}" height="48" rx="6" fill="#fff" stroke="#8794a6"/>'
            )
            middle, heavy = x + width / 2, HEAVY.get(package, "")
            rows.append(f'<text x="{middle:.1f}" y="{y + (31 if heavy else 38)}" class="room">{package}</text>')
            if heavy:
                rows.append(f'<text x="{middle:.1f}" y="{y + 48}" class="heavy">{html.escape(heavy)}</text>')
    height = 16 + len(FLOORS) * ROW
    style = (
        "text{font-family:system-ui,sans-serif;fill:#1b2430}.floor{font-size:14px;font-weight:600}"
        ".room{font-size:14px;text-anchor:middle}.heavy{font-size:10px;text-anchor:middle;fill:#5d6a7a}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">'
        f'<style>{style}</style><rect width="{WIDTH}" height="{height}" fill="#fff"/>\n'
        + "\n".join(rows)
        + "\n</svg>\n"
    )


if __name__ == "__main__":
    (ROOT / "docs" / "images" / "structure.svg").write_text(drawn(), encoding="utf-8")
