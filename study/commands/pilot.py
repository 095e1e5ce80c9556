"""``python -m study pilot``: how many weeks and sites a pilot needs to show an effect."""

from __future__ import annotations

import argparse
import math
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from network.errors import Problem, ScenarioError
from network.places import TierKind
from network.quantity import parse_duration
from sim.shell import Bar, console

if TYPE_CHECKING:
    from network.model import Network
    from report.study.pilot import PilotView
    from sim.config import Config
    from study.pilot.power import PilotPower
    from study.pilot.weeks import PilotWeeks

T = TypeVar("T")
_EXAMPLE = """\
  python -m study pilot scenario=national --effect=-10% --weeks 2,4,8
  python -m study pilot scenario=national --changed staffing=rich --sites 2,3
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "pilot",
        help="how many weeks and sites a pilot needs to show an effect",
        description="Simulate pilots of several lengths and numbers of sites, analyse each as a\n"
        "real one would be, and count how many show the effect.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "settings", nargs="+", metavar="key=value", help="the network as it is, as for sim"
    )
    parser.add_argument(
        "--effect", metavar="SHARE", help="on the response at treated sites: --effect=-10%%"
    )
    parser.add_argument(
        "--changed", metavar="OVERRIDES", help="or the change itself, such as staffing=rich"
    )
    parser.add_argument("--tier", help="whose response it is; by default the base points")
    parser.add_argument(
        "--by", choices=("site", "area"), default="site", help="what is treated; by default sites"
    )
    parser.add_argument("--weeks", metavar="N,N", default="2,4,6,8,12", help="lengths to look at")
    parser.add_argument("--sites", metavar="N,N", help="numbers of treated sites; by default all")
    parser.add_argument("--history", metavar="N", default="8", help="weeks known from before")
    parser.add_argument("--power", metavar="SHARE", default="80%", help="by default 80%%")
    parser.add_argument("--level", metavar="SHARE", default="5%", help="of the test, two-sided")
    parser.add_argument(
        "--analysis",
        choices=("weeks", "sites"),
        default="weeks",
        help="weeks (few sites) or sites as the cases of the test",
    )
    parser.add_argument(
        "--replications", metavar="N", default="60", help="simulated courses of events"
    )
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Do it; 0, or 1 if no design is enough."""
    from report.study.pilot import print_pilot
    from study.pilot.power import Analysis, pilot_power, shortest
    from study.pilot.weeks import watch_weeks

    told = _read(asked)
    config, network = _network(asked.settings)
    changed = None if asked.changed is None else _network(_merged(asked.settings, asked.changed))[1]
    tier = asked.tier or next(
        (one.tier_id for one in network.tiers if one.kind is TierKind.POINT),
        network.tiers[0].tier_id,
    )
    bar = Bar()
    try:
        found = watch_weeks(
            network,
            tier=tier,
            weeks=max(told.weeks),
            history=told.history,
            effect=told.effect,
            changed=changed,
            by=asked.by,
            seed=config.seed,
            replications=told.replications,
            warm_up=parse_duration(config.warm_up or config.scenario.warm_up),
            workers=config.workers,
            allow_overload=config.allow_overload,
            progress=bar,
        )
    finally:
        bar.stop()
    counts = told.sites or range(1, len(found.sites))
    designs = [
        pilot_power(
            found, weeks=weeks, sites=sites, level=told.level, analysis=Analysis(asked.analysis)
        )
        for weeks in told.weeks
        for sites in counts
    ]
    best = shortest(designs, told.power)
    print_pilot(_view(network, tier, asked.by, found, designs, best, told), console())
    return 0 if best is not None else 1


# --- what is asked ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Told:
    """The options, read."""

    effect: float | None
    weeks: list[int]
    sites: list[int]
    history: int
    replications: int
    power: float
    level: float


def _read(asked: argparse.Namespace) -> _Told:
    """The options; all that is wrong with them is told at once."""
    problems: list[Problem] = []
    if (asked.effect is None) == (asked.changed is None):
        message = "expected one of --effect=-10% (a share) and --changed (overrides)"
        problems.append(Problem("the effect", message))

    def take(name: str, read: Callable[[str], T], instead: T, expected: str) -> T:
        text = getattr(asked, name)
        if text is None:
            return instead
        try:
            return read(text)
        except ValueError:
            problems.append(Problem(f"--{name}", f"got {text}; expected {expected}"))
            return instead

    numbers = "whole numbers from 1 with commas between them, such as 2,4,8"
    told = _Told(
        effect=take("effect", _effect, None, "a share other than 0, such as -10%"),
        weeks=take("weeks", _integers, [], numbers),
        sites=take("sites", _integers, [], numbers),
        history=take("history", lambda text: _from(2, text), 0, "an integer from 2"),
        replications=take("replications", lambda text: _from(10, text), 0, "an integer from 10"),
        power=take("power", _share, 0.0, "a share, such as 80%"),
        level=take("level", _share, 0.0, "a share, such as 5%"),
    )
    if problems:
        raise ScenarioError("the command line", problems)
    return told


def _from(least: int, text: str) -> int:
    if int(text) < least:
        raise ValueError(text)
    return int(text)


def _integers(text: str) -> list[int]:
    found = sorted({int(word) for word in text.split(",")})
    if found[0] < 1:
        raise ValueError(text)
    return found


def _share(text: str) -> float:
    value = _number(text)
    if not 0 < value < 1:
        raise ValueError(text)
    return value


def _effect(text: str) -> float | None:
    value = _number(text)
    if not (-1 < value < math.inf and value != 0):
        raise ValueError(text)
    return value


def _number(text: str) -> float:
    words = text.strip()
    return float(words[:-1]) / 100 if words.endswith("%") else float(words)


def _network(words: Sequence[str]) -> tuple[Config, Network]:
    from sim.command_line import CommandLine
    from sim.config import Config, build_network

    line = CommandLine(
        "python -m study pilot", "config", Config, ("pilot",), ("change", "precision")
    )
    config = line.typed(line.compose(line.read_words(words)))
    return config, build_network(config)


def _merged(words: Sequence[str], changed: str) -> list[str]:
    """The words of the network as it is, but for those that the change says anew."""
    own = shlex.split(changed)
    keys = {word.partition("=")[0] for word in own}
    return [*(word for word in words if word.partition("=")[0] not in keys), *own]


# --- what is shown ----------------------------------------------------------------------


def _view(
    network: Network,
    tier: str,
    by: str,
    found: PilotWeeks,
    designs: Sequence[PilotPower],
    best: PilotPower | None,
    told: _Told,
) -> PilotView:
    from report.study.pilot import DesignView, PilotView

    name = next((one.name or one.tier_id) for one in network.tiers if one.tier_id == tier)
    units, count = f"{by}s", len(found.sites)
    minutes, lower, upper = found.effect
    effect = f"{minutes:+,.0f} min ({found.share:+.0%})"
    if best is not None:
        weeks = f"{best.weeks} week{'s' if best.weeks != 1 else ''}"
        answer = (
            f"{weeks} at {best.sites} of {count} {units} detect {effect} with {told.power:.0%} "
            f"power (simulated: {best.power:.0%}, {best.lower:.0%} to {best.upper:.0%})."
        )
    else:
        most = max(designs, key=lambda one: one.power)
        answer = (
            f"None of these pilots surely detects {effect} with {told.power:.0%} power; "
            f"{most.weeks} weeks at {most.sites} of {count} {units} come nearest with "
            f"{most.power:.0%}. Watch longer, know more weeks from before (--history), or look "
            "for a larger effect."
        )
    below = (best or max(designs, key=lambda one: one.power)).below
    title = network.settings.title or network.name
    return PilotView(
        title=f"{title}: a pilot of {effect} in the response of {name}",
        units=units,
        designs=tuple(
            DesignView(
                one.weeks, one.sites, one.power, one.lower, one.upper, one.lower >= told.power
            )
            for one in designs
        ),
        answer=answer,
        found=best is not None,
        remarks=(
            ("Effect", f"{minutes:+,.1f} min ({lower:+,.1f} to {upper:+,.1f}) where treated, "
             f"of {_mean(found):,.0f} min"),
            ("Test", f"two-sided at {told.level:.0%}, after {told.history} weeks of history; "
             f"p-values below {below:.3f} count in the pilot of the answer, so that without a "
             "change no more show one"),
            ("Assumed", f"a change at some {units} leaves the others alone; next weeks are like "
             "the simulated ones"),
        ),
    )  # fmt: skip


def _mean(found: PilotWeeks) -> float:
    import numpy as np

    return float(np.nanmean(found.without))
