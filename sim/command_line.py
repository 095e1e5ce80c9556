"""Words on the command line -> a typed configuration, with errors for people.

Hydra composes it from `configs/`; here is what keeps Hydra from running code, and what
turns its messages into ours.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from network.errors import PlanningError, Problem, ScenarioError, did_you_mean
from network.load.folder import name_problem
from network.load.text import read_yaml
from sim.config import (
    CONFIGS,
    ChannelsChoice,
    DemandChoice,
    PolicyChoice,
    ScenarioChoice,
    StaffingChoice,
)
from sim.shell import guarded, remove_empty, say
from sim.sweep import Job, forget_jobs, read_jobs
from sim.sweep_jobs import Work, as_job, tell_failures, tell_interrupted

if TYPE_CHECKING:
    from omegaconf import DictConfig

Schema = TypeVar("Schema")
After = Callable[[Sequence[Job], Path], None]
"""Is shown the jobs of a sweep when all have ended, and its folder."""

_FLAGS = ("--help", "-h", "--multirun", "-m", "--run", "-r", "--resolve", "--version",
          "--hydra-help", "--shell-completion", "-sc")  # fmt: skip
_WITH_VALUE = ("--config-dir", "-cd", "--cfg", "-c", "--package", "-p")
_CODE = re.compile(r"(?<![A-Za-z0-9])_target_['\"]?\s*[:=]")
_HYDRA_KEYS = ("run", "sweep", "launcher", "sweeper", "output_subdir", "mode", "verbose")
_GROUPS = {
    "scenario": ScenarioChoice,
    "staffing": StaffingChoice,
    "demand": DemandChoice,
    "policy": PolicyChoice,
    "channels": ChannelsChoice,
}


@dataclass(frozen=True, slots=True)
class CommandLine(Generic[Schema]):
    """How a command is told what to do.

    Parameters
    ----------
    name : str
        As typed, ``python -m sim``.
    config : str
        The file of `configs/` that composes it.
    schema : type
        Dataclass of everything it can be told.
    commands : tuple of str
        Words that may come first; the first of them is understood without.
    open_keys : tuple of str
        Mappings that take any key.
    """

    name: str
    config: str
    schema: type[Schema]
    commands: tuple[str, ...]
    open_keys: tuple[str, ...] = ()

    def main(self, arguments: Sequence[str] | None, answer: Callable[[str, list[str]], int]) -> int:
        """Run ``answer(command, words)`` and return its exit code, errors told."""
        words = list(sys.argv[1:] if arguments is None else arguments)
        first = self.commands[0]
        command = words.pop(0) if words and words[0] in self.commands else first
        command = first if {"--help", "-h"} & {*words} else command  # one page of help for all
        os.environ["HYDRA_FULL_ERROR"] = "1"  # errors come to us, not to Hydra's own printer
        return guarded(lambda: answer(command, self.read_words(words)))

    def read_words(self, words: Sequence[str]) -> list[str]:
        """The words as Hydra understands them, without what it would misread or let through."""
        from omegaconf import OmegaConf

        OmegaConf.clear_resolver("oc.env")
        if words and words[0].isalpha():
            expected = f"a command of {', '.join(self.commands)} or key=value."
            hint = did_you_mean(words[0], self.commands)
            message = f"got '{words[0]}'; expected {expected}{hint}"
            raise ScenarioError("the command line", [Problem("first word", message)])
        with configuration_errors(self.schema):
            check_words(words)
        # new keys of an open mapping need Hydra's ++, which is not for people to know
        opened = tuple(f"{key}={{" for key in self.open_keys)
        return [f"++{word}" if word.startswith(opened) else word for word in words]

    def compose(self, words: Sequence[str]) -> DictConfig:
        """Compose the configuration without running anything."""
        from hydra import compose, initialize_config_dir

        self._store_schema()
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
        with (
            configuration_errors(self.schema),
            initialize_config_dir(str(CONFIGS), version_base="1.3"),
        ):
            return compose(self.config, overrides=overrides)

    def run(self, words: Sequence[str], work: Work, after: After | None = None) -> int:
        """Let Hydra compose, sweep and make folders.

        A job of a sweep that fails is told of at once and stops no other; all failures are
        listed at the end.
        """
        self._store_schema()
        if {"-m", "--multirun"} & {*words}:
            return self._sweep(words, work, after)
        codes: list[int] = []
        self._launch(words, lambda cfg: codes.append(_in_folder(work, cfg)))
        return max(codes, default=0)

    def _sweep(self, words: Sequence[str], work: Work, after: After | None) -> int:
        words, sweep = _sweep_folder(words)
        forget_jobs(sweep)
        try:
            self._launch(words, lambda cfg: as_job(work, cfg, sweep))
            jobs = read_jobs(sweep)
            if jobs and after is not None:
                after(jobs, sweep)
        except KeyboardInterrupt:
            tell_interrupted(len(read_jobs(sweep)))
            raise
        finally:
            forget_jobs(sweep)
        tell_failures(jobs)
        if all(job.code for job in jobs):
            (sweep / "multirun.yaml").unlink(missing_ok=True)
            remove_empty(sweep)
        return max((job.code for job in jobs), default=0)

    def _launch(self, words: Sequence[str], task: Callable[[DictConfig], None]) -> None:
        import hydra

        sys.argv = [self.name, *words]
        launch = hydra.main(config_path=str(CONFIGS), config_name=self.config, version_base="1.3")
        with configuration_errors(self.schema):
            launch(task)()

    def typed(self, cfg: DictConfig) -> Schema:
        """The configuration as typed values; keys that the schema lacks are refused."""
        from omegaconf import OmegaConf

        unknown = [str(key) for key in cfg if key not in _keys(self.schema)]
        if unknown:
            problems = [Problem(key, "unknown key") for key in unknown]
            raise ScenarioError("the configuration", problems)
        with configuration_errors(self.schema):
            return cast("Schema", OmegaConf.to_object(cfg))

    def _store_schema(self) -> None:
        """Let Hydra know the types, so that it refuses what they do not have."""
        from hydra.core.config_store import ConfigStore

        ConfigStore.instance().store(name=f"{self.config}_schema", node=self.schema)


def _in_folder(work: Work, cfg: DictConfig) -> int:
    """Do the work in the folder that Hydra made; its errors are told at once."""
    from hydra.core.hydra_config import HydraConfig

    folder = Path(HydraConfig.get().runtime.output_dir)
    try:
        return work(cfg, folder)
    except PlanningError as error:
        remove_empty(folder)
        return say(error)
    except KeyboardInterrupt:
        remove_empty(folder)
        raise


def _sweep_folder(words: Sequence[str]) -> tuple[list[str], Path]:
    """The words with the sweep's folder among them, which must be known before Hydra starts."""
    key = "hydra.sweep.dir"
    told = [word for word in words if word.lstrip("+").startswith(f"{key}=")]
    if told and "${" not in told[-1]:
        return [*words], Path(_values(told[-1])[0])
    rest = [word for word in words if word not in told]
    folder = Path("multirun") / dt.datetime.now().strftime("%Y-%m-%d_%H-%M-%S")  # noqa: DTZ005
    return [*rest, f"{key}={folder.as_posix()}"], folder


def _keys(schema: type) -> list[str]:
    return [one.name for one in fields(schema)]


class configuration_errors:  # noqa: N801 - used as a with-statement's verb
    """Turn what Hydra and OmegaConf raise into errors for people."""

    def __init__(self, schema: type) -> None:
        self._schema = schema

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        from hydra.errors import HydraException
        from omegaconf.errors import OmegaConfBaseException

        if isinstance(error, (HydraException, OmegaConfBaseException)):
            raise ScenarioError("the configuration", [_explain(error, self._schema)]) from None


def _explain(error: BaseException, schema: type) -> Problem:
    """Hydra's message in one line, with the nearest key or group there is."""
    from omegaconf.errors import ConfigAttributeError, ConfigKeyError

    cause = error.__cause__ if error.__cause__ is not None else error
    text = " ".join(str(error).split())
    if isinstance(cause, (ConfigKeyError, ConfigAttributeError)):
        path = str(cause.full_key or cause.key)
        sections = {one.name: one.default_factory for one in fields(schema)}
        parent = sections.get(path.split(".", maxsplit=1)[0]) if "." in path else schema
        known = (
            _keys(parent) if isinstance(parent, type) and is_dataclass(parent) else _keys(schema)
        )
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


def check_words(words: Sequence[str]) -> None:
    """Refuse what Hydra would misunderstand, or would run as code, on a command line.

    Raises
    ------
    ScenarioError
        With a problem per word.
    """
    problems: list[Problem] = []
    waiting = ""
    for word in words:
        option, _, value = word.partition("=")
        if waiting or not word.startswith("-"):
            if waiting in ("--config-dir", "-cd"):
                check_user_configs(Path(word))
            elif not waiting:
                problems += _override_problems(word)
            waiting = ""
        elif option in _WITH_VALUE and not value:
            waiting = option
        elif option in ("--config-dir", "-cd"):
            check_user_configs(Path(value))
        elif option not in (*_FLAGS, *_WITH_VALUE):
            known = [*_FLAGS, *_WITH_VALUE]
            message = f"unknown option; expected one of {', '.join(known)}."
            problems.append(Problem(option, message + did_you_mean(option, known)))
    if waiting:
        problems.append(Problem(waiting, "needs a value"))
    if problems:
        raise ScenarioError("the command line", problems)


def _override_problems(word: str) -> Iterator[Problem]:
    """What is wrong with ``key=value`` that Hydra itself would let through."""
    key = word.lstrip("+~").partition("=")[0]
    parts = key.replace("/", ".").split(".")
    if _CODE.search(word) or "@" in key:
        yield Problem(key, "names code or a package; expected the name of a choice or a value")
    elif parts[0] == "hydra" and (len(parts) < 2 or parts[1] not in _HYDRA_KEYS):
        allowed = ", ".join(f"hydra.{name}" for name in _HYDRA_KEYS)
        yield Problem(key, f"may not be set here; expected one of {allowed}")
    elif key == "scenario.name" or ("." not in key and parts[0] in (*_GROUPS, "hydra")):
        yield from (problem for name in _values(word) if (problem := name_problem(name)))


def _values(word: str) -> list[str]:
    """The values of an override, all of them if it is a sweep (a glob finds only what exists)."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.core.override_parser.types import Glob

    override = OverridesParser.create().parse_override(word)
    if isinstance(override.value(), Glob):
        return []
    if override.is_sweep_override():
        return [str(value) for value in override.sweep_iterator()]
    return [str(override.value())]


def check_user_configs(folder: Path) -> None:
    """Refuse a user's config folder that is more than choices of the groups there are.

    Raises
    ------
    ScenarioError
        If a file has a built-in's name, lies outside the groups, has unknown keys, or
        would configure Hydra or name code (``_target_``, ``defaults``, ``@package``).
    """
    if not folder.is_dir():
        message = f"there is no folder '{folder}'"
        raise ScenarioError("the configuration", [Problem("--config-dir", message)])
    problems: list[Problem] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_symlink():
            problems.append(Problem(str(name), "is a link; expected plain files and folders"))
        elif path.suffix in (".yaml", ".yml"):
            problems += _user_file_problems(path, name)
    if problems:
        raise ScenarioError(f"--config-dir {folder.name}", problems)


def _user_file_problems(path: Path, name: Path) -> Iterator[Problem]:
    if (CONFIGS / name).exists():
        yield Problem(str(name), "has the name of a built-in; choose another")
    group = _GROUPS.get(name.parts[0]) if len(name.parts) > 1 else None
    if group is None:
        yield Problem(str(name), f"is in no group; expected a folder of {', '.join(_GROUPS)}")
        return
    try:
        content = read_yaml(path)
    except ScenarioError as error:
        yield from error.problems
        return
    if re.search(r"^\s*#\s*@package", path.read_text("utf-8-sig"), re.MULTILINE):
        yield Problem(str(name), "names a package; expected keys of its group only")
    known = [one.name for one in fields(group)]
    for key in content:
        if key not in known:
            message = f"unknown key; expected one of {', '.join(known)}.{did_you_mean(key, known)}"
            yield Problem(f"{name}, {key}", message)
    if group is ScenarioChoice and (problem := name_problem(str(content.get("name", "")))):
        yield Problem(f"{name}, name", problem.message)
