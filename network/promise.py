"""What the network promises: clock, statistic, group and form."""

from __future__ import annotations

from enum import StrEnum

from pydantic import model_validator

from network.noun import Id, Name, Noun, Probability
from network.quantity import PositiveDuration


class Clock(StrEnum):
    """Which minutes count."""

    CALENDAR = "calendar"
    BUSINESS = "business"


class Form(StrEnum):
    """What kind of truth is promised.

    ``average``: the long-run share. ``every_month``: a month meets the target with
    probability `Promise.gamma`.
    """

    AVERAGE = "average"
    EVERY_MONTH = "every_month"


class Measure(StrEnum):
    """The time that a promise limits."""

    RESPONSE = "response"
    RESOLUTION = "resolution"


class Promise(Noun):
    """A share of the requests due that is handled within a time.

    Overdue, lost and still open requests count as missed.

    Parameters
    ----------
    promise_id : str
    measure : Measure
        ``response``: from entering the first stage at the tier until service there
        begins; ``resolution``: from arrival until resolved.
    tier : str or None
        Needed for ``response``.
    region, area, segment, class_id : str or None
        The group; None: all.
    within : float
        Minutes.
    share : float
        Target of the statistic.
    clock : Clock
    calendar : str or None
        The business hours, for the business clock.
    form : Form
    gamma : float
        For ``every_month``.
    floor : float or None
        Least share for the worst area of the group, besides `share` for the whole.
    """

    promise_id: Id
    name: Name = ""
    measure: Measure = Measure.RESPONSE
    tier: Id | None = None
    region: Name | None = None
    area: Name | None = None
    segment: Id | None = None
    class_id: Id | None = None
    within: PositiveDuration
    share: Probability
    clock: Clock = Clock.CALENDAR
    calendar: Id | None = None
    form: Form = Form.AVERAGE
    gamma: Probability = 0.9
    floor: Probability | None = None

    @model_validator(mode="after")
    def _complete(self) -> Promise:
        if self.measure is Measure.RESPONSE and self.tier is None:
            raise ValueError("a response promise needs a tier")
        if self.clock is Clock.BUSINESS and self.calendar is None:
            raise ValueError("a promise on business time needs a calendar")
        return self
