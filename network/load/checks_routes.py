"""What must hold of routes: stages lead somewhere, and every request ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from network.demand import (
    Entry,
)
from network.errors import Problem, did_you_mean, one_of
from network.law import ENDLESS
from network.load.schema import Nouns, rows_of
from network.route import Mode, Stage


def check_routes(nouns: Nouns) -> Iterator[Problem]:
    """Stages name stages of their own class, have a tier unless they are delays, and end."""
    stages = rows_of(nouns, "stages", Stage)
    by_class: dict[str, dict[str, Stage]] = defaultdict(dict)
    for stage in stages:
        by_class[stage.class_id][stage.stage] = stage
    for entry in rows_of(nouns, "entries", Entry):
        if entry.stage not in by_class[entry.class_id]:
            known = by_class[entry.class_id]
            hint = did_you_mean(entry.stage, known)
            expected = f"expected a stage of '{entry.class_id}': {one_of(known)}"
            message = f"got '{entry.stage}'; {expected}.{hint}"
            yield Problem("entries, stage", message)
    for stage in stages:
        where = f"stages, {stage.class_id}/{stage.stage}"
        known = by_class[stage.class_id]
        for branches in (stage.if_resolved, stage.if_unresolved):
            for target, _ in branches:
                if target not in known:
                    hint = did_you_mean(target, known)
                    yield Problem(
                        where, f"leads to '{target}'; expected one of {one_of(known)}.{hint}"
                    )
        if (stage.tier is None) != (stage.mode is Mode.DELAY):
            expected = "no tier" if stage.mode is Mode.DELAY else "a tier"
            yield Problem(where, f"mode {stage.mode.value} needs {expected}")
        for column in ("service", "parts_wait", "parts_late"):
            law = getattr(stage, column)
            if law.family in ENDLESS:
                yield Problem(
                    f"{where}, {column}", f"got {law}; expected times that end and are >= 0"
                )
        if stage.patience.family == "normal":
            yield Problem(f"{where}, patience", f"got {stage.patience}; expected times >= 0")


def check_loops(nouns: Nouns) -> Iterator[Problem]:
    """No route feeds itself for ever: the spectral radius of its transitions is below 1."""
    by_class: dict[str, list[Stage]] = defaultdict(list)
    for stage in rows_of(nouns, "stages", Stage):
        by_class[stage.class_id].append(stage)
    for name, stages in by_class.items():
        radius = max(abs(np.linalg.eigvals(transitions(stages))), default=0.0)
        if radius >= 1 - 1e-9:
            message = (
                f"the route returns to itself with gain {radius:.3g}; expected below 1, "
                "so that every request ends"
            )
            yield Problem(f"stages, {name}", message)


def transitions(
    stages: Sequence[Stage], levels: Mapping[str, int] | None = None
) -> NDArray[np.float64]:
    """Chances to go from one stage of a class to another, [from, to].

    Parameters
    ----------
    stages : sequence of Stage
        All stages of a class.
    levels : mapping of str to int, optional
        Level of the agents by stage; by default the least able one is assumed.
    """
    position = {stage.stage: number for number, stage in enumerate(stages)}
    matrix = np.zeros((len(stages), len(stages)))
    for number, stage in enumerate(stages):
        chance = stage.chance(levels[stage.stage]) if levels else min(stage.resolve)
        for branches, weight in ((stage.if_resolved, chance), (stage.if_unresolved, 1 - chance)):
            for target, share in branches:
                if target in position:
                    matrix[number, position[target]] += weight * share
    return matrix
