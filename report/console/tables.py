"""The one look of all tables: no rules, the section's name above its first column."""

from __future__ import annotations

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

GOOD, BAD, UNSURE, QUIET = "green", "red", "yellow", "dim"


def section(title: str, *columns: str) -> Table:
    """An empty table; where the width does not suffice, the names get shorter.

    Parameters
    ----------
    title : str
        Head of the first column, which holds names.
    columns : str
        Heads of the others, which hold numbers.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    table.add_column(name_text(title, "bold cyan"))
    for head in columns:
        table.add_column(Text(head, style=QUIET), justify="right", no_wrap=True)
    return table


def notes() -> Table:
    """An empty list of remarks: a word and what it says, with a hanging indent."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, min_width=13)
    grid.add_column(overflow="fold")
    return grid


def remark(grid: Table, word: str, *said: str | Text, style: str = "bold cyan") -> None:
    """Add a remark to `notes`."""
    grid.add_row(Text(word, style=style), Text.assemble(*said))


def name_text(words: str, style: str = "") -> Text:
    """A name that is shortened rather than wrapped."""
    return Text(words, style=style, no_wrap=True, overflow="ellipsis")


def plain(words: str, style: str = "") -> Text:
    """Text as it stands, without markup or emoji codes; intervals step back.

    Examples
    --------
    >>> plain("[bold]Lugo[/bold] :smile:").plain
    '[bold]Lugo[/bold] :smile:'
    """
    text = Text(words, style=style)
    text.highlight_regex(r" ± \S+$", QUIET)
    return text


def add(table: Table, name: str, *cells: str | Text | RenderableType, style: str = "") -> None:
    """A row of a name and what is said of it."""
    texts = [plain(cell) if isinstance(cell, str) else cell for cell in cells]
    table.add_row(name_text(name), *texts, style=style)
