"""Scenarios and policies there are; the problems of a scenario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.text import Text

from network.errors import ScenarioError
from report.console.tables import BAD, QUIET, add, plain, section


def print_scenarios(scenarios: Iterable[tuple[str, str, str]], console: Console) -> None:
    """Print the scenarios there are.

    Parameters
    ----------
    scenarios : iterable of (name, title, description)
    console : rich.console.Console
    """
    table = section("Scenario")
    table.add_column(Text("what it is", style=QUIET), overflow="fold")
    for name, title, description in scenarios:
        add(table, name, Text.assemble((title, "bold"), ". " if title else "", description))
    console.print(table)


def print_policies(policies: Mapping[str, str], console: Console) -> None:
    """Print the dispatch policies there are, each with a line on what it does."""
    table = section("Policy")
    table.add_column(Text("what it does", style=QUIET), overflow="fold")
    for name, line in policies.items():
        add(table, name, line)
    console.print(table)


def print_problems(error: ScenarioError, console: Console) -> None:
    """Print all problems of a scenario, each with its place; meant for standard error."""
    count = len(error.problems)
    head = f"{count} problem{'s' if count != 1 else ''} in {error.subject}"
    console.print(Text(head, style=f"bold {BAD}"))
    for problem in error.problems:
        text = Text.assemble(" * ", (problem.where, "bold"), ": ").append_text(
            plain(problem.message)
        )
        console.print(text, soft_wrap=True)
