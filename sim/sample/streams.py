"""One random stream per column, class, depth and replication.

A new column, a changed lever or a changed plan disturbs no other draw, so two plans on
the same tables are compared under common random numbers.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.law import Source

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Streams:
    """The streams of one request class in one replication.

    Parameters
    ----------
    seed, replication : int
    owner : str
        The class; its draws do not depend on any other class.
    """

    seed: int
    replication: int
    owner: str

    def generator(self, column: str, depth: int = 0) -> np.random.Generator:
        """The generator of a column at a depth of the path."""
        name = zlib.crc32(f"{self.owner}/{column}".encode())
        sequence = np.random.SeedSequence(self.seed, spawn_key=(self.replication, name, depth))
        return np.random.Generator(np.random.PCG64(sequence))

    def draw(self, column: str, size: int, source: Source, depth: int = 0) -> Floats:
        """Standard variates of a column for all requests of the class.

        Values do not depend on ``size``: a longer table starts with the same ones.
        """
        generator = self.generator(f"{column}:{source.value}", depth)
        match source:
            case Source.EXPONENTIAL:
                return generator.standard_exponential(size)
            case Source.NORMAL:
                return generator.standard_normal(size)
            case Source.UNIFORM:
                return generator.random(size)
            case Source.NONE:
                return np.zeros(size)
