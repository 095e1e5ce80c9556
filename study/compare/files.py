"""The folder of a comparison: tables as Parquet and CSV, and ``comparison.json`` last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from network.digest import network_digest
from network.kpi import BY_NAME
from sim.estimates import t_intervals
from sim.paired import Figure
from sim.run_folder import Json, number, versions, write_atomically, write_json
from study.compare.comparison import Comparison, Other
from study.compare.inputs import InputSummary
from study.compare.judge import PROMISE, Judged, Step
from study.compare.remedy import Kept, Remedies, Remedy

if TYPE_CHECKING:
    import pandas as pd

RECORD = "comparison.json"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_comparison(
    comparison: Comparison, answers: Mapping[str, Sequence[str]], folder: Path
) -> None:
    """Write the tables, then ``comparison.json``, which makes the folder complete.

    Parameters
    ----------
    comparison : Comparison
    answers : mapping of str to sequence of str
        The sentences told of each alternative, by its label.
    folder : pathlib.Path
    """
    (folder / RECORD).unlink(missing_ok=True)  # from here on, an older one gives way
    for name, table in tables(comparison).items():
        save = partial(table.to_parquet, compression="zstd", index=False)
        write_atomically(folder / f"{name}.parquet", save)
        safe = table.map(_cell)
        write_atomically(folder / f"{name}.csv", partial(safe.to_csv, index=False))
    write_json(folder / RECORD, record(comparison, answers))


def tables(comparison: Comparison) -> dict[str, pd.DataFrame]:
    """Verdicts, all paired differences, cost steps, and the inputs that differ."""
    import pandas as pd

    return {
        "verdicts": pd.DataFrame(
            [_judged_row(other, row) for other in comparison.others for row in other.judged]
        ),
        "differences": pd.concat(
            [_all_differences(other, comparison.confidence) for other in comparison.others],
            ignore_index=True,
        ),
        "waterfall": pd.DataFrame(
            [
                {
                    "alternative": other.side.label,
                    "component": step.component,
                    "before": step.before,
                    "after": step.after,
                    "difference": step.difference,
                    "lower": step.lower,
                    "upper": step.upper,
                }
                for other in comparison.others
                for step in other.costs
            ]
        ),
        "inputs": pd.DataFrame(
            [
                (other.side.label, c.noun, c.row, c.field, _text(c.before), _text(c.after))
                for other in comparison.others
                for c in other.changes
            ],
            columns=["alternative", "noun", "row", "field", "before", "after"],
            dtype="str",
        ),
    }


def _judged_row(other: Other, row: Judged) -> dict[str, str | float | int | None]:
    return {
        "alternative": other.side.label,
        "kpi": row.kpi,
        "dimension": row.dimension,
        "key": row.key,
        "unit": row.unit,
        "before": row.before,
        "after": row.after,
        "difference": row.difference,
        "lower": row.lower,
        "upper": row.upper,
        "lower_together": row.lower_together,
        "upper_together": row.upper_together,
        "p_value": row.p_value,
        "p_together": row.p_together,
        "n": row.n,
        "margin": row.margin,
        "verdict": row.verdict.value,
    }


def _all_differences(other: Other, confidence: float) -> pd.DataFrame:
    """Every figure that both sides have, each with its own interval."""
    import pandas as pd

    found = other.differences
    limits = t_intervals(found.each, confidence)
    table = pd.DataFrame(found.rows, columns=["kpi", "dimension", "key"])
    table.insert(0, "alternative", other.side.label)
    table["unit"] = [_unit(row) for row in found.rows]
    table["before"], table["after"], table["difference"] = found.before, found.after, limits.mean
    table["lower"], table["upper"], table["n"] = limits.lower, limits.upper, limits.n
    return table


def _unit(row: Figure) -> str:
    return "1" if row[0] == PROMISE else BY_NAME[row[0]].unit


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _cell(value: object) -> object:
    """A value as a cell; text that a spreadsheet would run as a formula is quoted."""
    if isinstance(value, str) and value.lstrip()[:1] in _FORMULA:
        return f"'{value}"
    return value


def record(comparison: Comparison, answers: Mapping[str, Sequence[str]]) -> Json:
    """What ``comparison.json`` says."""
    requests, window = comparison.requests, comparison.requests.window
    return {
        "scenario": comparison.base.network.name,
        "base": comparison.base.label,
        "baseline_run_id": comparison.base.baseline.run_id if comparison.base.baseline else None,
        "seed": requests.seed,
        "replications": requests.replications,
        "warm_up_min": window.start,
        "horizon_min": window.end,
        "drain_min": window.horizon - window.end,
        "confidence": comparison.confidence,
        "family": comparison.family,
        "correction": "Holm over all figures of all alternatives",
        "network_sha256": network_digest(comparison.result.network),
        "data_sha256": dict(sorted(comparison.base.network.data_sha256.items())),
        "alternatives": [
            _other_record(other, answers.get(other.side.label, ())) for other in comparison.others
        ],
        "notes": [*comparison.notes],
        "versions": versions(),
    }


def _other_record(other: Other, told: Sequence[str]) -> Json:
    return {
        "label": other.side.label,
        "scenario": other.side.network.name,
        "network_sha256": network_digest(other.result.network),
        "outcomes_sha256": other.result.outcomes_sha256,
        "answer": [*told],
        "inputs": [_input_record(one) for one in other.inputs],
        "verdicts": [_verdict_record(row) for row in other.judged],
        "cost": [_step_record(step) for step in other.costs],
        "remedy": None if other.remedies is None else _remedy_record(other.remedies),
    }


def _verdict_record(row: Judged) -> Json:
    return {
        "kpi": row.kpi,
        "dimension": row.dimension,
        "key": row.key,
        "before": number(row.before),
        "after": number(row.after),
        "difference": number(row.difference),
        "lower": number(row.lower),
        "upper": number(row.upper),
        "p_together": number(row.p_together),
        "verdict": row.verdict.value,
    }


def _input_record(one: InputSummary) -> Json:
    return {"noun": one.noun, "field": one.field, "changed": one.changed}


def _step_record(step: Step) -> Json:
    return {
        "component": step.component,
        "before": number(step.before),
        "after": number(step.after),
        "difference": number(step.difference),
        "lower": number(step.lower),
        "upper": number(step.upper),
    }


def _remedy_record(remedies: Remedies) -> Json:
    return {
        "rule": "least uniform increase of the pools of the tier, on the same requests",
        "simulations": remedies.plays,
        "untied": [_kept_record(kept) for kept in remedies.untied],
        "tiers": [_tier_record(one) for one in remedies.tiers],
    }


def _tier_record(one: Remedy) -> Json:
    return {
        "tier": one.tier,
        "region": one.region,
        "agents": one.agents,
        "extra": one.extra,
        "restored": one.restored,
        "promises": [_kept_record(kept) for kept in one.kept],
    }


def _kept_record(kept: Kept) -> Json:
    return {
        "name": kept.promise,
        "base": number(kept.base),
        "alternative": number(kept.alternative),
        "remedied": number(kept.remedied),
    }
