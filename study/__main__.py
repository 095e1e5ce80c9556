"""``python -m study``: many scenarios, one command each way of looking at them."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from network.errors import Problem, ScenarioError, did_you_mean
from sim.shell import INTERRUPTED, guarded

COMMANDS = (
    "run",
    "compare",
    "baseline",
    "select",
    "sensitivity",
    "tornado",
    "pilot",
    "query",
)
"""Modules of `study.commands`, in the order in which they are listed."""
_ABOUT = "Many scenarios: sweep them, compare them, choose among them, ask what matters."
_AFTER = """\
what is simulated once is kept in outputs/store and never computed again; a study that was
stopped goes on where it was.

  python -m study run docs/studies/staffing_and_demand.yaml          a study from its file
  python -m study run docs/studies/staffing_and_demand.yaml --dry    its points, no run
  python -m study tornado scenario=regionB                           what the cost hangs on
"""
_STOPPED = "Interrupted: what is finished is kept; the same command goes on from there."


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help with room for the names of commands."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=16, width=100)


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are told in the house's words."""

    def error(self, message: str) -> NoReturn:
        wrong = re.search(r"invalid choice: '([^']*)'", message)
        if wrong:
            known = COMMANDS
            hint = did_you_mean(wrong[1], known)
            message = f"got '{wrong[1]}'; expected one of {', '.join(known)}.{hint}"
        raise ScenarioError("the command line", [Problem(self.prog, message)])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 failed, 2 bad input, 130 interrupted."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    code = guarded(lambda: _answer(words))
    if code == INTERRUPTED:
        sys.stderr.write(f"{_STOPPED}\n")
    return code


def _answer(words: Sequence[str]) -> int:
    asked, rest = _parser().parse_known_args(words)
    if asked.command is None:
        known = ", ".join(COMMANDS)
        message = f"expected a command: one of {known}; --help tells of each"
        raise ScenarioError("the command line", [Problem("python -m study", message)])
    options = [word for word in rest if word.startswith("-") or not hasattr(asked, "settings")]
    if options:
        problems = [Problem(word, "is not understood; see --help") for word in options]
        raise ScenarioError("the command line", problems)
    if rest:  # settings that came after an option
        asked.settings = [*asked.settings, *rest]
    code: int = asked.run(asked)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m study",
        description=_ABOUT,
        epilog=_AFTER,
        formatter_class=_Help,
        usage="python -m study command ... (each has its own --help)",
    )
    commands = parser.add_subparsers(
        title="commands", metavar="", dest="command", prog="python -m study"
    )
    for name in COMMANDS:
        import_module(f"study.commands.{name}").add_parser(commands)
    return parser


def command() -> NoReturn:
    """``python -m study``: an interrupted run leaves without waiting for what is computing."""
    code = main()
    if code == INTERRUPTED:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    command()
