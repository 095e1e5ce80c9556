"""Regenerate the pictures of the README and of these pages.

Run: ``uv run python docs/make_figures.py``
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from optimize.__main__ import main as optimize
from sim.__main__ import main as simulate
from study.__main__ import main as study

HERE = Path(__file__).parent / "figures"
WANTED = ("map", "response", "week")


def draw(scenario: str) -> None:
    """Simulate a scenario as it is shipped and keep some of its figures."""
    with tempfile.TemporaryDirectory() as folder:
        code = simulate([f"scenario={scenario}", "outcomes=false", f"hydra.run.dir={folder}"])
        if code:
            raise SystemExit(code)
        for name in WANTED:
            shutil.copy(Path(folder) / "figures" / f"{name}.png", HERE / f"{scenario}_{name}.png")


def draw_plan(scenario: str) -> None:
    """Place a scenario's sites and keep the map of before and after."""
    with tempfile.TemporaryDirectory() as folder:
        code = optimize(["place", f"scenario={scenario}", f"hydra.run.dir={folder}"])
        if code:
            raise SystemExit(code)
        name = "before_after_map.png"
        shutil.copy(Path(folder) / "figures" / name, HERE / f"{scenario}_{name}")


def draw_comparison(scenario: str) -> None:
    """Compare lean staffing with today's and keep the picture of the differences."""
    with tempfile.TemporaryDirectory() as folder:
        words = [f"scenario={scenario}", "staffing=lean", "--no-baseline", "--answer", "none"]
        code = study(["compare", *words, "--out", folder, "--store", f"{folder}/store"])
        if code:
            raise SystemExit(code)
        (found,) = Path(folder).rglob("*differences*.png")
        shutil.copy(found, HERE / f"{scenario}_lean_differences.png")


if __name__ == "__main__":
    draw("regionB")
    draw_plan("regionB")
    draw_comparison("regionB")
