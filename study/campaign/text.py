"""What a study file may say: its keys, their types and limits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from network.noun import Name, Noun
from study.design.designs import Kind

Number = Annotated[int, Field(ge=1, le=1_000_000)]


class ScaleOf(StrEnum):
    """How a range is divided."""

    LINEAR = "linear"
    LOG = "log"


class Method(StrEnum):
    """How a sensitivity analysis samples."""

    SOBOL = "sobol"
    MORRIS = "morris"


class FactorText(Noun):
    """A factor: ``[lean, base]``, or ``levels:``, or ``range:`` with what goes with it.

    Parameters
    ----------
    levels : tuple of str
    range : tuple of two floats, optional
    integer : bool
    scale : ScaleOf
    steps : int
        Levels that a grid takes from a range.
    """

    levels: tuple[str, ...] = ()
    range: tuple[float, float] | None = None
    integer: bool = False
    scale: ScaleOf = ScaleOf.LINEAR
    steps: Annotated[int, Field(ge=2, le=1000)] = 5

    @model_validator(mode="before")
    @classmethod
    def _list_is_levels(cls, said: object) -> object:
        return {"levels": said} if isinstance(said, list) else said

    @model_validator(mode="after")
    def _one_kind(self) -> FactorText:
        if bool(self.levels) == (self.range is not None):
            raise ValueError("expected either levels such as [1, 2] or range: [low, high]")
        if len(set(self.levels)) < len(self.levels):
            raise ValueError(f"got {', '.join(self.levels)}; expected each level once")
        if self.range is not None:
            self._check_range(*self.range)
        return self

    def _check_range(self, low: float, high: float) -> None:
        if not low < high:
            raise ValueError(f"got range [{low:g}, {high:g}]; expected low < high")
        if self.integer and not (low.is_integer() and high.is_integer()):
            raise ValueError(f"got range [{low:g}, {high:g}]; expected whole numbers (integer)")
        if self.scale is ScaleOf.LOG and low <= 0:
            raise ValueError(f"got range [{low:g}, {high:g}]; expected low > 0 for scale: log")


class DesignText(Noun):
    """How points are chosen.

    Parameters
    ----------
    kind : Kind
    samples : int, optional
    seed : int
    points : tuple of mappings
        Of the kind ``list``.
    """

    kind: Kind = Kind.GRID
    samples: Number | None = None
    seed: Annotated[int, Field(ge=0)] = 1
    points: tuple[dict[str, str], ...] = ()

    @model_validator(mode="after")
    def _what_the_kind_needs(self) -> DesignText:
        filling = self.kind in (Kind.LHS, Kind.SOBOL)
        if filling and self.samples is None:
            raise ValueError(f"{self.kind.value} needs samples, such as samples: 64")
        if not filling and self.samples is not None:
            raise ValueError(f"{self.kind.value} takes no samples; use lhs or sobol, or leave it")
        if self.kind is Kind.SOBOL:
            check_power(self.samples or 0)
        if bool(self.points) != (self.kind is Kind.LIST):
            raise ValueError("points go with kind: list, and list needs points")
        return self


def check_power(samples: int) -> None:
    """Refuse a number of Sobol points that is no power of two."""
    if samples & (samples - 1):
        near = 2 ** round(math.log2(samples))
        raise ValueError(f"got samples {samples}; Sobol points need a power of two, such as {near}")


class SensitivityText(Noun):
    """How a sensitivity analysis samples.

    Parameters
    ----------
    method : Method
    samples : int
        Base points (Sobol) or trajectories (Morris).
    seed : int
    """

    method: Method = Method.SOBOL
    samples: Number = 64
    seed: Annotated[int, Field(ge=0)] = 1

    @model_validator(mode="after")
    def _power(self) -> SensitivityText:
        if self.method is Method.SOBOL:
            check_power(self.samples)
        return self


class FrontierText(Noun):
    """Which figures a frontier shows.

    Parameters
    ----------
    cost, service : str
        Key figures; less of the first and more of the second is better, or as the registry says.
    """

    cost: str = "cost"
    service: str


class StudyText(Noun):
    """A study file.

    Parameters
    ----------
    name, title : str
    base : mapping
        Keys of ``python -m sim``.
    factors : mapping of str to FactorText
    design, sensitivity, frontier
        See `DesignText`, `SensitivityText`, `FrontierText`.
    kpis : tuple of str
    replications : int, optional
        None: as the scenario suggests.
    precision : mapping of str to str
    budget : int
        Most runs (replications of points).
    uncertain : mapping of str to str
        Laws by parameter.
    """

    name: Name
    title: Name = ""
    base: Mapping[str, object] = Field(default_factory=dict)
    factors: dict[str, FactorText] = Field(default_factory=dict)
    design: DesignText = DesignText()
    kpis: Annotated[tuple[str, ...], Field(min_length=1)]
    replications: Annotated[int, Field(ge=1, le=100_000)] | None = None
    precision: dict[str, str] = Field(default_factory=dict)
    budget: Number = 10_000
    uncertain: dict[str, str] = Field(default_factory=dict)
    sensitivity: SensitivityText = SensitivityText()
    frontier: FrontierText | None = None
