"""Figures: each draws whatever is missing, says what was found, and is written whole."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import report.figures
from network.travel import Metric
from report.figures import FIGURES, png, save_figures
from report.figures.backlog import weekly_mean
from report.figures.layers import ENOUGH, choose_layer
from report.figures.lettering import legible
from report.figures.map import draw_map
from report.figures.response import draw_response
from report.figures.utilisation import draw_utilisation
from report.figures.week import HOUR_KEYS
from report.view import RunView
from sim.kpis.facts import HOUR_KEYS as KEYS_OF_THE_FACTS

MAGIC = b"\x89PNG\r\n\x1a\n"


def words(figure) -> str:
    from matplotlib.text import Text

    return "\n".join(text.get_text() for text in figure.findobj(Text))


@pytest.mark.parametrize("which", ["region", "tiny", "empty"])
@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_draws(name: str, which: str, request: pytest.FixtureRequest) -> None:
    view = request.getfixturevalue(which)
    figure = FIGURES[name](view)
    assert png(figure).startswith(MAGIC)
    assert "nan" not in words(figure)
    assert "seed 1" in words(figure)


@pytest.mark.parametrize("name", ["map", "utilisation", "costs"])
@pytest.mark.parametrize("text", ["サンティアゴ拠点 مركز", "$x_$ {a} \\alpha$ %s <b>"])
def test_unusual_names_neither_raise_nor_warn(
    name: str, text: str, region: RunView, rename: Callable[[RunView, str], RunView]
) -> None:
    assert png(FIGURES[name](rename(region, text))).startswith(MAGIC)


def test_names_without_glyphs_become_ids(
    region: RunView, rename: Callable[[RunView, str], RunView]
) -> None:
    text = words(draw_utilisation(rename(region, "مركز الخدمة")))
    assert "santiago_point" in text
    assert "مركز" not in text
    assert legible("\U00013000", "\U00013001") == "?"


def test_map_shows_planar_scenarios(region: RunView) -> None:
    network = region.network
    sites = tuple(
        site.model_copy(update={"x_km": site.lon * 80, "y_km": site.lat * 111, "lat": None})
        for site in network.sites
    )
    planar = replace(
        network,
        sites=sites,
        zones=replace(network.zones, position=network.zones.position * [111.0, 80.0]),
        travel=network.travel.model_copy(update={"metric": Metric.EUCLIDEAN}),
    )
    figure = draw_map(replace(region, network=planar))
    assert "Santiago service point" in words(figure)


def test_map_puts_regions_side_by_side_and_leaves_far_sites_out(region: RunView) -> None:
    network = region.network
    names = tuple("Coast" if lon < -8.2 else "Inland" for lon in network.zones.position[:, 1])
    far = network.sites[0].model_copy(
        update={"site_id": "far", "name": "Far away", "lat": 13.0, "lon": 77.6, "region": ""}
    )
    sites = tuple(site.model_copy(update={"region": "", "name": ""}) for site in network.sites)
    several = replace(
        network,
        zones=replace(network.zones, region=names),
        sites=(*sites, far.model_copy(update={"status": sites[0].status.EXISTING})),
    )
    text = words(draw_map(replace(region, network=several)))
    assert "Coast" in text
    assert "Inland" in text
    assert "Elsewhere: Far away" in text


def test_map_without_any_position_says_so(region: RunView) -> None:
    zones = region.network.zones
    nowhere = replace(zones, position=np.full_like(zones.position, np.nan))
    view = replace(region, network=replace(region.network, zones=nowhere))
    assert "No zone has a position" in words(draw_map(view))


def test_zones_with_few_cases_borrow_from_their_neighbours(region: RunView) -> None:
    layer = choose_layer(region)
    few = layer.count < ENOUGH
    shown = layer.pooled(region.network.zones.position)
    assert few.any()
    assert not few.all()
    np.testing.assert_array_equal(shown[~few], layer.value[~few])
    assert np.isfinite(shown).all()
    assert np.nanstd(shown[few]) < np.nanstd(layer.value[few])


def test_map_falls_back_to_the_share_in_target(region: RunView, tiny: RunView) -> None:
    assert choose_layer(region).is_time
    assert not choose_layer(replace(region, zone_response=None)).is_time
    assert choose_layer(tiny).is_time


def test_response_names_every_tier_and_its_target(region: RunView) -> None:
    text = words(draw_response(region))
    for tier in region.network.tiers:
        assert tier.name in text
    assert "within the target 30 s" in text
    assert "no target" in text


def test_hours_of_the_week_are_those_of_the_estimates() -> None:
    assert HOUR_KEYS == KEYS_OF_THE_FACTS


def test_weekly_mean_looks_back_a_week() -> None:
    hours = np.arange(400.0)
    found = weekly_mean(hours)
    assert np.isnan(found[:167]).all()
    assert found[167] == hours[:168].mean()
    assert found[-1] == hours[-168:].mean()
    assert np.isnan(weekly_mean(hours[:100])).all()


def test_equal_views_give_equal_bytes(tiny: RunView) -> None:
    assert png(draw_map(tiny)) == png(draw_map(tiny))


def test_files_are_written_whole(
    tiny: RunView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run" / "figures"
    paths = save_figures(tiny, folder)
    assert [path.stem for path in paths] == list(FIGURES)
    assert sorted(folder.iterdir()) == sorted(paths)
    before = paths[0].read_bytes()

    def torn(descriptor: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(report.figures.os, "fsync", torn)
    with pytest.raises(OSError, match="disk full"):
        save_figures(replace(tiny, seed=2), folder)
    assert paths[0].read_bytes() == before
    assert sorted(folder.iterdir()) == sorted(paths)


def test_the_users_plotting_state_is_left_alone(tiny: RunView) -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    png(draw_map(tiny))
    assert dict(mpl.rcParams) == before


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    heavy = ("matplotlib", "shapely", "geopandas", "scipy", "sim")
    code = (
        "import sys, report.console, report.figures;"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
