"""The locked baseline of a scenario: a finished run that later ones are held against.

A baseline is a copy of the run's figures, its configuration and what it was made of, below
``baselines/<scenario>/``. ``baseline.json`` names the copy and is written last, so a lock is
there as a whole or not at all; the former copy is removed after it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zipfile import BadZipFile

from network.digest import network_digest
from network.errors import Problem, ScenarioError
from network.load.folder import name_problem
from network.model import Network
from network.promise import Promise
from sim.estimates import estimate_promises
from sim.kpis import Kpis, Window
from sim.result import Result
from sim.run_folder import Json, locked, versions, write_atomically, write_json
from sim.run_state import FILE as STATE
from sim.run_state import load_state, read_figures
from sim.store.code import code_version

BASELINES = Path("baselines")
"""Where the user stands, unless he says otherwise."""
RECORD = "baseline.json"
_COPIED = ("config.yaml", "kpis.json", "run.json", STATE)
_SUBJECT = "the locked baseline"


@dataclass(frozen=True)
class Baseline:
    """A locked run.

    Parameters
    ----------
    scenario : str
    folder : Path
        The copy of its files.
    locked_at : str
        UTC, ISO 8601.
    run_id : str
    seed : int
    window : Window
    promises : tuple of Promise
        As they were when it was locked.
    kpis : tuple of Kpis
        A replication each.
    digests : tuple of str
        Of their outcomes.
    requests : int
    network : str
        Digest of the network.
    code : str
        Version of the code that played it (see `sim.store.code`).
    data_sha256 : mapping of str to str
        Digest of every file that was read.
    """

    scenario: str
    folder: Path
    locked_at: str
    run_id: str
    seed: int
    window: Window
    promises: tuple[Promise, ...]
    kpis: tuple[Kpis, ...]
    digests: tuple[str, ...]
    requests: int
    network: str
    code: str
    data_sha256: Mapping[str, str]

    @property
    def config(self) -> Path:
        """The composed configuration that it was run with."""
        return self.folder / "config.yaml"

    def as_result(self, network: Network) -> Result:
        """The locked figures as a result; the promises are those of the lock.

        Parameters
        ----------
        network : Network
            For the names of things: the figures stay as they were locked, even if it has
            changed since.
        """
        then = replace(network, promises=self.promises)
        return Result(
            network=then,
            window=self.window,
            seed=self.seed,
            engine="",
            engine_reason="locked",
            kpis_by_replication=list(self.kpis),
            promises=estimate_promises(then, self.kpis),
            digests=list(self.digests),
            requests=self.requests,
            wall_seconds=0.0,
            warnings=(),
            suggested_warm_up=float("nan"),
        )


def data_changes(was: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """Files whose content is not what it was, in words.

    Examples
    --------
    >>> data_changes({"a.csv": "1", "b.csv": "2"}, {"a.csv": "3", "c.csv": "4"})
    ('a.csv has changed', 'b.csv is no longer read', 'c.csv is new')
    """
    words = []
    for name in sorted({*was, *now}):
        if name not in now:
            words.append(f"{name} is no longer read")
        elif name not in was:
            words.append(f"{name} is new")
        elif was[name] != now[name]:
            words.append(f"{name} has changed")
    return tuple(words)


def lock(run: Path, network: Network, folder: Path = BASELINES, *, again: bool = False) -> Baseline:
    """Lock a finished run as the baseline of its scenario.

    Parameters
    ----------
    run : pathlib.Path
        Folder of ``python -m sim``.
    network : Network
        What its configuration gives today; it must be what was run.
    folder : pathlib.Path
        Of all baselines.
    again : bool
        Take the place of a baseline that is locked already.

    Raises
    ------
    ScenarioError
        If the run is not complete, its data have changed since, or one is locked already.
    """
    result = finished_run(run, network)
    home = folder / network.name
    if (home / RECORD).exists() and not again:
        message = (
            f"'{network.name}' has a baseline already, locked in {home}; "
            "add --replace to lock this run instead"
        )
        raise ScenarioError("the baseline", [Problem(network.name, message)])
    copy = f"{result.run_id}-{network_digest(network)[:12]}"
    with locked(home):
        (home / copy).mkdir(exist_ok=True)
        for name in _COPIED:
            content = (run / name).read_bytes()
            write_atomically(home / copy / name, partial(Path.write_bytes, data=content))
        write_json(home / RECORD, _record(result, home / copy))
        for old in list(home.iterdir()):  # what an earlier lock has left
            if old.is_dir() and old.name != copy and (old / STATE).exists():
                shutil.rmtree(old)
    found = read_baseline(network.name, folder)
    assert found is not None
    return found


def finished_run(run: Path, network: Network) -> Result:
    """The result of a run's folder, if it is complete and the network still the same.

    Raises
    ------
    ScenarioError
        Saying what is missing, or which data have changed since the run.
    """
    missing = [name for name in _COPIED if not (run / name).is_file()]
    if missing:
        message = f"has no {', '.join(missing)}; expected the folder of a finished python -m sim"
        raise ScenarioError("the run", [Problem(str(run), message)])
    try:
        record = json.loads((run / "run.json").read_text("utf-8"))
        was = {str(name): str(digest) for name, digest in record["data_sha256"].items()}
    except (ValueError, LookupError, TypeError, AttributeError):
        raise ScenarioError(
            "the run", [Problem(str(run / "run.json"), "is not readable")]
        ) from None
    changed = data_changes(was, network.data_sha256)
    if changed:
        words = "since this run, so its figures are not of the present data; run it again"
        raise ScenarioError("the run", [Problem(str(run), f"{one} {words}") for one in changed])
    try:
        return load_state(run, network)
    except ScenarioError as error:
        problems = [Problem(str(run), one.message) for one in error.problems]
        raise ScenarioError("the run", problems) from None


def _record(result: Result, copy: Path) -> Json:
    network, window = result.network, result.window
    return {
        "scenario": network.name,
        "locked_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "copy": copy.name,
        "run_id": result.run_id,
        "outcomes_sha256": result.outcomes_sha256,
        "seed": result.seed,
        "replications": len(result.digests),
        "warm_up_min": window.start,
        "end_min": window.end,
        "horizon_min": window.horizon,
        "network_sha256": network_digest(network),
        "code_sha256": code_version(network.dispatch.policy),
        "versions": versions(),
        "data_sha256": dict(sorted(network.data_sha256.items())),
        "files_sha256": {name: _sha256(copy / name) for name in _COPIED},
        "promises": [one.model_dump(mode="json") for one in network.promises],
    }


def read_baseline(scenario: str, folder: Path = BASELINES) -> Baseline | None:
    """The locked baseline of a scenario; None if there is none.

    Raises
    ------
    ScenarioError
        If it is damaged.
    """
    problem = name_problem(scenario)
    if problem is not None:
        raise ScenarioError(_SUBJECT, [problem])
    record = folder / scenario / RECORD
    if not record.is_file():
        return None
    try:
        return _read(record)
    except (
        OSError, EOFError, MemoryError, ValueError, LookupError, TypeError, AttributeError,
        BadZipFile,
    ):  # fmt: skip
        hint = f"python -m study baseline unlock {scenario}"
        message = f"is damaged; remove it with '{hint}' and lock a run again"
        raise ScenarioError(_SUBJECT, [Problem(str(record), message)]) from None


def _read(path: Path) -> Baseline:
    record = json.loads(path.read_text("utf-8"))
    copy = path.parent / Path(record["copy"]).name
    wrong = [n for n in _COPIED if _sha256(copy / n) != record["files_sha256"][n]]
    if wrong:
        raise ValueError(wrong)
    about, kpis = read_figures(copy / STATE)
    return Baseline(
        scenario=record["scenario"],
        folder=copy,
        locked_at=record["locked_at"],
        run_id=record["run_id"],
        seed=record["seed"],
        window=Window(record["warm_up_min"], record["end_min"], record["horizon_min"]),
        promises=tuple(Promise.model_validate(one) for one in record["promises"]),
        kpis=tuple(kpis),
        digests=tuple(about["digests"]),
        requests=about["requests"],
        network=record["network_sha256"],
        code=record["code_sha256"],
        data_sha256=record["data_sha256"],
    )


def list_baselines(folder: Path = BASELINES) -> tuple[str, ...]:
    """Scenarios that have a baseline."""
    found = folder.rglob(RECORD) if folder.is_dir() else ()
    return tuple(sorted(path.parent.relative_to(folder).as_posix() for path in found))


def unlock(scenario: str, folder: Path = BASELINES) -> bool:
    """Remove the baseline of a scenario, damaged or not; says whether there was one."""
    problem = name_problem(scenario)
    if problem is not None:
        raise ScenarioError(_SUBJECT, [problem])
    home = folder / scenario
    if not (home / RECORD).is_file():
        return False
    with locked(home):
        (home / RECORD).unlink()
        for old in list(home.iterdir()):
            if old.is_dir() and {path.name for path in old.iterdir()} <= {*_COPIED}:
                shutil.rmtree(old)
    try:
        home.rmdir()
    except OSError:  # scenarios below it, or files of the user's own
        return True
    return True


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
