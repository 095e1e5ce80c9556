"""``python -m sim``: the one place where configuration, simulation and report meet."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from network.errors import EngineError, PlanningError, Problem, ScenarioError
from network.promise import Form
from network.quantity import MINUTES_PER_WEEK
from sim.command_line import (
    COMMANDS,
    compose_config,
    configuration_errors,
    read_words,
    store_schema,
    typed,
)
from sim.config import CONFIGS, Config, build_network, counted_minutes

if TYPE_CHECKING:
    from omegaconf import DictConfig
    from rich.console import Console

    from network.model import Network
    from report.view import RunView
    from sim.api import Result
    from sim.layout import Layout
    from sim.traffic import Traffic

BAD_INPUT, FAILED, INTERRUPTED = 2, 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 failed, 2 bad input, 130 interrupted."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = words.pop(0) if words and words[0] in COMMANDS else "run"
    command = "run" if {"--help", "-h"} & {*words} else command  # one page of help for all
    os.environ["HYDRA_FULL_ERROR"] = "1"  # errors come to us, not to Hydra's own printer
    try:
        words = read_words(words)
        if command == "list":
            return _list(words)
        if command == "run":
            return _run_by_hydra(words)
        config = compose_config(words)
        return _check(config) if command == "check" else _traffic(config)
    except PlanningError as error:
        return _say(error)
    except OSError as error:
        return _say_os(error)
    except MemoryError:
        hint = "Shorten the horizon, lower demand, or write no outcomes (outcomes=false)."
        return _say(EngineError(f"there is not enough memory for this run. {hint}"))
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as done:  # Hydra has shown its help
        return done.code if isinstance(done.code, int) else FAILED


# --- by Hydra ------------------------------------------------------------------------


def _run_by_hydra(words: Sequence[str]) -> int:
    """Let Hydra compose, sweep and make folders; each job is `_job`."""
    import hydra

    store_schema()
    codes: list[int] = []
    sys.argv = ["python -m sim", *words]
    launch = hydra.main(config_path=str(CONFIGS), config_name="config", version_base="1.3")
    with configuration_errors():
        launch(lambda cfg: codes.append(_job(cfg)))()
    return max(codes, default=0)


def _job(cfg: DictConfig) -> int:
    """One job in its own folder; its errors are told at once and do not stop other jobs."""
    from hydra.core.hydra_config import HydraConfig

    folder = Path(HydraConfig.get().runtime.output_dir)
    try:
        return _simulate(cfg, folder)
    except PlanningError as error:
        _remove_empty(folder)
        return _say(error)
    except KeyboardInterrupt:
        _remove_empty(folder)
        raise


# --- what a job does -----------------------------------------------------------------


def _simulate(cfg: DictConfig, folder: Path) -> int:
    from omegaconf import OmegaConf

    from sim.run_folder import headline_record, locked, run_record, write_json, write_text
    from sim.run_state import save_state

    config = typed(cfg)
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

    console = _console()
    print_summary(view, console)
    console.print(f"Results in {_short(folder)}", highlight=False, markup=False)
    return 0


def _play(config: Config, network: Network, folder: Path) -> Result:
    """Simulate with a progress bar; write the event log as replications end."""
    from sim.api import simulate
    from sim.run_folder import EventLog
    from sim.run_state import load_state

    choice = config.scenario
    log = EventLog(folder / "outcomes.parquet", network) if config.outcomes else None
    bar = _Bar()
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


def _check(cfg: DictConfig) -> int:
    from sim.traffic import warnings

    config = typed(cfg)
    network, layout, traffic = _dry_look(config)
    console = _console()
    sites = sum(site.status.is_open for site in network.sites)
    console.print(
        f"{network.name} is sound: {len(network.zones)} zones, {sites} open sites, "
        f"{len(layout.agents.site)} agents, {len(network.classes)} request classes, "
        f"{sum(traffic.requests_per_day.values()):,.0f} requests a day.",
        highlight=False,
    )
    notes = [*network.warnings, *warnings(traffic, network, layout, counted_minutes(config))]
    for note in notes:
        console.print(f"warning: {note}", highlight=False, markup=False)
    for load in traffic.overloads():
        console.print(f"overload: {load.place} ({', '.join(load.skills)}), rho {load.rho:.2f}")
    return 0


def _traffic(cfg: DictConfig) -> int:
    from report.console import print_traffic

    network, _, traffic = _dry_look(typed(cfg))
    print_traffic(network, traffic.requests_per_day, traffic.tiers, traffic.sites, _console())
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

    console = _console()
    roots = [word.partition("=")[2] for word in words if word.startswith("data_root=")]
    found = list_scenarios(Path(roots[-1])) if roots else list_scenarios()
    print_scenarios([(name, *about) for name, about in found.items()], console)
    print_policies(list_policies(), console)
    return 0


# --- small things --------------------------------------------------------------------


def view_of(result: Result) -> RunView:
    """Everything a report shows."""
    import numpy as np

    from report.view import PromiseRow, RunView, ZoneResponse
    from sim.kpis import HISTOGRAM_EDGES_MIN

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


class _Bar:
    """A progress bar that appears when a run takes longer than a second."""

    def __init__(self) -> None:
        import time

        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        self._began = time.perf_counter()
        self._bar = Progress(
            "{task.description}",
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("replications")

    def __call__(self, done: int, wanted: int) -> None:
        import time

        if time.perf_counter() - self._began > 1 and not self._bar.live.is_started:
            self._bar.start()
        self._bar.update(self._task, completed=done, total=wanted)

    def stop(self) -> None:
        """Remove the bar."""
        if self._bar.live.is_started:
            self._bar.stop()


def _console() -> Console:
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else 100)


def _say(error: PlanningError) -> int:
    from rich.console import Console

    Console(stderr=True, soft_wrap=True).print(
        str(error), style="red", markup=False, highlight=False
    )
    return FAILED if isinstance(error, EngineError) else BAD_INPUT


def _say_os(error: OSError) -> int:
    """A file or folder that cannot be used; a full disk is no fault of the input."""
    import errno

    place = str(error.filename or "the output folder")
    _say(ScenarioError("files and folders", [Problem(place[:200], str(error.strerror))]))
    return FAILED if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else BAD_INPUT


def _remove_empty(folder: Path) -> None:
    """Leave no empty folders behind a refused run; those the user stands in are his."""
    here = Path.cwd()
    made = [one for one in (folder, *folder.parents) if here in one.parents] or [folder]
    for one in made:
        try:
            one.rmdir()
        except OSError:
            return


def _short(folder: Path) -> str:
    try:
        return str(folder.relative_to(Path.cwd()))
    except ValueError:
        return str(folder)


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
