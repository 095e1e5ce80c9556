"""Pictures of a decision, one file each; `save_decision_figures` writes them as PNG.

===================================  ==========================================
`report.decision.figures_map`        response by zone before and after, the plan's sites
`report.decision.figures_change`     response by tier and cost by component
`report.decision.figures_promises`   each promise, its lower limit and its target
`report.decision.figures_frontier`   what more service costs
===================================  ==========================================
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from report.decision.figures_change import draw_change
from report.decision.figures_frontier import draw_frontier
from report.decision.figures_map import draw_before_after_map
from report.decision.figures_promises import draw_promises
from report.decision.view import DecisionView
from report.figures import png, write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DECISION_FIGURES: dict[str, Callable[[DecisionView], Figure]] = {
    "before_after_map": draw_before_after_map,
    "before_after": draw_change,
    "promises": draw_promises,
    "frontier": draw_frontier,
}
"""All pictures by name, in the order of reports."""


def save_decision_figures(
    view: DecisionView, folder: Path, only: Sequence[str] = tuple(DECISION_FIGURES)
) -> list[Path]:
    """Draw the pictures of a decision into a folder, which is made where it is missing.

    Parameters
    ----------
    view : DecisionView
        Without a frontier there is no picture of one.
    folder : pathlib.Path
    only : sequence of str
        Names of the pictures to draw.

    Returns
    -------
    list of pathlib.Path
        The files, complete or not there at all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = [name for name in only if name != "frontier" or view.frontier]
    paths = []
    for name in names:
        path = folder / f"{name}.png"
        write_whole(path, png(DECISION_FIGURES[name](view)))
        paths.append(path)
    return paths
