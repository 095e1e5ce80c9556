"""DAT: tables that spreadsheets, other systems and other people wrote."""

from __future__ import annotations

import pandas as pd
import pytest
from small_world import SITES, World, world

import network.load.text

__all__ = ["world"]

BOM_UTF8 = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("rows", "phrases"),
    [
        (SITES.replace("tier", "teir"), ("unknown column 'teir'", "Did you mean 'tier'?")),
        (SITES.replace("tier,", "").replace("desk,", "").replace("field,", ""),
         ("sites.csv: column 'tier' is missing or empty in every row",)),
        (SITES.replace("lat,lon", "lat,lat"), ("header: column 'lat' is given 2 times",)),
        (SITES.replace("lat,lon", "lat,"), ("header: column 4 has no name",)),
        (SITES.replace("-3.1\n", "-3.1,9\n"), ("sites.csv row 3: got 5 cells; expected 4",)),
        (SITES.replace(",-3.1\n", "\n"), ("sites.csv row 3: got 3 cells; expected 4",)),
        (SITES.replace("garage", '"garage'), ("not readable as CSV",)),
        (SITES.replace("field", ""), ("sites.csv row 3, tier: is missing; expected a value",)),
    ],
)  # fmt: skip
def test_DAT_COL(world: World, rows: str, phrases: tuple[str, ...]) -> None:
    world.spoil(sites=rows)
    world.refuses(*phrases)


def test_DAT_COL_many_faulty_rows_are_counted_not_listed(world: World) -> None:
    zones = "zone_id,lat,lon,population\n"
    world.spoil(zones=zones + "".join(f"z{n},40,-3,many\n" for n in range(500)))
    said = world.refuses("zones.csv row 6, population: got 'many'", "495 more rows are faulty")
    assert len(said.splitlines()) < 10
    world.spoil(zones=zones + "".join(f"z{n},40\n" for n in range(500)))
    said = world.refuses("zones.csv row 6: got 2 cells; expected 4", "495 more rows")
    assert len(said.splitlines()) < 10


@pytest.mark.parametrize(
    "content",
    [
        BOM_UTF8 + SITES.encode(),
        SITES.replace("\n", "\r\n").encode(),
        SITES.replace("\n", "\r").encode(),
        SITES.rstrip().encode(),
        SITES.replace("centre", '"centre"')
        .replace(",", " , ")
        .replace('"centre" ', '"centre"')
        .encode(),
    ],
    ids=["bom", "crlf", "cr", "no end of line", "spaces"],
)
def test_DAT_ENC_ways_of_writing_the_same(world: World, content: bytes) -> None:
    world.spoil()
    world.write("sites.csv", content)
    assert [site.site_id for site in world.load().sites] == ["centre", "garage"]


NAMED = "site_id,name,tier,lat,lon\ncentre,Zentrum,desk,40.1,-3\ngarage,Гараж,field,40.1,-3.1\n"


@pytest.mark.parametrize(
    ("content", "phrase"),
    [
        (NAMED.encode("cp1251"), "sites.csv line 3: not UTF-8 (byte 0xc3); save the file as UTF-8"),
        (NAMED.encode("utf-16"), "sites.csv: the encoding is UTF-16; save the file as UTF-8"),
        (NAMED.encode("utf-16-be"), "sites.csv: holds zero bytes; expected text"),
        (SITES.replace(",", ";").encode(), "columns are separated by semicolons; expected commas"),
        (SITES.replace(",", "\t").encode(), "columns are separated by tabs; expected commas"),
        (SITES.replace(".", ",").replace(",", ";", 3).encode(), "sites.csv"),
        (
            SITES.replace("40.1", '"40,1"').encode(),
            "got '40,1'; expected a number with a decimal point",
        ),
        (SITES.replace("garage", "ga\0rage").encode(), "holds zero bytes"),
    ],
)
def test_DAT_ENC_is_named(world: World, content: bytes, phrase: str) -> None:
    world.spoil()
    world.write("sites.csv", content)
    world.refuses(phrase)


def test_DAT_ENC_of_the_scenario_file(world: World) -> None:
    world.write("scenario.yaml", "settings: {title: Ciudad Ñ}".encode("cp1252"))
    world.refuses("scenario.yaml line 1: not UTF-8")


def test_DAT_ENC_names_of_all_scripts_come_through(world: World) -> None:
    names = ["Гараж", "東京", "Ñandú", "مركز", "🚗 depot"]
    rows = "".join(f"s{n},{name},field,40,-3\n" for n, name in enumerate(names))
    world.spoil(
        sites=f"site_id,name,tier,lat,lon\ncentre,Zentrum,desk,40,-3\ngarage,G,field,40,-3\n{rows}"
    )
    assert [*names] == [site.name for site in world.load().sites[2:]]


def test_DAT_DUP_ids_are_refused_with_both_rows(world: World) -> None:
    world.spoil(sites=SITES + "centre,desk,40.3,-3\n")
    world.refuses_to_run(
        "sites.csv row 4, site_id: centre is given twice, first in sites.csv row 2"
    )


def test_DAT_DUP_places_are_allowed(world: World) -> None:
    world.spoil(
        sites=SITES + "twin,field,40.1,-3.1\n",
        zones="zone_id,lat,lon,population\na,40.1,-3.1,5\nb,40.1,-3.1,5\n",
    )
    assert world.check().code == 0


def test_DAT_ORPH_ids_that_nothing_has(world: World) -> None:
    world.spoil(
        preferences="zone,site,rank\nnorth,center,1\neast,garage,1\neast,centre,2\n",
        overrides="zone,site,minutes\nnorth,garage,9\n,garage,9\n",
    )
    world.refuses(
        "overrides.csv row 3, zone: is missing",
        "preferences, zone: got 'east' in 2 rows; expected one of north, south",
    )
    world.spoil(
        overrides="zone,site,minutes\nnorth,garage,9\n",
        preferences="zone,site,rank\nnorth,center,1\neast,garage,1\neast,centre,2\n",
        assignments="zone,tier,site\nnorth,field,centre\n",
    )
    world.refuses(
        "preferences, zone: got 'east' in 2 rows; expected one of north, south",
        "preferences, site: got 'center'; expected one of centre, garage. Did you mean 'centre'?",
        "assignments, north: site 'centre' is of tier 'desk'; expected a site of tier 'field'",
    )


LOGGED = ("kind: how_to, rate_per_h: 20", "kind: how_to, arrivals: log")


def test_DAT_ORPH_a_log_that_does_not_fit(world: World) -> None:
    world.mistype(LOGGED)
    late = "".join(f"2025-12-31T1{n}:00,question,north\n" for n in range(7))
    world.write("log.csv", f"time,class_id,zone\n{late}")
    world.refuses(
        "log, entry 1, time: got 2025-12-31T10:00, before the start of the scenario",
        "log, entry 5, time: got 2025-12-31T14:00",
        "log: 2 more entries are faulty",
    )
    world.write(
        "log.csv", "time,class_id,zone\nyesterday,question,north\n2026-01-05,question,east\n"
    )
    world.refuses("log.csv row 2, time: got 'yesterday'; expected an ISO 8601 time such as")
    world.write("log.csv", "time,class_id,zone,channel\n2026-01-05,question,east,fax\n")
    world.refuses("log, zone: got 'east'; expected one of north, south", "log, channel: got 'fax'")


def test_DAT_ORPH_a_log_out_of_order_is_sorted_and_told(world: World) -> None:
    world.mistype(LOGGED)
    world.write("log.csv", "time,class_id,zone\n"
        "2026-01-05T00:30,question,north\n"
        "2026-01-05T00:10,question,south\n"
        "2026-01-05T00:10+02:00,question,south\n")  # fmt: skip
    world.refuses("log, entry 3, time: got 2026-01-05T00:10+02:00, before the start")
    world.write("log.csv", "time,class_id,zone\n"
        "2026-01-05T00:30,question,north\n"
        "2026-01-05T00:10,question,south\n"
        "2026-01-05T01:20+02:00,question,south\n")  # fmt: skip
    answer = world.check()
    assert answer.code == 0
    assert "the log goes back in time at entry 2" in answer.out
    assert "2 of 3 times of the log have no offset" in answer.out
    assert world.run(*world.words("demand.factor=1")).code == 0
    table = pd.read_parquet(world.output / "outcomes.parquet")
    arrivals = sorted(table.request_arrival[table["class"] == "question"])
    assert arrivals == [10.0, 20.0, 30.0]


def test_DAT_BIG_a_cell_of_a_hundred_thousand_characters(world: World) -> None:
    world.spoil(sites=SITES.replace("garage", "g" * 100_000))
    said = world.refuses("sites.csv row 3, site_id: got 100,000 characters; expected at most 2,000")
    assert len(said) < 1000
    world.spoil(f"settings: {{description: {'long ' * 20_000}}}")
    assert len(world.refuses("scenario.yaml, settings.description", "expected at most 2,000")) < 500


def test_DAT_BIG_files_have_a_limit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.spoil(sites=SITES)
    monkeypatch.setattr(network.load.text, "MAX_CSV_BYTES", 40)
    world.refuses("sites.csv: 66 bytes; expected at most 40")
    monkeypatch.setattr(network.load.text, "MAX_CSV_BYTES", 1000)
    monkeypatch.setattr(network.load.text, "MAX_ROWS", 1)
    world.refuses("sites.csv: more than 1 rows; expected at most so many")
    monkeypatch.setattr(network.load.text, "MAX_YAML_BYTES", 5)
    world.refuses("scenario.yaml: 11 bytes; expected at most 5")


def test_DAT_BIG_more_requests_than_fit_into_memory(world: World) -> None:
    world.mistype(("rate_per_h: 20", "rate_per_h: 2e12"))
    world.refuses(
        "horizon: about 2,000,000,000,001 requests in a replication, most of class 'question'"
    )
    world.mistype(("rate_per_h: 20", "arrivals: renewal, interarrival: constant(1e-300min)"))
    world.refuses("requests in a replication")
    world.mistype(("rate_per_h: 20", "arrivals: finite_base, gap: exponential(300d)"),
                  ("population: 600", "population: 1e15"))  # fmt: skip
    world.refuses("classes, question: 1,000,000,000,000,400 units call one by one")
    world.spoil()
    world.refuses("horizon: got '1000y'; expected a duration above 0 up to 100 years",
                  words=("horizon=1000y",))  # fmt: skip
    world.refuses("count: got '1000000000'", words=("change={pools.clerks.count: 1000000000}",))
