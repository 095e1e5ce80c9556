"""The folder of a decision: the plan that `sim` reads, tables, and what was proved."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from network.model import Network
from optimize.before_after import RegionChange
from optimize.decide import Decision
from optimize.frontier import Step
from optimize.proof.certificate import Certificate, Row
from optimize.regret import RegretTable
from optimize.regret_view import regret_view
from optimize.rounds import Round
from optimize.share_out import Shared
from optimize.staffing.guards import Guard
from report.decision.regret import CSV_COLUMNS, regret_rows
from sim.estimates import PromiseEstimate
from sim.run_folder import Json, number, versions, write_atomically, write_json, write_text


def write_decision(decision: Decision, folder: Path) -> None:
    """Write everything but figures; ``decision.json`` comes last and makes it complete."""
    write_text(folder / "plan.json", decision.plan.model_dump_json(indent=2) + "\n")
    after = decision.both.after.network
    _write_csv(folder / "plan_sites.csv", *_site_rows(decision.both.before.network, after))
    _write_csv(folder / "plan_pools.csv", *_pool_rows(after))
    _write_csv(
        folder / "plan_assignments.csv",
        ("zone", "tier", "site"),
        ((one.zone, one.tier, one.site) for one in decision.plan.assignments),
    )
    for name, paired in (("paired", decision.both.paired), ("promises", decision.both.promises)):
        save = partial(paired.table.to_parquet, compression="zstd", index=False)
        write_atomically(folder / f"{name}.parquet", save)
    proved = decision.proved
    if proved is not None and proved.certificates:
        attempts = [_certificate_record(one) for one in proved.certificates]
        write_json(folder / "certificate.json", {"held": proved.holds, "attempts": attempts})
    write_json(folder / "decision.json", decision_record(decision))


def write_frontier(steps: Sequence[Step], folder: Path) -> None:
    """Write ``frontier.csv`` and the plan of every target that has one."""
    for step in steps:
        if step.decision is not None:
            name = f"plan_{step.target:.4g}.json"
            write_text(folder / name, step.decision.plan.model_dump_json(indent=2) + "\n")
    head = ("promise", "target", "service", "cost_per_month", "gap", "proved", "reason")
    rows = (
        (
            step.promise_id, step.target, number(step.service), number(step.cost),
            number(step.decision.tiered.gap) if step.decision else None, step.proved, step.reason,
        )
        for step in steps
    )  # fmt: skip
    _write_csv(folder / "frontier.csv", head, rows)


def write_regret(table: RegretTable, folder: Path) -> None:
    """Write ``regret.csv``: a row for each plan and demand."""
    _write_csv(folder / "regret.csv", CSV_COLUMNS, regret_rows(regret_view(table)))


def write_sharing(shared: Shared, folder: Path) -> None:
    """Write ``allocation.csv``: a row for each way and region."""
    head = ("way", "region", "share_of_budget", "spend_per_month", "predicted", "simulated")
    rows = (
        (way.allocation.name, name, *(float(values[r]) for values in (
            way.allocation.shares, way.allocation.spend, way.allocation.service, way.service)))
        for way in (shared.today, *shared.ways)
        for r, name in enumerate(shared.regions.name)
    )  # fmt: skip
    _write_csv(folder / "allocation.csv", head, rows)


def decision_record(decision: Decision) -> Json:
    """What ``decision.json`` says of a decision."""
    tiered, both = decision.tiered, decision.both
    cost = both.paired.row("cost")
    return {
        "scenario": both.before.network.name,
        "seed": both.after.seed,
        "opened": [*decision.plan.opened, *(site.site_id for site in decision.plan.sites)],
        "closed": [*decision.plan.closed],
        "placement": {
            "status": tiered.status.value,
            "cost_per_month": number(tiered.objective),
            "model_bound": number(tiered.bound),
            "gap": number(tiered.gap),
            "seconds": round(tiered.seconds, 3),
            "solver": tiered.solver,
            "version": tiered.version,
        },
        "bounds_per_month": _bounds_record(decision),
        "rounds": [_round_record(one) for one in decision.rounds],
        "proved": decision.proved is not None and decision.proved.holds,
        "replications": len(both.after.digests),
        "first_replication": both.after.first,
        "cost_per_month": {name: number(value) for name, value in cost.items()},
        "regions": [_region_record(one) for one in both.regions],
        "promises": [_promise_record(decision, one) for one in both.after.promises],
        "notes": [*decision.notes],
        "data_sha256": dict(sorted(both.before.network.data_sha256.items())),
        "versions": {**versions(), "ortools": tiered.version},
    }


def _bounds_record(decision: Decision) -> Json:
    """Each bound with what it is true for; they are not to be merged."""
    record: Json = {"model": number(decision.tiered.bound)}
    if decision.bounded is not None:
        for name in ("necessary", "guarded", "sample"):
            bound = getattr(decision.bounded, name)
            if bound is not None:
                record[name] = number(bound.total_per_month)
                record[f"{name}_statement"] = bound.statement
        if (sample := decision.bounded.sample) is not None:
            record["sample_by_tier"] = {t: number(one) for t, one in sample.by_tier.items()}
    return record


def _round_record(one: Round) -> Json:
    return {
        "sites": [*one.tiered.open_sites],
        "model_cost": number(one.tiered.objective),
        "model_bound": number(one.tiered.bound),
        "screened_cost": number(one.cost),
        "passed_screen": one.staffed.holds,
        "given_up": one.staffed.given_up,
        "lacking": [row.name for row in one.staffed.lacking],
        "out_of_reach": [row.name for row in one.staffed.out_of_reach],
        "load_factor": dict(one.load_factor),
        "learned": dict(one.learned),
        "replications_simulated": one.staffed.plays,
    }


def _region_record(one: RegionChange) -> Json:
    before, after = (number(km) for km in one.cover_km)
    return {
        "tier": one.tier,
        "region": one.region,
        "sites_before": one.sites[0],
        "sites_after": one.sites[1],
        "cover_km_before": before,
        "cover_km_after": after,
        "response_min": {name: number(value) for name, value in one.response.items()},
    }


def _promise_record(decision: Decision, one: PromiseEstimate) -> Json:
    name = one.promise.promise_id
    return {
        "name": name,
        "target": one.target,
        "predicted": number(decision.predicted.get(name, float("nan"))),
        "simulated": number(one.estimate),
        "lower": number(one.lower),
    }


def _row_record(row: Row) -> Json:
    return {
        "requirement": row.requirement.name,
        "simulated": number(row.simulated),
        "guard": isinstance(row.requirement, Guard),
        "limit": number(row.limit),
        "target": row.target,
        "seen": number(row.seen),
        "holds": row.holds,
    }


def _certificate_record(one: Certificate) -> Json:
    return {
        "held": one.holds,
        "statement": one.statement,
        "attempt": one.attempt,
        "level": one.level,
        "seed": one.seed,
        "first_replication": one.block.first,
        "replications": one.block.count,
        "outcomes_sha256": one.outcomes_sha256,
        "rows": [_row_record(row) for row in one.rows],
    }


def _site_rows(before: Network, after: Network) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
    was = {site.site_id: site.status.is_open for site in before.sites}
    head = ("site_id", "name", "tier", "lat", "lon", "open_before", "open_after", "agents")
    agents: dict[str, int] = {}
    for pool in after.pools:
        agents[pool.site] = agents.get(pool.site, 0) + pool.count
    return head, (
        (
            site.site_id, site.name, site.tier, site.lat, site.lon,
            was.get(site.site_id, False), site.status.is_open,
            agents.get(site.site_id, 0) if site.status.is_open else 0,
        )
        for site in after.sites
    )  # fmt: skip


def _pool_rows(after: Network) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
    is_open = {site.site_id for site in after.sites if site.status.is_open}
    head = ("pool_id", "site", "name", "count", "skills", "level", "shift", "wage_per_h")
    return head, (
        (p.pool_id, p.site, p.name, p.count, "; ".join(p.skills), p.level, p.shift, p.wage_per_h)
        for p in after.pools
        if p.site in is_open
    )


def _write_csv(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    write_text(path, text.getvalue())


def _cell(value: object) -> object:
    """A value as a cell; text that a spreadsheet would run as a formula is quoted."""
    if isinstance(value, str) and value.lstrip()[:1] in tuple("=+-@\t\r"):
        return f"'{value}"
    return "" if value is None else value
