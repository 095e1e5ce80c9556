"""What every noun of the scenario tables has in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

_ID_FORBIDDEN = set('/\\<>"|?*;,')


class Noun(BaseModel):
    """A frozen value, validated once; unknown fields are refused, NaN and infinity too."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, str_strip_whitespace=True
    )


def _plain(text: str) -> str:
    if any(not character.isprintable() for character in text):
        raise ValueError("expected printable text without control or direction characters")
    return text


def _identifier(text: str) -> str:
    if set(text) & _ID_FORBIDDEN or text != text.strip(". "):
        raise ValueError(
            'expected an id without / \\ < > " | ? * ; , or a dot or space at its ends'
        )
    return _plain(text)


def split_list(text: object) -> object:
    """``a; b`` -> ``("a", "b")``; anything but text passes."""
    if isinstance(text, str):
        return tuple(word.strip() for word in text.split(";") if word.strip())
    return text


Id = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_identifier)]
"""An identifier: text, kept exactly as written (``NO``, ``007`` and ``1e3`` stay themselves)."""
Name = Annotated[str, Field(max_length=200), AfterValidator(_plain)]
"""What people call it."""
Ids = Annotated[tuple[Id, ...], BeforeValidator(split_list)]
"""Several identifiers, separated by semicolons."""
Probability = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Amount = Annotated[float, Field(ge=0, le=1e15)]
"""A number >= 0 (so far below the largest float that sums stay finite)."""
