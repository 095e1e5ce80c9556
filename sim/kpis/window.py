"""The part of a run that counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a run that counts.

    Parameters
    ----------
    start, end : float
        Arrivals in [start, end) are counted, minutes.
    horizon : float
        Until which things happen (later than ``end`` if the run is drained).
    """

    start: float
    end: float
    horizon: float

    @property
    def minutes(self) -> float:
        """Length of the counted part."""
        return self.end - self.start
