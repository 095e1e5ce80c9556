"""The route of a request: stages, how each is worked, and what follows it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from network.law import AT_ONCE, NEVER, LawText
from network.noun import Amount, Id, Noun, Probability

DONE = "done"
"""The word that ends a route."""


class Mode(StrEnum):
    """How a stage is worked."""

    REMOTE = "remote"
    VISIT = "visit"
    WALK_IN = "walk_in"
    DELAY = "delay"


class SiteChoice(StrEnum):
    """How the site of a stage is chosen.

    ``policy`` asks the dispatch policy; ``parent`` takes the site above the last one;
    ``same_site`` returns to the site last used at the stage's tier. The latter two ask
    the policy where they name no site that is open in the plan and able.
    """

    POLICY = "policy"
    PARENT = "parent"
    SAME_SITE = "same_site"


class Role(StrEnum):
    """Which step of the service process a stage is."""

    INTAKE = "intake"
    DIAGNOSIS = "diagnosis"
    PLAN = "plan"
    PARTS = "parts"
    WORK = "work"
    CLOSE = "close"
    CALLBACK = "callback"


def parse_levels(text: object) -> object:
    """``0.6; 0.75`` -> chances by agent level 1, 2, ...; the last holds for all above."""
    if isinstance(text, str):
        try:
            return tuple(float(word) for word in text.split(";"))
        except ValueError:
            raise ValueError("expected chances by agent level such as '0.6; 0.75'") from None
    return text


def parse_next(text: object) -> object:
    """``work 0.7; close 0.3`` -> pairs of stage and chance; what is missing to 1 is done.

    Examples
    --------
    >>> parse_next("work 0.7; close 0.2")
    (('work', 0.7), ('close', 0.2))
    >>> parse_next("done"), parse_next("work")
    ((), (('work', 1.0),))
    """
    if not isinstance(text, str):
        return text
    branches: list[tuple[str, float]] = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        words = part.split()
        try:
            chance = float(words[1]) if len(words) == 2 else 1.0
        except ValueError:
            chance = -1.0
        if len(words) > 2 or not 0 <= chance <= 1:
            raise ValueError(
                "expected stages with chances such as 'work 0.7; close 0.3', or 'done'"
            )
        if words[0] != DONE:
            branches.append((words[0], chance))
        elif len(words) == 1 and ";" in text:
            raise ValueError("expected 'done' alone or with its chance")
    if sum(chance for _, chance in branches) > 1 + 1e-9:
        raise ValueError(f"chances sum to {sum(c for _, c in branches):g}; expected at most 1")
    return tuple(branches)


Branches = Annotated[tuple[tuple[str, float], ...], BeforeValidator(parse_next)]


class Stage(Noun):
    """One stage of a class's route.

    Parameters
    ----------
    class_id, stage : str
        The class and the stage's name, unique within the class.
    role : Role
    mode : Mode
    tier : str or None
        Where it is worked; None for ``delay``.
    skill : str or None
        What the agent must be able to do; None: any agent of the site.
    service : Law
        Working time, travel not included.
    resolve : tuple of float
        Chance to resolve by agent level 1, 2, ...; the last holds for all above.
    if_resolved, if_unresolved : tuple of (str, float)
        Next stages with their chances; what is missing to 1 ends the route.
    choice : SiteChoice
    patience : Law
        Time a customer waits in this stage's queue before giving up.
    parts_share, parts_on_time : float
        Chance that a part is needed; that it comes in time.
    parts_wait, parts_late : Law
        Time until the part is there, on time and late.
    parts_cost : float
        Cost of a part, in the scenario's currency; counted where the part has to be waited
        for, so it asks for waits above 0.
    """

    class_id: Id
    stage: Id
    role: Role = Role.WORK
    mode: Mode
    tier: Id | None = None
    skill: Id | None = None
    service: LawText
    resolve: Annotated[
        tuple[Probability, ...], BeforeValidator(parse_levels), Field(min_length=1)
    ] = (1.0,)
    if_resolved: Branches = ()
    if_unresolved: Branches = ()
    choice: SiteChoice = SiteChoice.POLICY
    patience: LawText = NEVER
    parts_share: Probability = 0.0
    parts_on_time: Probability = 1.0
    parts_wait: LawText = AT_ONCE
    parts_late: LawText = AT_ONCE
    parts_cost: Amount = 0.0

    @model_validator(mode="after")
    def _parts_take_time(self) -> Stage:
        at_once = self.parts_wait == AT_ONCE or (
            self.parts_on_time < 1 and self.parts_late == AT_ONCE
        )
        if self.parts_cost > 0 and self.parts_share > 0 and at_once:
            raise ValueError(
                "parts that cost need parts_wait (and parts_late, if some are late) above 0, such "
                "as constant(1min): parts that are there at once are not counted"
            )
        return self

    def chance(self, level: int) -> float:
        """Chance to resolve for an agent of a level (0: no agent, as level 1)."""
        return self.resolve[min(max(level, 1), len(self.resolve)) - 1]
