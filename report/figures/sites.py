"""Sites on a map: shape by tier, fill by load, names of the open ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from network.places import SiteStatus
from report.figures.labels import Label, place_labels
from report.figures.lettering import legible
from report.figures.style import BUSY, INK, KIND_MARKER, PAPER
from report.view import RunView

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text
    from matplotlib.transforms import Transform

Floats = NDArray[np.float64]

SIZE = 8.5
"""Of the symbol of an open site, points of type."""
LOADS = (
    (0.70, "#ffffff", "below 70 %"),
    (BUSY, "#fdb863", "70 to 85 %"),
    (math.inf, "#c0392b", "85 % and more"),
)
"""Utilisation below which a colour holds."""
UNKNOWN = "#c3c9cf"
_MOST_NAMES = 16


def fill_of(utilisation: float) -> str:
    """Colour of a site's symbol."""
    if not math.isfinite(utilisation):
        return UNKNOWN
    return next(colour for limit, colour, _ in LOADS if utilisation < limit)


def draw_sites(
    axes: Axes, view: RunView, spots: Floats, shown: Sequence[int], beside: Sequence[Text]
) -> None:
    """Draw candidates faintly, then open sites with their names.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        With its final limits and aspect.
    view : RunView
    spots : float array (S, 2)
        Of all sites, data units.
    shown : sequence of int
        Sites to draw.
    beside : sequence of Text
        Words that names keep clear of.
    """
    sites = view.network.sites
    marker = {tier.tier_id: KIND_MARKER[tier.kind] for tier in view.network.tiers}
    use = view.column("utilisation", "site", [site.site_id for site in sites])[:, 0]
    for n in shown:
        if sites[n].status is SiteStatus.CANDIDATE:
            axes.plot(
                *spots[n], marker[sites[n].tier], markersize=4.5, markerfacecolor=PAPER,
                markeredgecolor=INK, markeredgewidth=0.7, alpha=0.55, zorder=5,
            )  # fmt: skip
    labels = []
    for group in at_one_spot(axes, spots, [n for n in shown if sites[n].status.is_open]):
        for place, n in enumerate(group):
            aside = (place - (len(group) - 1) / 2) * (SIZE + 1.5)
            axes.plot(
                *spots[n], marker[sites[n].tier], markersize=SIZE, markerfacecolor=fill_of(use[n]),
                markeredgecolor=INK, markeredgewidth=1.3, zorder=8, transform=moved(axes, aside),
            )  # fmt: skip
        names = "\n".join(legible(sites[n].name, sites[n].site_id, 32) for n in group)
        reach = 0.5 * SIZE + 3 + 0.5 * (len(group) - 1) * (SIZE + 1.5)
        labels.append(Label(float(spots[group[0], 0]), float(spots[group[0], 1]), names, reach))
    place_labels(axes, labels[:_MOST_NAMES], beside=beside)


def moved(axes: Axes, aside: float) -> Transform:
    """Data coordinates moved to the right by some points of type."""
    from matplotlib.transforms import ScaledTranslation

    return axes.transData + ScaledTranslation(aside / 72, 0, axes.figure.dpi_scale_trans)


def at_one_spot(axes: Axes, spots: Floats, rows: Sequence[int]) -> list[list[int]]:
    """Sites whose symbols would cover each other, together."""
    apart = SIZE * axes.figure.dpi / 72
    groups: list[list[int]] = []
    pixels = {n: axes.transData.transform(spots[n]) for n in rows}
    for n in rows:
        near = (g for g in groups if np.hypot(*(pixels[n] - pixels[g[0]])) < apart)
        group = next(near, None)
        if group is None:
            groups.append([n])
        else:
            group.append(n)
    return groups
