"""A played tornado -> the values that a report shows, and its folder of results."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from network.model import Network
from report.study.view import (
    Alternative,
    BreakEven,
    PriceStep,
    RegretTable,
    Shown,
    Swing,
    TornadoView,
)
from report.view import Estimate
from report.words import show_time
from study.campaign.measures import Measure, estimate
from study.commands.run_view import save_figure, shown
from study.tornado.break_even import BreakEven as Even
from study.tornado.break_even import break_evens
from study.tornado.price import steps_of
from study.tornado.ratio import paired
from study.tornado.regret import regrets_of
from study.tornado.runs import BASE, COST, Played
from study.tornado.swings import swings_of

_NOTHING = 1e-9


def view_of(played: Played, measure: Measure, service: Measure) -> TornadoView:
    """All that a report shows of a tornado.

    Raises
    ------
    LookupError
        If the base itself could not be played.
    """
    question = played.question
    base = played.results[BASE, "", 1.0]
    network, window = base.network, base.window
    mean = estimate(measure, base)
    swings = swings_of(played, measure)
    moves = [one for one in swings if not one.width <= _NOTHING * abs(mean[0])]
    warm = f" after {show_time(window.start)} of warm-up" if window.start else ""
    return TornadoView(
        title=network.settings.title or network.name,
        foot=f"{(network.settings.title or network.name)[:60]} · {question.replications} "
        f"replications of {show_time(window.minutes)}{warm} · seed {base.seed}",
        currency=network.settings.currency,
        figure=shown(measure, network),
        base=Estimate(*mean),
        percent=100 * question.share,
        swings=tuple(
            Swing(
                one.assumption.title,
                Estimate(*one.low),
                Estimate(*one.high),
                not one.assumption.is_price,
            )
            for one in moves
        ),
        left_out=tuple(one.assumption.title for one in swings if one not in moves),
        alternatives=tuple(_alternative(played, name) for name in question.alternatives),
        regret=_regret(played) if question.alternatives else None,
        service=_shown_service(service, network),
        prices=tuple(
            PriceStep(
                one.start,
                one.end,
                Estimate(*one.cost),
                Estimate(*one.service),
                _points(one.price, service),
            )
            for one in steps_of(played, service)
        ),
        notes=tuple(
            f"{one.point.removeprefix('tornado/')}: {one.reason.splitlines()[0].rstrip(':')}"
            for one in played.failures
        ),
    )


def _shown_service(service: Measure, network: Network) -> Shown:
    return shown(service, network)


def _points(price: tuple[float, float, float], service: Measure) -> Estimate:
    """A price a unit; of a share, a price a percentage point."""
    return Estimate(*(one / 100 if service.unit == "1" else one for one in price))


def _alternative(played: Played, name: str) -> Alternative:
    difference = played.values(COST, (name, "", 1.0)) - played.values(COST, (BASE, "", 1.0))
    return Alternative(
        name,
        Estimate(*paired(difference)),
        tuple(_even(one) for one in break_evens(played, name)),
    )


def _even(one: Even) -> BreakEven:
    if math.isfinite(one.factor[0]):
        return BreakEven(one.assumption.title, Estimate(*one.factor))
    low, high = (f"{100 * (end - 1):+.0f}" for end in (one.low, one.high))
    return BreakEven(one.assumption.title, Estimate(*one.factor), f"none from {low} to {high} %")


def _regret(played: Played) -> RegretTable:
    found = regrets_of(played)
    return RegretTable(
        demands=tuple(played.question.demands),
        names=played.question.names,
        cost={cell: Estimate(*limits) for cell, limits in found.cost.items()},
        regret={cell: Estimate(*limits) for cell, limits in found.regret.items()},
        kept=found.kept,
    )


def write_tornado(view: TornadoView, folder: Path, *, figures: bool) -> None:
    """Write the folder of a tornado: its tables and its figure."""
    import pandas as pd

    from report.study.tornado import draw_tornado
    from sim.run_folder import locked
    from study.campaign.findings import write_tables

    with locked(folder):
        write_tables(folder, "swings", pd.DataFrame([*_swing_rows(view)]))
        evens = [*_even_rows(view)]
        if evens:
            write_tables(folder, "break_even", pd.DataFrame(evens))
        if view.regret is not None:
            write_tables(folder, "regret", pd.DataFrame([*_regret_rows(view.regret)]))
        if figures:
            save_figure(draw_tornado(view), folder / "tornado.png")


def _swing_rows(view: TornadoView) -> Sequence[dict[str, str | float | bool]]:
    return [
        {
            "assumption": one.title,
            "change": change,
            "difference": moved.mean,
            "lower": moved.lower,
            "upper": moved.upper,
            "simulated": one.simulated,
        }
        for one in view.swings
        for change, moved in ((-view.percent, one.low), (view.percent, one.high))
    ]


def _even_rows(view: TornadoView) -> Sequence[dict[str, str | float]]:
    return [
        {
            "alternative": alternative.name,
            "assumption": one.title,
            "factor": one.factor.mean,
            "lower": one.factor.lower,
            "upper": one.factor.upper,
        }
        for alternative in view.alternatives
        for one in alternative.break_even
    ]


def _regret_rows(table: RegretTable) -> Sequence[dict[str, str | float]]:
    return [
        {
            "alternative": name,
            "demand": demand,
            "cost": table.cost[name, demand].mean,
            "regret": table.regret[name, demand].mean,
            "regret_lower": table.regret[name, demand].lower,
            "regret_upper": table.regret[name, demand].upper,
            "promises_met": table.kept[name, demand][0],
            "promises": table.kept[name, demand][1],
        }
        for name in table.names
        for demand in table.demands
    ]
