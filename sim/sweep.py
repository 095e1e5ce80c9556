"""The jobs of an ``-m`` sweep: what became of each, and one table of all.

Every job leaves a record beside the sweep's folder of results as soon as it ends, whatever
launcher ran it (in this process, or on a cluster); the command reads them when all are done.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

from network.kpi import HEADLINES

if TYPE_CHECKING:
    import pandas as pd

_RECORDS = ".jobs"


@dataclass(frozen=True, slots=True)
class Job:
    """A job of a sweep.

    Parameters
    ----------
    number : int
    overrides : tuple of str
        As typed, ``key=value``.
    folder : str
        Of its results, below that of the sweep.
    code : int
        Its exit code.
    reason : str
        Why it failed; empty: it did not.
    """

    number: int
    overrides: tuple[str, ...]
    folder: str
    code: int
    reason: str = ""

    @property
    def values(self) -> dict[str, str]:
        """What it was told, by key."""
        pairs = (word.lstrip("+").partition("=") for word in self.overrides)
        return {key: value for key, _, value in pairs}


def forget_jobs(sweep: Path) -> None:
    """Records that a sweep which was killed has left in this folder."""
    rmtree(sweep / _RECORDS, ignore_errors=True)


def write_job(job: Job, sweep: Path) -> None:
    """Leave a record of a job that has ended."""
    from sim.run_folder import write_text

    folder = sweep / _RECORDS
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / f"{job.number}.json", json.dumps(asdict(job)))


def read_jobs(sweep: Path) -> list[Job]:
    """The jobs that have ended, in their order."""
    jobs = []
    for path in (sweep / _RECORDS).glob("*.json"):
        record = json.loads(path.read_text(encoding="utf-8"))
        jobs.append(Job(**{**record, "overrides": tuple(record["overrides"])}))
    return sorted(jobs, key=lambda job: job.number)


def varied(jobs: Sequence[Job]) -> list[str]:
    """Keys whose values differ between jobs, in the order they were typed.

    Examples
    --------
    >>> jobs = [Job(n, ("seed=7", f"staffing={name}"), "", 0) for n, name in enumerate("ab")]
    >>> varied(jobs)
    ['staffing']
    """
    keys = dict.fromkeys(key for job in jobs for key in job.values)
    return [key for key in keys if len({job.values.get(key) for job in jobs}) > 1]


def sweep_table(jobs: Sequence[Job], sweep: Path) -> pd.DataFrame:
    """A row per job: what varied, how it ended, headline figures with their limits.

    It holds no times and no places, so that the same sweep gives the same table, however
    often it was interrupted.
    """
    import pandas as pd

    keys = varied(jobs)
    rows = []
    for job in jobs:
        row: dict[str, str | int | float | None] = {"job": job.number}
        row |= {key: job.values.get(key) for key in keys}
        row["failed"] = job.reason or None
        row |= _figures(sweep / job.folder / "kpis.json") if not job.code else {}
        rows.append(row)
    figures = [f"{name}{part}" for name in HEADLINES for part in ("", "_lower", "_upper")]
    table = pd.DataFrame(rows, columns=["job", *keys, "failed", "run_id", *figures])
    numbers = table[figures].astype("float64")
    return pd.concat([table[["job", *keys, "failed", "run_id"]].astype("object"), numbers], axis=1)


def _figures(path: Path) -> dict[str, str | float | None]:
    content = json.loads(path.read_text(encoding="utf-8"))
    row: dict[str, str | float | None] = {"run_id": content["run_id"]}
    for name, figure in content["headlines"].items():
        row[name] = figure["value"]
        row[f"{name}_lower"], row[f"{name}_upper"] = figure["lower"], figure["upper"]
    return row
