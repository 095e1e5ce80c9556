"""``python -m sim``: the one place where configuration, simulation and report meet."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from network.errors import EngineError, PlanningError, Problem, ScenarioError, did_you_mean
from network.promise import Form
from sim.config import CONFIGS, Config, build_network, check_words, counted_minutes

if TYPE_CHECKING:
    from omegaconf import DictConfig
    from report.view import RunView
    from rich.console import Console

    from network.model import Network
    from sim.api import Result

COMMANDS = ("run", "list", "check", "traffic")
BAD_INPUT, FAILED, INTERRUPTED = 2, 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 failed, 2 bad input, 130 interrupted."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = words.pop(0) if words and words[0] in COMMANDS else "run"
    command = "run" if {"--help", "-h"} & {*words} else command  # one page of help for all
    os.environ["HYDRA_FULL_ERROR"] = "1"  # errors come to us, not to Hydra's own printer
    try:
        words = _checked_words(words)
        if command == "list":
            return _list(words)
        if command == "run":
            return _run_by_hydra(words)
        config = _compose(words)
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


def _checked_words(words: Sequence[str]) -> list[str]:
    """The words as Hydra understands them, without what it would misread or let through."""
    from omegaconf import OmegaConf

    OmegaConf.clear_resolver("oc.env")
    if words and words[0].isalpha():
        message = f"got '{words[0]}'; expected a command of {', '.join(COMMANDS)} or key=value."
        hint = did_you_mean(words[0], COMMANDS)
        raise ScenarioError("the command line", [Problem("first word", message + hint)])
    with _configuration_errors():
        check_words(words)
    # new keys of an open mapping need Hydra's ++, which is not for people to know
    return [f"++{word}" if word.startswith(("change={", "precision={")) else word for word in words]


# --- by Hydra ------------------------------------------------------------------------


def _run_by_hydra(words: Sequence[str]) -> int:
    """Let Hydra compose, sweep and make folders; each job is `_job`."""
    import hydra

    _store_schema()
    codes: list[int] = []
    sys.argv = ["python -m sim", *words]
    launch = hydra.main(config_path=str(CONFIGS), config_name="config", version_base="1.3")
    with _configuration_errors():
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


def _compose(words: Sequence[str]) -> DictConfig:
    from hydra import compose, initialize_config_dir

    _store_schema()
    overrides: list[str] = []
    folders: list[str] = []
    waiting = ""
    for word in words:
        option, _, value = word.partition("=")
        if not word.startswith("-"):
            (folders if waiting in ("--config-dir", "-cd") else overrides).append(word)
        elif option in ("--config-dir", "-cd") and value:
            folders.append(value)
        waiting = word
    if folders:
        places = ",".join(f"file://{Path(folder).resolve()}" for folder in folders)
        overrides.append(f"hydra.searchpath=[{places}]")
    with _configuration_errors(), initialize_config_dir(str(CONFIGS), version_base="1.3"):
        return compose("config", overrides=overrides)


def _store_schema() -> None:
    from hydra.core.config_store import ConfigStore

    ConfigStore.instance().store(name="schema", node=Config)


class _configuration_errors:  # noqa: N801 - used as a with-statement's verb
    """Turn what Hydra and OmegaConf raise into errors for people."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        from hydra.errors import HydraException
        from omegaconf.errors import OmegaConfBaseException

        if isinstance(error, (HydraException, OmegaConfBaseException)):
            raise ScenarioError("the configuration", [_explain(error)]) from None


def _explain(error: BaseException) -> Problem:
    """Hydra's message in one line, with the nearest key or group there is."""
    import re

    from omegaconf.errors import ConfigAttributeError, ConfigKeyError

    cause = error.__cause__ if error.__cause__ is not None else error
    text = " ".join(str(error).split())
    if isinstance(cause, (ConfigKeyError, ConfigAttributeError)):
        path = str(cause.full_key or cause.key)
        section = Config.__dataclass_fields__.get(path.split(".", maxsplit=1)[0])
        parent = section.default_factory if section and "." in path else Config
        known = list(getattr(parent, "__dataclass_fields__", Config.__dataclass_fields__))
        hint = did_you_mean(path.rsplit(".", maxsplit=1)[-1], known)
        return Problem(path, f"unknown key; expected one of {', '.join(known)}.{hint}")
    option = re.search(r"Could not find '([^']+)/([^']+)'", text)
    if option:
        known = sorted(
            path.relative_to(CONFIGS / option[1]).with_suffix("").as_posix()
            for path in (CONFIGS / option[1]).rglob("*.yaml")
        )
        hint = did_you_mean(option[2], known)
        return Problem(option[1], f"got '{option[2]}'; expected one of {', '.join(known)}.{hint}")
    where = str(getattr(cause, "full_key", None) or "the command line")
    return Problem(where, " ".join(str(cause).split("full_key:")[0].split())[:300])


# --- what a job does -----------------------------------------------------------------


def _simulate(cfg: DictConfig, folder: Path) -> int:
    from omegaconf import OmegaConf

    from sim.run_folder import headline_record, locked, run_record, write_json, write_text
    from sim.run_state import save_state

    config = _typed(cfg)
    network = build_network(config)
    with locked(folder):
        result = _play(config, network, folder)
        write_text(folder / "config.yaml", OmegaConf.to_yaml(cfg, resolve=True))
        write_json(folder / "kpis.json", headline_record(result))
        _write_tables(result, folder)
        save_state(result, folder)
        view = _view(result)
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
    from sim.layout import lay_out
    from sim.policies import find_policy
    from sim.traffic import look, warnings

    config = _typed(cfg)
    network = build_network(config)
    find_policy(network.dispatch.policy)
    layout = lay_out(network, 7 * 1440.0)
    traffic = look(network, layout)
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

    from sim.layout import lay_out
    from sim.traffic import look

    network = build_network(_typed(cfg))
    traffic = look(network, lay_out(network, 7 * 1440.0))
    print_traffic(network, traffic.requests_per_day, traffic.tiers, traffic.sites, _console())
    return 0


def _list(words: Sequence[str]) -> int:
    from report.console import print_policies, print_scenarios

    from network.load import list_scenarios
    from sim.policies import list_policies

    console = _console()
    roots = [word.partition("=")[2] for word in words if word.startswith("data_root=")]
    found = list_scenarios(Path(roots[-1])) if roots else list_scenarios()
    print_scenarios([(name, *about) for name, about in found.items()], console)
    print_policies(list_policies(), console)
    return 0


# --- small things --------------------------------------------------------------------


def _typed(cfg: DictConfig) -> Config:
    from omegaconf import OmegaConf

    unknown = [str(key) for key in cfg if key not in Config.__dataclass_fields__]
    if unknown:
        raise ScenarioError("the configuration", [Problem(key, "unknown key") for key in unknown])
    with _configuration_errors():
        return cast("Config", OmegaConf.to_object(cfg))


def _view(result: Result) -> RunView:
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


if __name__ == "__main__":
    sys.exit(main())
