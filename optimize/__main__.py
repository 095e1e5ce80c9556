"""``python -m optimize``: the one place where configuration, planning and report meet."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, NoReturn

from network.quantity import parse_duration, show_duration
from optimize.config import MEMORY, OptimizeConfig, config_problems, name_problems
from sim.command_line import CommandLine
from sim.config import build_network
from sim.shell import BAD_INPUT, INTERRUPTED, console, short

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from network.model import Network
    from optimize.decide import Choices, Decision
    from sim.kpis import Window

_NO_CLOCK_S = 1e6
"""Seconds that no run takes: the node limit ends the search instead."""
OPTIMIZE = CommandLine(
    name="python -m optimize",
    config="optimize",
    schema=OptimizeConfig,
    commands=("run", "place", "frontier", "allocate"),
    open_keys=("change", "channels.move", "sites_least", "sites_most", "share"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 failed, 2 bad input, 130 interrupted."""
    return OPTIMIZE.main(arguments, _answer)


def _answer(command: str, words: list[str]) -> int:
    if command == "frontier":
        return OPTIMIZE.run(words, _frontier)
    if command == "allocate":
        return OPTIMIZE.run(words, _allocate)
    return OPTIMIZE.run(words, lambda cfg, folder: _decide(cfg, folder, prove=command == "run"))


def _decide(cfg: DictConfig, folder: Path, *, prove: bool) -> int:
    from omegaconf import OmegaConf

    from optimize.decide import decide
    from optimize.decision_files import write_decision
    from optimize.view import view_of_decision
    from report.decision import print_decision, save_decision_figures
    from sim.run_folder import locked, write_text

    config = OPTIMIZE.typed(cfg)
    network = _network(config)
    screen, teller = console(), _Teller()
    with locked(folder):
        memory = Path(config.resume or folder) / MEMORY
        choices = choices_of(config, prove=prove, memory=memory if prove else None)
        decision = decide(network, choices, teller)
        write_text(folder / "config.yaml", OmegaConf.to_yaml(cfg, resolve=True))
        view = view_of_decision(decision)
        if config.figures:
            save_decision_figures(view, folder / "figures")
        write_decision(decision, folder)
        print_decision(view, screen)
        if prove and config.frontier and decision.proved and decision.proved.holds:
            _beside(config, network, decision, choices, folder, teller)
        if prove and config.regret:
            _regret(config, network, decision, choices, folder, teller)
        rmtree(memory, ignore_errors=True)  # all is complete
    screen.print(f"Results in {short(folder)}", highlight=False, markup=False)
    plan = f"python -m sim scenario={network.name} plan={short(folder / 'plan.json')}"
    screen.print(f"Simulate it: {plan}", highlight=False, markup=False)
    return 0


def _beside(
    config: OptimizeConfig,
    network: Network,
    decision: Decision,
    choices: Choices,
    folder: Path,
    teller: _Teller,
) -> None:
    """Staff and prove the plan's sites for a little less and a little more, and show it."""
    from optimize.decision_files import write_frontier
    from optimize.frontier import restaff, tightest_promise, varied_promise
    from optimize.view import frontier_points, view_of_decision
    from report.decision import print_frontier, save_decision_figures

    asked = varied_promise(network, config.promise)
    promise = asked if config.promise else tightest_promise(decision) or asked
    steps = restaff(network, decision, promise, choices, teller)
    points = frontier_points(steps, promise.share)
    if config.figures:
        view = view_of_decision(decision, points)
        save_decision_figures(view, folder / "figures", only=("frontier",))
    write_frontier(steps, folder)
    print_frontier(points, console())


def _regret(
    config: OptimizeConfig,
    network: Network,
    decision: Decision,
    choices: Choices,
    folder: Path,
    teller: _Teller,
) -> None:
    """Compare with the plans of single demands, and show it."""
    from optimize.decision_files import write_regret
    from optimize.regret_view import regret_view
    from optimize.robust import compare_demands
    from report.decision import print_regret

    table = compare_demands(network, decision, config.demands, choices, teller)
    write_regret(table, folder)
    print_regret(regret_view(table), console())


def _frontier(cfg: DictConfig, folder: Path) -> int:
    from optimize.decision_files import write_frontier
    from optimize.frontier import default_targets, trace, varied_promise
    from optimize.view import frontier_points, view_of_decision
    from report.decision import print_frontier, save_decision_figures
    from sim.run_folder import locked

    config = OPTIMIZE.typed(cfg)
    network = _network(config)
    screen = console()
    promise = varied_promise(network, config.promise)
    targets = tuple(config.targets) or default_targets(promise)
    with locked(folder):
        steps = trace(network, promise, targets, choices_of(config, prove=config.prove), _Teller())
        points = frontier_points(steps, promise.share)
        known = [step.decision for step in steps if step.decision is not None]
        if config.figures and known:
            save_decision_figures(view_of_decision(known[-1], points), folder / "figures")
        write_frontier(steps, folder)
    print_frontier(points, screen)
    for step in steps:
        if step.decision is None:
            screen.print(f"{step.target:.1%}: {step.reason}", highlight=False, markup=False)
    screen.print(f"Results in {short(folder)}", highlight=False, markup=False)
    return 0 if known else BAD_INPUT


def _allocate(cfg: DictConfig, folder: Path) -> int:
    from optimize.decision_files import write_sharing
    from optimize.frontier import varied_promise
    from optimize.share_out import share_out
    from optimize.view import sharing_rows
    from report.decision import print_sharing
    from sim.run_folder import locked

    config = OPTIMIZE.typed(cfg)
    network = _network(config)
    promise = varied_promise(network, config.promise)
    choice = config.scenario
    with locked(folder):
        shared = share_out(
            network,
            promise,
            _window(config),
            budget=config.budget,
            seed=config.seed,
            replications=max(2, config.replications or choice.replications),
            workers=config.workers,
        )
        write_sharing(shared, folder)
    screen = console()
    within = show_duration(promise.within)
    title = f"Money for people of tier {promise.tier}; service: there within {within}"
    print_sharing(title, shared.regions.name, sharing_rows(shared), screen)
    screen.print(f"Results in {short(folder)}", highlight=False, markup=False)
    return 0


def _window(config: OptimizeConfig) -> Window:
    """The counted part of every simulation, of a configuration that was found sound."""
    from sim.kpis import Window

    choice = config.scenario
    end = parse_duration(config.horizon or choice.horizon)
    start = parse_duration(config.warm_up or choice.warm_up)
    return Window(start, end, end + parse_duration(config.drain))


def _network(config: OptimizeConfig) -> Network:
    """The scenario's network; names that it does not have are told with other faults."""
    return build_network(config, list(config_problems(config)), partial(name_problems, config))


def choices_of(config: OptimizeConfig, *, prove: bool, memory: Path | None = None) -> Choices:
    """How to decide, from a configuration that was found sound."""
    from optimize.decide import Choices
    from optimize.placement import Limits
    from optimize.proof.attempts import ProofOptions
    from optimize.proof.blocks import Blocks
    from optimize.rounds import Loop
    from optimize.staffing.search import SearchOptions
    from optimize.staffing.variants import Variant
    from optimize.tiers import TierOptions

    choice, window = config.scenario, _window(config)
    proof = ProofOptions(
        window,
        Blocks(config.fit, config.screen, config.proof),
        config.attempts,
        SearchOptions(plays=config.plays),
        seed=config.seed,
        workers=config.workers,
        variants=(
            Variant(),
            *(Variant(f"demand {factor:g}", factor, weight=0.0) for factor in config.demands),
        ),
        memory=memory,
        worse=config.guard or 0.0,
        seconds=math.inf if config.limit is None else parse_duration(config.limit) * 60,
    )
    return Choices(
        window=window,
        tiers=TierOptions(
            nearest=config.nearest,
            payback_months=config.months,
            shares=config.share,
            greenfield=config.greenfield,
            keep_weight=config.keep,
            least_sites=config.sites_least,
            most_sites=config.sites_most,
        ),
        limits=Limits(
            seconds=parse_duration(config.time_limit) * 60
            if config.nodes is None
            else float("inf"),
            gap=config.gap,
            seed=config.seed,
            nodes=config.nodes,
        ),
        candidates=config.candidates,
        proof=proof if prove else None,
        site_out=config.site_out,
        guard=config.guard is not None,
        bounds=config.bounds,
        loop=Loop(config.rounds, config.stay, config.others),
        replications=choice.replications if config.replications is None else config.replications,
        seed=config.seed,
        workers=config.workers,
    )


class _Teller:
    """What is going on, and since when, on the terminal's error stream."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(stderr=True)
        self._began = time.monotonic()

    def __call__(self, text: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        told = f"{minutes:3d}:{seconds:02d}  {text}"
        self._console.print(told, style="dim", markup=False, highlight=False)


def command() -> NoReturn:
    """``python -m optimize``: an interrupted run leaves without waiting for its threads."""
    code = main()
    if code == INTERRUPTED:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    command()
