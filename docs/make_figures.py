"""Regenerate the pictures of the README and of these pages.

Run: ``uv run python docs/make_figures.py``
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from sim.__main__ import main

HERE = Path(__file__).parent / "figures"
WANTED = ("map", "response", "week")


def draw(scenario: str) -> None:
    """Simulate a scenario as it is shipped and keep some of its figures."""
    with tempfile.TemporaryDirectory() as folder:
        code = main([f"scenario={scenario}", "outcomes=false", f"hydra.run.dir={folder}"])
        if code:
            raise SystemExit(code)
        for name in WANTED:
            shutil.copy(Path(folder) / "figures" / f"{name}.png", HERE / f"{scenario}_{name}.png")


if __name__ == "__main__":
    draw("regionB")
