"""Disjoint blocks of replications: fit to search on, screen to select on, proof to be sure.

Replications of different numbers share no draw, so a block is a range of numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from optimize.staffing.measured import Block

_SCREEN_FROM = 1_000_000
_PROOF_FROM = 1_000_000_000
MOST_ATTEMPTS = 10
"""Proof blocks of a series."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """How many replications each block has.

    Parameters
    ----------
    fit, screen, proof : int
    series : int
        Plans that are proved beside each other (points of a frontier) have proof blocks of
        their own: those of different series are disjoint.

    Examples
    --------
    >>> blocks = Blocks(fit=20, screen=50, proof=200)
    >>> blocks.attempt(2)
    Block(name='proof 2', first=1000000200, count=200)
    """

    fit: int = 20
    screen: int = 50
    proof: int = 200
    series: int = 0

    @property
    def fitting(self) -> Block:
        """What the search may look at as often as it likes."""
        return Block("fit", 0, self.fit)

    @property
    def screening(self) -> Block:
        """What selects and prunes."""
        return Block("screen", _SCREEN_FROM, self.screen)

    def attempt(self, number: int) -> Block:
        """The proof block of an attempt (1, 2, ...): opened once, then burned."""
        first = _PROOF_FROM + (self.series * MOST_ATTEMPTS + number - 1) * self.proof
        return Block(f"proof {number}", first, self.proof)
