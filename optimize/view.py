"""What a report shows of a decision."""

from __future__ import annotations

import math
from collections.abc import Sequence

from network.kpi import BY_NAME
from network.model import Network
from optimize.bounds import NecessaryBound
from optimize.bounds.sample import SampleBound
from optimize.decide import Decision
from optimize.frontier import Step
from optimize.proof.blocks import Blocks
from optimize.proof.certificate import Certificate as Tested
from optimize.proof.certificate import Row
from optimize.rounds import Round
from optimize.share_out import Shared
from optimize.staffing.guards import Guard
from optimize.staffing.requirements import Condition, Requirement
from report.decision import (
    Bounds,
    Certificate,
    Change,
    DecisionView,
    FrontierPoint,
    GuardProof,
    PlacementTried,
    PromiseProof,
    RegionRow,
    SharingRow,
    SiteAction,
    SiteChange,
    Solution,
)
from report.view import Estimate
from sim.view import view_of


def view_of_decision(decision: Decision, frontier: tuple[FrontierPoint, ...] = ()) -> DecisionView:
    """Everything that a report shows of a decision."""
    both, tiered = decision.both, decision.tiered
    after = view_of(both.after)
    proved = decision.proved
    tested = proved.certificate if proved is not None else None
    return DecisionView(
        before=view_of(both.before),
        after=after,
        changes=_changes(decision),
        regions=_regions(decision),
        sites=_sites(both.before.network, both.after.network),
        solution=Solution(
            formulation="placement of all tiers",
            status=tiered.status.value,
            cost_per_month=tiered.objective,
            bound=tiered.bound,
            gap=tiered.gap,
            seconds=tiered.seconds,
            solver=tiered.solver,
            version=tiered.version,
        ),
        promises=tuple(
            PromiseProof.of(row, decision.predicted.get(row.name, math.nan))
            for row in after.promises
        ),
        bounds=_bounds(decision),
        frontier=frontier,
        certificate=None if tested is None else _certificate(decision, tested),
        placements=tuple(_tried(decision, one) for one in decision.rounds),
        notes=decision.notes,
    )


def _tried(decision: Decision, one: Round) -> PlacementTried:
    names = {site.site_id: site.name or site.site_id for site in decision.network.sites}
    here, there = set(one.tiered.open_sites), set(decision.tiered.open_sites)
    return PlacementTried(
        more=tuple(names[site] for site in sorted(here - there)),
        fewer=tuple(names[site] for site in sorted(there - here)),
        cost_per_month=one.cost,
        passed=one.staffed.holds,
        is_chosen=here == there,
        is_today=not (one.tiered.opened or one.tiered.closed),
        lacking=tuple(
            _title(decision.network, row) for row in one.staffed.out_of_reach or one.staffed.lacking
        ),
        given_up=one.staffed.given_up and not one.staffed.out_of_reach,
    )


def _bounds(decision: Decision) -> Bounds:
    known, tiered = decision.bounded, decision.tiered
    amounts = {"model": tiered.bound if math.isfinite(tiered.bound) else math.nan}
    if known is not None:
        amounts["necessary"] = _amount(known.necessary)
        amounts["guarded"] = math.nan if known.guarded is None else _amount(known.guarded)
        amounts["sample"] = math.nan if known.sample is None else _amount(known.sample)
    return Bounds(**amounts)


def _amount(bound: NecessaryBound | SampleBound) -> float:
    """A bound that claims nothing is not shown."""
    total = bound.total_per_month
    return total if math.isfinite(total) and total > 0 else math.nan


def _changes(decision: Decision) -> tuple[Change, ...]:
    names = ["kpi", "dimension", "key", "unit", "before", "after", "difference", "lower", "upper"]
    tables = (decision.both.paired.table, decision.both.promises.table)
    return tuple(
        Change(*row) for table in tables for row in table[names].itertuples(index=False, name=None)
    )


def _regions(decision: Decision) -> tuple[RegionRow, ...]:
    return tuple(
        RegionRow(
            region=one.region,
            tier=one.tier,
            sites_before=one.sites[0],
            sites_after=one.sites[1],
            cover_km_before=one.cover_km[0],
            cover_km_after=one.cover_km[1],
            response_before=one.response["before"],
            response_after=one.response["after"],
            difference=Change(
                "response_mean", "tier_region", f"{one.tier}|{one.region}", "min", **one.response
            ),
        )
        for one in decision.both.regions
    )


def _sites(before: Network, after: Network) -> tuple[SiteChange, ...]:
    was = {site.site_id: site for site in before.sites}
    rows = []
    for site in after.sites:
        old = was.get(site.site_id)
        open_before = old is not None and old.status.is_open
        if not (open_before or site.status.is_open):
            continue
        what, cost = SiteAction.KEPT, 0.0
        if site.status.is_open and not open_before:
            what, cost = SiteAction.OPENED, site.opening_cost
        elif open_before and not site.status.is_open:
            what, cost = SiteAction.CLOSED, site.closing_cost
        agents = [_agents(network, site.site_id) for network in (before, after)]
        rows.append(
            SiteChange(
                site.site_id,
                site.name or site.site_id,
                site.tier,
                what,
                agents[0] if open_before else 0,
                agents[1] if site.status.is_open else 0,
                cost,
            )
        )
    return tuple(rows)


def _agents(network: Network, site: str) -> int:
    return sum(pool.count for pool in network.pools if pool.site == site)


def _certificate(decision: Decision, tested: Tested) -> Certificate:
    proved = decision.proved
    blocks = decision.blocks or Blocks()
    names = [
        f"runs {b.first:,} to {b.first + b.count - 1:,}"
        for b in (blocks.fitting, blocks.screening, tested.block)
    ]
    return Certificate(
        held=tested.holds,
        attempts=len(proved.certificates) if proved else 0,
        attempt=tested.attempt,
        level=tested.level,
        replications=tested.block.count,
        seeds=(names[0], names[1], names[2]),
        rows=tuple(_proof(decision, row, r) for row in tested.rows if (r := _promised(row))),
        guards=tuple(_guard(decision, row, g) for row in tested.rows if (g := _guarded(row))),
        statement=tested.statement,
    )


def _promised(row: Row) -> Requirement | None:
    return row.requirement if isinstance(row.requirement, Requirement) else None


def _guarded(row: Row) -> Guard | None:
    return row.requirement if isinstance(row.requirement, Guard) else None


def _title(network: Network, row: Condition) -> str:
    """What is tested, by the names that the scenario gives."""
    if isinstance(row, Guard):
        names = {tier.tier_id: tier.name or tier.tier_id for tier in network.tiers}
        return row.told(names.get(row.tier or "", ""))
    title = row.promise.name or row.promise.promise_id
    if row.area:
        title = f"{title}: {row.area}"
    return f"{title}, {row.variant}" if row.variant else title


def _proof(decision: Decision, row: Row, requirement: Requirement) -> PromiseProof:
    predicted = decision.predicted.get(requirement.name, math.nan)
    return PromiseProof(
        requirement.name,
        _title(decision.network, requirement),
        predicted,
        row.simulated,
        row.limit,
        row.target,
        verdict="met" if row.holds else "not shown",
    )


def _guard(decision: Decision, row: Row, guard: Guard) -> GuardProof:
    return GuardProof(
        _title(decision.network, guard),
        BY_NAME[guard.kpi].unit,
        row.target,
        row.simulated,
        row.limit,
        "kept" if row.holds else "not shown",
    )


def sharing_rows(shared: Shared) -> tuple[SharingRow, ...]:
    """Ways to share a budget, today's first."""
    return tuple(
        SharingRow(
            name=one.allocation.name.replace("_", " "),
            shares=tuple(one.allocation.shares.tolist()),
            spend=float(one.allocation.spend.sum()),
            service=tuple(one.service.tolist()),
            overall=one.overall,
            difference=Estimate(
                one.difference, one.difference - one.half, one.difference + one.half
            ),
        )
        for one in (shared.today, *shared.ways)
    )


def frontier_points(steps: Sequence[Step], chosen: float) -> tuple[FrontierPoint, ...]:
    """Points of a frontier; the one at the promise's own target is marked."""
    return tuple(
        FrontierPoint(
            label=f"{step.promise_id} {step.target:.1%}",
            target=step.target,
            cost_per_month=step.cost,
            service=step.service,
            gap=step.decision.tiered.gap if step.decision else math.nan,
            proved=step.proved,
            is_chosen=abs(step.target - chosen) < 1e-9,
        )
        for step in steps
    )
