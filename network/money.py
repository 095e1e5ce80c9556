"""Cost rates that belong to the scenario as a whole."""

from __future__ import annotations

from network.noun import Amount, Noun


class CostRates(Noun):
    """Rates in the scenario's currency; site, wage and contact costs stand with their nouns.

    Parameters
    ----------
    travel_per_km : float
        Vehicle cost per road kilometre.
    travel_per_h : float
        Vehicle cost per hour on the way; the agent's time is in his wage.
    """

    travel_per_km: Amount = 0.0
    travel_per_h: Amount = 0.0
