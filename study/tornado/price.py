"""The price of the last percent: what more service costs from one alternative to the next."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from study.campaign.measures import Measure
from study.tornado.ratio import Limits, paired, root
from study.tornado.runs import COST, Key, Played


@dataclass(frozen=True, slots=True)
class Step:
    """From an alternative to the one with the next more service.

    Parameters
    ----------
    start, end : str
    cost, service : Limits
        Change of the monthly cost and of the service, paired.
    price : Limits
        Monthly cost of a unit of service; NaN where more service is not shown.
    """

    start: str
    end: str
    cost: Limits
    service: Limits
    price: Limits


def steps_of(played: Played, service: Measure) -> list[Step]:
    """Steps between base and alternatives in the order of their service.

    The price is a ratio of paired means; its limits are Fieller's, and without them (or with
    no more service) there is no price.
    """
    means = {}
    for name in played.question.names:
        mean = float(played.values(service, _key(name)).mean())
        if math.isfinite(mean):
            means[name] = mean
    up = service.higher_is_better is not False
    order = sorted(means, key=lambda name: means[name] if up else -means[name])
    return [_step(played, service, *pair, up=up) for pair in pairwise(order)]


def _key(name: str) -> Key:
    return name, "", 1.0


def _step(played: Played, service: Measure, start: str, end: str, *, up: bool) -> Step:
    cost = played.values(COST, _key(end)) - played.values(COST, _key(start))
    gain = played.values(service, _key(end)) - played.values(service, _key(start))
    gain = gain if up else -gain
    price = root(cost, -gain)
    shown = paired(gain)[1] > 0
    nothing = (math.nan, math.nan, math.nan)
    return Step(start, end, paired(cost), paired(gain), price if shown else nothing)
