"""Errors for people: where, what was found, what was expected, what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a scenario, ready to be printed.

    Parameters
    ----------
    where : str
        File, row and column, or the dotted path of a setting.
    message : str
        What was found, what was expected and, if known, what to do.
    """

    where: str
    message: str

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}"
        return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class PlanningError(Exception):
    """Root of all errors that this project raises on purpose."""


class _ListedError(PlanningError):
    """An error that carries all the problems that were found."""

    def __init__(self, subject: str, problems: Sequence[Problem]) -> None:
        self.subject = subject
        self.problems = tuple(problems)
        super().__init__(subject, self.problems)

    def __str__(self) -> str:
        return "\n".join([self._head(), *(f" * {problem}" for problem in self.problems)])

    def _head(self) -> str:
        count = len(self.problems)
        return f"{count} problem{'s' if count != 1 else ''} in {self.subject}"


class ScenarioError(_ListedError, ValueError):
    """A scenario or a configuration that cannot be run; carries all its problems.

    Examples
    --------
    >>> print(ScenarioError("regionB", [Problem("sites.csv row 7, tier", "got 'piont'")]))
    1 problem in regionB
     * sites.csv row 7, tier: got 'piont'
    """


class InfeasibleError(_ListedError):
    """No plan can meet what is asked; says what, where, by how much and what would be enough.

    Examples
    --------
    >>> short = Problem("Lugo", "91 % within 4 h, 95 % asked; one more site or 4.6 h would do")
    >>> print(InfeasibleError("regionB", [short]))
    no plan for regionB can meet what is asked
     * Lugo: 91 % within 4 h, 95 % asked; one more site or 4.6 h would do
    """

    def _head(self) -> str:
        return f"no plan for {self.subject} can meet what is asked"


class OverloadError(PlanningError):
    """Some agents are offered more work than they can ever do."""


class EngineError(PlanningError):
    """An engine met a state that its rules do not allow (livelock, NaN time)."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint naming the nearest known word, or an empty string.

    Examples
    --------
    >>> did_you_mean("piont", ["point", "regional"])
    " Did you mean 'point'?"
    >>> did_you_mean("xyzzy", ["point"])
    ''
    """
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Did you mean '{near[0]}'?" if near else ""


def one_of(words: Iterable[str], limit: int = 12) -> str:
    """A readable list of alternatives, shortened when it is long."""
    names = list(words)
    shown = ", ".join(names[:limit])
    return f"{shown} ... ({len(names)} in all)" if len(names) > limit else shown
