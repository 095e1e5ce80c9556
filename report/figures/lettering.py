"""Names on figures: only what the fonts at hand can write, never as mathematics."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_PREFERRED = (
    "DejaVu Sans",
    "Noto Sans",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "Hiragino Sans GB",
    "PingFang SC",
    "Arial Unicode MS",
)
_SHAPED = {"R", "AL", "AN"}
"""Directions of writing that need a text engine that matplotlib does not have."""


@lru_cache(maxsize=1)
def families() -> tuple[str, ...]:
    """The preferred font families that are installed, the first always."""
    from matplotlib.font_manager import fontManager

    present = {font.name for font in fontManager.ttflist}
    return _PREFERRED[:1] + tuple(name for name in _PREFERRED[1:] if name in present)


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    """Characters that the installed families can write."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    codes: set[int] = set()
    for family in families():
        codes |= set(get_font(findfont(FontProperties(family=[family]))).get_charmap())
    return frozenset(codes)


def can_write(text: str) -> bool:
    """Whether the fonts at hand have every character and it runs from left to right.

    Examples
    --------
    >>> can_write("Málaga"), can_write("مدريد")
    (True, False)
    """
    return all(
        ord(character) in _glyphs()
        and unicodedata.bidirectional(character) not in _SHAPED
        and not unicodedata.combining(character)
        for character in text
    )


def legible(name: str, key: str, most: int = 30) -> str:
    r"""The name as it can be drawn: its key where no font has its characters.

    A long name loses what stands after a comma, then its end.

    Parameters
    ----------
    name, key : str
        What people call it, and its id.
    most : int
        Characters.

    Examples
    --------
    >>> legible("Vigo", "v1"), legible("", "v1"), legible("مدريد", "m1")
    ('Vigo', 'v1', 'm1')
    >>> legible("a$b$ and a very, very long name", "x", most=12)
    'a\\$b\\$ and a…'
    """
    text = unicodedata.normalize("NFC", name)
    if not text or not can_write(text):
        text = unicodedata.normalize("NFC", key)
    if not can_write(text):
        text = "".join(c if can_write(c) else "?" for c in text)
    if len(text) > most:
        text = text.partition(",")[0]
    if len(text) > most:
        text = text[: most - 1].rstrip() + "…"
    return text.replace("$", r"\$")
