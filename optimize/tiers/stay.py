"""Today's sites as an answer: as they are, or with a few people more.

Today's own mix of people is no level of the model, which is cautious about waits besides; so a
network that already keeps its promises, or nearly, is held against the plan that was found.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from network.places import SiteStatus
from optimize.solver import Status
from optimize.tiers.join import Found
from optimize.tiers.outcome import Outcome, Staff, outcome_of, ways_of
from optimize.tiers.parts import Part

MOST_STEPS = 15
"""Agents added at most before today's sites are given up."""


def raise_staff(
    part: Part, people: dict[int, Staff], today: Outcome, most: float
) -> tuple[dict[int, Staff], Outcome]:
    """Add agents one by one where they help late promises most per wage.

    Parameters
    ----------
    part : Part
    people, today
        Of the network as it is.
    most : float
        Money a month beyond which the answer is of no use.

    Returns
    -------
    people, outcome
        Promises may still be broken if nothing more would help or it would be too dear.
    """
    ways = ways_of(part)
    for _ in range(MOST_STEPS):
        late = {p.promise_id: p.target - p.share for p in today.promises if not p.kept}
        tiers = {p.tier for p in part.promises if p.promise_id in late}
        tries = [
            o for o in people if part.offers[o].site.tier in tiers and not part.offers[o].partner
        ]
        if not late or not tries or today.total >= most:
            break
        steps = []
        for o in tries:
            more = {**people, o: _one_more(part, o, people[o])}
            after = outcome_of(part, ways, more, {})
            gain = _shortfall(today) - _shortfall(after)
            steps.append((gain / max(after.total - today.total, 1.0), o, more, after))
        best = max(steps, key=lambda step: (step[0], -step[1]))
        if best[0] <= 0:
            break
        people, today = best[2], best[3]
    return people, today


def _shortfall(outcome: Outcome) -> float:
    return sum(max(p.target - p.share, 0.0) for p in outcome.promises)


def _one_more(part: Part, o: int, staff: Staff) -> Staff:
    """One more agent of the main group, in the proportions of the site."""
    skills = part.offers[o].crew.skills(part.offers[o].main)
    main = next(g for g in range(staff.crew.groups) if staff.crew.skills(g) & skills)
    agents = tuple(n + (g == main) for g, n in enumerate(staff.agents))
    count = np.zeros(len(staff.crew.pools), dtype=np.int64)
    for group, size in enumerate(agents):
        count += staff.crew.spread(group, size)
    return Staff(staff.crew, agents, count)


def may_stay(part: Part, people: dict[int, Staff], today: Outcome) -> bool:
    """Whether today's sites with these people keep all that is asked."""
    options = part.options
    if options.greenfield or options.budget or options.budget_floor or options.backup:
        return False
    count = dict.fromkeys(part.tiers, 0)
    for o in people:
        count[part.offers[o].site.tier] += 1
    names = {part.offers[o].site.site_id for o in people}
    known = {offer.site.site_id for offer in part.offers}
    return (
        all(promise.kept for promise in today.promises)
        and not any(visited & known == names for visited in options.visited)
        and not today.uncovered
        and all(n <= options.most_sites.get(tier, n) for tier, n in count.items())
        and all(n >= options.least_sites.get(tier, 1) for tier, n in count.items())
        and all(outer in names for inner, outer in options.nested if inner in names)
        and all(
            o in people
            for o, offer in enumerate(part.offers)
            if offer.site.status is SiteStatus.REQUIRED
        )
    )


def stay(found: Found, people: dict[int, Staff], today: Outcome) -> Found:
    """Today's network as the answer: its own mix of people is no level of the model."""
    bound = found.solved.bound if np.isfinite(found.solved.bound) else -np.inf
    below = min(bound, today.total - found.constant)
    solved = replace(
        found.solved, status=Status.FEASIBLE, objective=today.total - found.constant, bound=below
    )
    whole = dict.fromkeys(people, 1.0)
    return replace(found, solved=solved, staff=people, intensity=whole, outcome=today, kept=True)
