"""What a report shows of a run."""

from __future__ import annotations

import numpy as np

from network.promise import Form
from report.view import PromiseRow, RunView, ZoneResponse
from sim.kpis import HISTOGRAM_EDGES_MIN
from sim.result import Result


def view_of(result: Result) -> RunView:
    """Everything a report shows."""
    per_zone = np.sum([k.zone_response for k in result.kpis_by_replication], axis=0)
    return RunView(
        network=result.network,
        estimates=result.estimates,
        promises=tuple(
            PromiseRow(
                name=one.promise.promise_id,
                title=one.promise.name,
                target=one.target,
                estimate=one.estimate,
                lower=one.lower,
                upper=one.upper,
                met=one.met,
                missed=one.missed,
                worst_area=one.worst_area,
                worst=one.worst,
                floor=one.promise.floor,
                unit="months" if one.promise.form is Form.EVERY_MONTH else "requests",
                due=one.due,
            )
            for one in result.promises
        ),
        histogram=np.sum([k.response_histogram for k in result.kpis_by_replication], axis=0),
        histogram_edges=HISTOGRAM_EDGES_MIN,
        backlog=np.array([k.backlog for k in result.kpis_by_replication]),
        seed=result.seed,
        engine=f"{result.engine} ({result.engine_reason})",
        replications=len(result.digests),
        requests=result.requests,
        horizon_min=result.window.end,
        warm_up_min=result.window.start,
        wall_seconds=result.wall_seconds,
        warnings=result.warnings,
        zone_response=ZoneResponse(answered=per_zone[0], minutes=per_zone[1]),
        settles_min=result.suggested_warm_up,
    )
