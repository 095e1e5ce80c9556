"""A plan without a solver: today's sites, then one more after the other until promises hold.

For when the time did not suffice for the model. Sites come in the order in which they shorten
the trips of their tier most; their people follow from the work by the rule of the package, at the
least work per agent that is allowed, and a few more where all sites do not suffice. What comes
out keeps every promise by the same formulas as any other plan; nothing is said of how much
cheaper a plan could be.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from network.places import SiteStatus
from optimize.solver import Status
from optimize.tiers.decode import staff_of
from optimize.tiers.join import Found
from optimize.tiers.outcome import Outcome, Staff, Ways, outcome_of, ways_of
from optimize.tiers.parts import Part
from optimize.tiers.stay import may_stay, raise_staff


def open_one_by_one(found: Found) -> Found:
    """The first set of sites that keeps all that is asked, as the answer; as it was if none does.

    Parameters
    ----------
    found : Found
        An answer without a plan.
    """
    part, ways = found.part, ways_of(found.part)
    chosen = _at_first(part)
    coming = {tier: _in_order(part, ways, tier, chosen) for tier in part.tiers}
    while True:
        people, outcome = _staffed(part, ways, chosen)
        if may_stay(part, people, outcome):
            return _answer(found, people, outcome)
        short = {p.tier for p in part.promises if p.promise_id in _late(outcome)}
        short |= {part.jobs[job].tier for job, _ in outcome.uncovered}
        short |= {tier for tier in part.tiers if _count(part, chosen, tier) < _least(part, tier)}
        more = [o for tier in sorted(t for t in short if t) for o in [next(coming[tier], None)]]
        new = {o for o in more if o is not None}
        if not new:
            break
        chosen |= new
    people, outcome = raise_staff(part, people, outcome, math.inf)
    return _answer(found, people, outcome) if may_stay(part, people, outcome) else found


def _at_first(part: Part) -> set[int]:
    """Sites that are open today or must be open."""
    return {
        o
        for o, offer in enumerate(part.offers)
        if offer.is_open or offer.site.status is SiteStatus.REQUIRED
    }


def _in_order(part: Part, ways: Ways, tier: str, chosen: set[int]) -> Iterator[int]:
    """Further sites of a tier, each shortening the mean trip to the nearest most."""
    usable = [o for o, offer in enumerate(part.offers) if offer.site.tier == tier]
    rest = [o for o in usable if o not in chosen and not part.offers[o].partner]
    job = next((one for one in part.jobs if one.main and one.tier == tier), None)
    if job is None:
        return
    visits = part.visits(job).sum(axis=1)
    far = 1e4  # minutes where there is no way
    minutes = np.where(np.isfinite(ways.minutes), ways.minutes, far)
    own = [o for o in usable if o in chosen]
    near = minutes[:, own].min(axis=1) if own else np.full(len(visits), far)
    while rest:
        best = min(rest, key=lambda o: float(visits @ np.minimum(near, minutes[:, o])))
        near = np.minimum(near, minutes[:, best])
        rest.remove(best)
        yield best


def _count(part: Part, chosen: set[int], tier: str) -> int:
    return sum(part.offers[o].site.tier == tier for o in chosen)


def _least(part: Part, tier: str) -> int:
    return int(part.options.least_sites.get(tier, 1))


def _late(outcome: Outcome) -> set[str]:
    return {promise.promise_id for promise in outcome.promises if not promise.kept}


def _staffed(part: Part, ways: Ways, chosen: set[int]) -> tuple[dict[int, Staff], Outcome]:
    """People for the work that falls to each site when its zones go to the nearest one."""
    intensity = min(part.options.intensities)
    offers = {o: part.offers[o] for o in sorted(chosen)}
    fewest = {
        o: staff_of(part, o, [offer.least(g) for g in range(offer.crew.groups)])
        for o, offer in offers.items()
    }
    work = outcome_of(part, ways, fewest, {}).work_min
    people = {
        o: staff_of(
            part,
            o,
            [offer.agents(g, work.get((o, g), 0.0), intensity) for g in range(offer.crew.groups)],
        )
        for o, offer in offers.items()
    }
    return people, outcome_of(part, ways, people, {})


def _answer(found: Found, people: dict[int, Staff], outcome: Outcome) -> Found:
    objective = outcome.total - found.constant
    bound = found.solved.bound if np.isfinite(found.solved.bound) else -np.inf
    solved = replace(
        found.solved, status=Status.FEASIBLE, objective=objective, bound=min(bound, objective)
    )
    level = dict.fromkeys(people, min(found.part.options.intensities))
    return replace(
        found, solved=solved, staff=people, intensity=level, outcome=outcome, greedy=True
    )
