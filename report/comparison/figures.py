"""Pictures of a comparison, written as PNG: three or more for each alternative."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from report.comparison.differences import draw_differences
from report.comparison.view import TOTAL, Alternative, ComparisonView, CostStep, Figure
from report.comparison.waterfall import draw_waterfall
from report.decision.figures_change import draw_change
from report.decision.view import Change, DecisionView
from report.figures import png, write_whole


def save_comparison_figures(view: ComparisonView, folder: Path) -> list[Path]:
    """Draw the pictures of a comparison into a folder, which is made where it is missing.

    Parameters
    ----------
    view : ComparisonView
    folder : pathlib.Path
        With several alternatives the names of the files begin with their numbers.

    Returns
    -------
    list of pathlib.Path
        The files, complete or not there at all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, one in enumerate(view.alternatives, start=1):
        start = "" if len(view.alternatives) == 1 else f"{number}_{_plain(one.label)}_"
        drawn = {
            "differences": draw_differences(view, one),
            "waterfall": draw_waterfall(view, one),
            "before_after": draw_change(_as_decision(view, one)),
        }
        for name, figure in drawn.items():
            path = folder / f"{start}{name}.png"
            write_whole(path, png(figure))
            paths.append(path)
    return paths


def _as_decision(view: ComparisonView, one: Alternative) -> DecisionView:
    """The alternative as something that was decided: before is the base."""
    judged = [_as_judged(figure) for figure in one.figures]
    costs = [_as_change(step) for step in one.costs if step.component != TOTAL]
    return DecisionView(before=view.base, after=one.run, changes=(*judged, *costs))


def _as_judged(figure: Figure) -> Change:
    """The change with limits that tell no more than the verdict does."""
    if not figure.alone_only:
        return figure.change
    return replace(figure.change, lower=figure.lower, upper=figure.upper)


def _as_change(step: CostStep) -> Change:
    ends = step.difference
    money = (step.before, step.after, ends.mean, ends.lower, ends.upper)
    return Change("cost", "component", step.component, "currency/month", *money)


def _plain(label: str) -> str:
    """A label as a part of a file's name."""
    return re.sub(r"[^A-Za-z0-9]+", "-", label).strip("-")[:40] or "alternative"
