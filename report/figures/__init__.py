"""Figures of a run, one file each; `save_figures` writes them all as PNG.

===========================  ==================================================
`report.figures.map`         response by zone, sites by tier and load
`report.figures.response`    distribution of the response time against its target
`report.figures.week`        requests and waits by hour of the week
`report.figures.utilisation` work and travel at every site
`report.figures.costs`       cost by component
`report.figures.backlog`     open requests over time, and the warm-up
===========================  ==================================================

Below them: `style` (the one look), `lettering` (what the fonts can write), and for the map
`layers` (what colours a zone), `cells` (zones as areas), `sites`, `labels`, `legend`.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from report.figures.backlog import draw_backlog
from report.figures.costs import draw_costs
from report.figures.map import draw_map
from report.figures.response import draw_response
from report.figures.style import styled
from report.figures.utilisation import draw_utilisation
from report.figures.week import draw_week
from report.view import RunView

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FIGURES", "png", "save_figures"]

FIGURES: dict[str, Callable[[RunView], Figure]] = {
    "map": draw_map,
    "response": draw_response,
    "week": draw_week,
    "utilisation": draw_utilisation,
    "costs": draw_costs,
    "backlog": draw_backlog,
}
"""All figures by name, in the order of reports."""


def png(figure: Figure) -> bytes:
    """The figure as PNG, without date or version: equal figures give equal bytes."""
    buffer = io.BytesIO()
    with styled():
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def save_figures(view: RunView, folder: Path) -> list[Path]:
    """Draw all figures and write them into a folder, which is made where it is missing.

    Parameters
    ----------
    view : RunView
    folder : pathlib.Path

    Returns
    -------
    list of pathlib.Path
        The files, complete or not there at all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, draw in FIGURES.items():
        path = folder / f"{name}.png"
        write_whole(path, png(draw(view)))
        paths.append(path)
    return paths


def write_whole(path: Path, content: bytes) -> None:
    """Write to a temporary file beside it, flush to disk, rename."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
