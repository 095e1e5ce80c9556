"""What Python calls: a task, and its answer."""

from __future__ import annotations

from sim.kpis.kernel.requests import count
from sim.kpis.kernel.survey import COUNT, DONE, Survey
from sim.kpis.kernel.times import rank


def answer(survey: Survey, task: int) -> int:
    """Do what is asked; see `sim.kpis.kernel.survey.COUNT` and `RANK`."""
    if task == COUNT:
        return count(survey)
    rank(survey)
    return DONE
