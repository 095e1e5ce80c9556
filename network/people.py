"""Who does the work: shifts with their breaks, and pools of agents."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from network.noun import Amount, Count, Id, Ids, Name, Noun
from network.quantity import Clock, Days, parse_clock, parse_duration

_BREAK = re.compile(r"(\S+)\s+(.+)")


def parse_breaks(text: object) -> object:
    """``12:00 30min; 15:30 10min`` -> pairs of minutes after midnight and length.

    Examples
    --------
    >>> parse_breaks("12:00 30min; 15:30 10min")
    ((720.0, 30.0), (930.0, 10.0))
    """
    if not isinstance(text, str):
        return text
    breaks = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        match = _BREAK.fullmatch(part)
        if not match:
            raise ValueError("expected breaks such as '12:00 30min; 15:30 10min'")
        length = parse_duration(match[2])
        if length <= 0:
            raise ValueError("expected breaks longer than 0")
        breaks.append((parse_clock(match[1]), length))
    return tuple(breaks)


class EndOfShift(StrEnum):
    """What happens to a job that is not done when the agent's shift ends."""

    FINISH = "finish"
    HAND_OVER = "hand_over"
    INTERRUPT = "interrupt"


class Shift(Noun):
    """One row of a weekly shift pattern.

    Parameters
    ----------
    shift_id : str
        Rows of the same id together make the pattern's week.
    days : tuple of int
        Weekdays on which it starts, Monday = 0.
    starts, ends : float
        Minutes after midnight; ``ends`` at or before ``starts`` means the next day.
    breaks : tuple of (float, float)
        Start (minutes after midnight) and length (minutes) of each break.
    """

    shift_id: Id
    days: Days
    starts: Clock
    ends: Clock
    breaks: Annotated[tuple[tuple[float, float], ...], BeforeValidator(parse_breaks)] = ()


class Pool(Noun):
    """Agents of one site who share skills, level, shift and wage.

    Parameters
    ----------
    pool_id : str
    site : str
    count : int
        Agents present on every day of the shift, at most 100,000.
    skills : tuple of str
        What they can do; a stage names the one skill it needs.
    level : int
        1, 2, ...: affects only the chance that a visit resolves the case.
    shift : str or None
        Shift pattern; None: always on duty.
    end_of_shift : EndOfShift
    wage_per_h : float
        Per duty hour, in the scenario's currency, all charges included.
    overtime_factor : float
        Multiplies the wage after the end of duty.
    absence : float
        Share of paid time away (leave, sickness, training). `count` people are present,
        count / (1 - absence) are paid.
    """

    pool_id: Id
    site: Id
    name: Name = ""
    count: Annotated[Count, Field(le=100_000)]
    skills: Ids
    level: Annotated[int, Field(ge=1, le=9)] = 1
    shift: Id | None = None
    end_of_shift: EndOfShift = EndOfShift.FINISH
    wage_per_h: Amount = 0.0
    overtime_factor: Amount = 1.5
    absence: Annotated[float, Field(ge=0, lt=1)] = 0.0
