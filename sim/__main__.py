"""``python -m sim``: the one place where configuration, simulation and report meet."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from network.quantity import MINUTES_PER_WEEK
from sim.command_line import CommandLine
from sim.config import Config, build_network, counted_minutes
from sim.shell import INTERRUPTED, Bar, console, short

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from network.model import Network
    from sim.api import Result
    from sim.layout import Layout
    from sim.traffic import Traffic

SIM = CommandLine(
    name="python -m sim",
    config="config",
    schema=Config,
    commands=("run", "list", "check", "traffic"),
    open_keys=("change", "precision"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 failed, 2 bad input, 130 interrupted."""
    return SIM.main(arguments, _answer)


def _answer(command: str, words: list[str]) -> int:
    if command == "list":
        return _list(words)
    if command == "run":
        return SIM.run(words, _simulate)
    config = SIM.typed(SIM.compose(words))
    return _check(config) if command == "check" else _traffic(config)


# --- what a job does -----------------------------------------------------------------


def _simulate(cfg: DictConfig, folder: Path) -> int:
    from omegaconf import OmegaConf

    from sim.run_folder import headline_record, locked, run_record, write_json, write_text
    from sim.run_state import save_state
    from sim.view import view_of

    config = SIM.typed(cfg)
    network = build_network(config)
    with locked(folder):
        result = _play(config, network, folder)
        write_text(folder / "config.yaml", OmegaConf.to_yaml(cfg, resolve=True))
        write_json(folder / "kpis.json", headline_record(result))
        _write_tables(result, folder)
        save_state(result, folder)
        view = view_of(result)
        if config.figures:
            from report.figures import save_figures

            (folder / "figures").mkdir(exist_ok=True)
            save_figures(view, folder / "figures")
        write_json(folder / "run.json", run_record(result))
    from report.console import print_summary

    screen = console()
    print_summary(view, screen)
    screen.print(f"Results in {short(folder)}", highlight=False, markup=False)
    return 0


def _play(config: Config, network: Network, folder: Path) -> Result:
    """Simulate with a progress bar; write the event log as replications end."""
    from sim.api import simulate
    from sim.run_folder import EventLog
    from sim.run_state import load_state

    choice = config.scenario
    log = EventLog(folder / "outcomes.parquet", network) if config.outcomes else None
    bar = Bar()
    try:
        result = simulate(
            network,
            replications=choice.replications
            if config.replications is None
            else config.replications,
            seed=config.seed,
            horizon=config.horizon or choice.horizon,
            warm_up=config.warm_up or choice.warm_up,
            drain=config.drain,
            engine=config.engine.value,
            precision=config.precision,
            max_replications=config.max_replications,
            workers=config.workers,
            allow_overload=config.allow_overload,
            former=None if config.extend is None else load_state(Path(config.extend), network),
            progress=bar,
            sink=None if log is None else log.add,
        )
        (folder / "run.json").unlink(missing_ok=True)  # from here on, old results give way
        if log is not None:
            log.close()
    finally:
        bar.stop()
        if log is not None:
            log.discard()
    return result


def _write_tables(result: Result, folder: Path) -> None:
    from sim.run_folder import write_atomically

    for name, table in (("kpis", result.kpis), ("estimates", result.estimates)):
        save = partial(table.to_parquet, compression="zstd", index=False)
        write_atomically(folder / f"{name}.parquet", save)


def _check(config: Config) -> int:
    from sim.traffic import warnings

    network, layout, traffic = _dry_look(config)
    screen = console()
    sites = sum(site.status.is_open for site in network.sites)
    screen.print(
        f"{network.name} is sound: {len(network.zones)} zones, {sites} open sites, "
        f"{len(layout.agents.site)} agents, {len(network.classes)} request classes, "
        f"{sum(traffic.requests_per_day.values()):,.0f} requests a day.",
        highlight=False,
    )
    notes = [*network.warnings, *warnings(traffic, network, layout, counted_minutes(config))]
    for note in notes:
        screen.print(f"warning: {note}", highlight=False, markup=False)
    for load in traffic.overloads():
        screen.print(f"overload: {load.place} ({', '.join(load.skills)}), rho {load.rho:.2f}")
    return 0


def _traffic(config: Config) -> int:
    from report.console import print_traffic

    network, _, traffic = _dry_look(config)
    print_traffic(network, traffic.requests_per_day, traffic.tiers, traffic.sites, console())
    return 0


def _dry_look(config: Config) -> tuple[Network, Layout, Traffic]:
    """A network, laid out for a week, and its offered load."""
    from sim.layout import lay_out
    from sim.traffic import look

    network = build_network(config)
    layout = lay_out(network, MINUTES_PER_WEEK)
    return network, layout, look(network, layout)


def _list(words: Sequence[str]) -> int:
    from network.load import list_scenarios
    from report.console import print_policies, print_scenarios
    from sim.policies import list_policies

    screen = console()
    roots = [word.partition("=")[2] for word in words if word.startswith("data_root=")]
    found = list_scenarios(Path(roots[-1])) if roots else list_scenarios()
    print_scenarios([(name, *about) for name, about in found.items()], screen)
    print_policies(list_policies(), screen)
    return 0


def command() -> NoReturn:
    """``python -m sim``: an interrupted run leaves without waiting for threads that compute."""
    code = main()
    if code == INTERRUPTED:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    command()
