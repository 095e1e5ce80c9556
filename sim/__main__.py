"""``python -m sim``: the one place where configuration, simulation and report meet."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from network.quantity import MINUTES_PER_WEEK
from sim.command_line import CommandLine
from sim.config import Config, build_network, counted_minutes, parameters_of, window_of
from sim.shell import INTERRUPTED, Bar, console, short

if TYPE_CHECKING:
    import pandas as pd
    from omegaconf import DictConfig
    from rich.console import Console

    from network.model import Network
    from sim.api import Result
    from sim.layout import Layout
    from sim.store.play import Remembered
    from sim.sweep import Job
    from sim.traffic import Traffic

SIM = CommandLine(
    name="python -m sim",
    config="config",
    schema=Config,
    commands=("run", "list", "check", "traffic"),
    open_keys=("change", "precision", "channels.move"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 failed, 2 bad input, 130 interrupted."""
    return SIM.main(arguments, _answer)


def _answer(command: str, words: list[str]) -> int:
    if command == "list":
        return _list(words)
    if command == "run":
        return SIM.run(words, _simulate, _after)
    config = SIM.typed(SIM.compose(words))
    return _check(config) if command == "check" else _traffic(config)


# --- what a job does -----------------------------------------------------------------


def _simulate(cfg: DictConfig, folder: Path) -> int:
    from hydra.core.hydra_config import HydraConfig
    from hydra.types import RunMode
    from omegaconf import OmegaConf

    from sim.run_folder import headline_record, locked, run_record, write_json, write_text
    from sim.run_state import save_state
    from sim.view import view_of

    config = SIM.typed(cfg)
    network = build_network(config)
    with locked(folder):
        sweeping = HydraConfig.get().mode is RunMode.MULTIRUN
        wanted = not sweeping if config.outcomes is None else config.outcomes
        found = _play(config, network, folder, log_wanted=wanted)
        result = found.result
        write_text(folder / "config.yaml", OmegaConf.to_yaml(cfg, resolve=True))
        write_json(folder / "kpis.json", headline_record(result))
        _write_tables(result, folder)
        save_state(result, folder)
        view = view_of(result)
        if config.figures:
            from report.figures import save_figures

            (folder / "figures").mkdir(exist_ok=True)
            save_figures(view, folder / "figures")
        write_json(folder / "run.json", run_record(result) | {"reused": found.reused})
    from report.comparison.delta import print_delta
    from report.console import print_summary
    from sim.delta import delta_of

    screen = console()
    print_summary(view, screen)
    delta = delta_of(result)
    if delta is not None:
        print_delta(delta, screen)
    if found.reused:
        total = found.reused + found.played
        said = f"{found.reused} of {total} replications were in the store {config.store}."
        screen.print(said, highlight=False, markup=False)
    screen.print(f"Results in {short(folder)}", highlight=False, markup=False)
    return 0


def _play(config: Config, network: Network, folder: Path, *, log_wanted: bool) -> Remembered:
    """Simulate with a progress bar and the store; write the event log as replications end."""
    from sim.engines import Engine
    from sim.run_folder import EventLog
    from sim.run_state import load_state
    from sim.store import Label, Store
    from sim.store.play import simulate_with

    log = EventLog(folder / "outcomes.parquet", network) if log_wanted else None
    choice = config.scenario
    bar = Bar()
    try:
        found = simulate_with(
            None if config.store is None else Store(config.store),
            Label(network.name, "", parameters_of(config)),
            network,
            window_of(config),
            seed=config.seed,
            replications=choice.replications
            if config.replications is None
            else config.replications,
            engine=Engine(config.engine.value),
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
    return found


def _after(jobs: Sequence[Job], sweep: Path) -> None:
    """One table of all jobs of a sweep, on the screen and in two files."""
    from sim.run_folder import write_atomically
    from sim.sweep import sweep_table, varied

    table = sweep_table(jobs, sweep)
    save = partial(table.to_parquet, compression="zstd", index=False)
    write_atomically(sweep / "sweep.parquet", save)
    write_atomically(sweep / "sweep.csv", partial(table.to_csv, index=False, lineterminator="\n"))
    screen = console()
    _print_sweep(table, varied(jobs), screen)
    done = [sweep / job.folder / "run.json" for job in jobs if not job.code]
    runs = [json.loads(path.read_text("utf-8")) for path in done]
    reused, total = (sum(run[key] for run in runs) for key in ("reused", "replications"))
    said = f"{reused} of {total} replications were in the store, {total - reused} computed now."
    where = f"The table of all jobs: {short(sweep / 'sweep.csv')}, sweep.parquet"
    for line in (said, where):
        screen.print(line, highlight=False, markup=False)


def _print_sweep(table: pd.DataFrame, keys: Sequence[str], screen: Console) -> None:
    """What varied, and a few figures, a line per job; the files have more."""
    from report.console.tables import add, section
    from report.words import show_money, show_share

    shown = section("Job", *keys, "resolved", "abandoned", "open", "cost a month", "a request")
    for row in table.to_dict("records"):
        told = [str(row[key]) for key in keys]
        if isinstance(row["failed"], str):
            add(shown, str(row["job"]), *told, "failed", style="red")
            continue
        shares = [show_share(float(row[name])) for name in ("resolved", "abandoned", "open")]
        money = [show_money(float(row[name])) for name in ("cost", "cost_per_request")]
        add(shown, str(row["job"]), *told, *shares, *money)
    screen.print()
    screen.print(shown)


def _write_tables(result: Result, folder: Path) -> None:
    from sim.run_folder import write_atomically

    for name, table in (("kpis", result.kpis), ("estimates", result.estimates)):
        save = partial(table.to_parquet, compression="zstd", index=False)
        write_atomically(folder / f"{name}.parquet", save)


def _check(config: Config) -> int:
    from sim.load_warnings import warnings

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
    """A network, laid out for the run, and its offered load."""
    from sim.layout import lay_out
    from sim.traffic import look

    network = build_network(config)
    layout = lay_out(network, max(window_of(config).horizon, MINUTES_PER_WEEK))
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
