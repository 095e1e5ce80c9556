"""Write the demand zones of the three regions from the GeoNames places.

Reads ``geonames_places.csv``; writes ``zones.csv`` and ``overrides.csv`` of each region.
GeoNames covers 92-96 % of the inhabitants, so each region is scaled to its official total:
INE, inhabitants on 1 January 2024, rounded to 50,000.

Run: ``python scenarios/spain/make_zones.py``
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

HERE = Path(__file__).resolve().parent
REGIONS = {  # letter in the source: folder, name, official inhabitants
    "A": ("regionA", "Madrid", 7_000_000),
    "B": ("regionB", "Galicia", 2_700_000),
    "C": ("regionC", "Aragon", 1_350_000),
}
PROVINCES = {
    "C": "A Coruna",
    "LU": "Lugo",
    "OR": "Ourense",
    "PO": "Pontevedra",
    "HU": "Huesca",
    "TE": "Teruel",
    "Z": "Zaragoza",
}
CITY_FCODE = "PPLX"  # GeoNames: section of a populated place, here a district of Madrid
OTHER_DISTRICTS = {"Ciudad Lineal", "Chamartin", "El Pardo"}  # filed as towns, lie in the city

# Places that GeoNames counts twice or puts elsewhere, found by comparing names and inhabitants.
DUPLICATES = {
    "3111807",  # a hamlet Ribeira near A Estrada with the inhabitants of Santa Uxia de Ribeira
    "3116507",  # Mondonedo a second time, at rounded coordinates
}
MOVED = {"3116057": (42.20, -8.63, "PO")}  # Mos: the inhabitants are those of the town near Vigo

INHABITANTS_PER_KM2 = 5_000  # of a built-up area; gives the mean trip within a town
A_MIN_PER_SQRT_KM, B_MIN_PER_KM, CIRCUITY = 4.3, 0.42, 1.3  # as in scenario.yaml


def read(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[dict[str, str]]) -> None:
    """Write rows to a CSV file with lines that end in LF."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def area(place: dict[str, str]) -> str:
    """Province of a place; for Madrid, city or belt."""
    if place["region"] != "A":
        return PROVINCES[place["adm2"]]
    inside = place["fcode"] == CITY_FCODE or place["name"] in OTHER_DISTRICTS
    return "Madrid city" if inside else "Madrid belt"


def zones(places: list[dict[str, str]], region: str, inhabitants: int) -> list[dict[str, str]]:
    """Zones of a region, largest first, scaled so that they sum to its inhabitants."""
    factor = inhabitants / sum(int(place["population"]) for place in places)
    ordered = sorted(places, key=lambda place: (-int(place["population"]), place["zone_id"]))
    return [
        {
            "zone_id": place["zone_id"],
            "name": place["name"],
            "region": region,
            "area": area(place),
            "lat": place["lat"],
            "lon": place["lon"],
            "population": f"{int(place['population']) * factor:.0f}",
        }
        for place in ordered
    ]


def own_town_trips(
    towns: list[dict[str, str]], sites: list[dict[str, str]]
) -> list[dict[str, str]]:
    """Trips from a site to customers of the very town it stands in.

    A town is one zone, so the distance to its own site would be 0. Instead: the mean
    distance to the centre of a disc with the town's inhabitants, 2/3 of the radius.
    """
    trips = []
    for site in sites:
        for town in towns:
            if (town["lat"], town["lon"]) != (site["lat"], site["lon"]):
                continue
            radius = math.sqrt(float(town["population"]) / INHABITANTS_PER_KM2 / math.pi)
            km = 2 / 3 * radius
            minutes = A_MIN_PER_SQRT_KM * math.sqrt(km) + B_MIN_PER_KM * km
            trips.append(
                {
                    "zone": town["zone_id"],
                    "site": site["site_id"],
                    "minutes": f"{minutes:.1f}",
                    "km": f"{km * CIRCUITY:.1f}",
                }
            )
    return trips


def main() -> None:
    """Write the tables of all regions."""
    places = [p for p in read(HERE / "geonames_places.csv") if p["zone_id"] not in DUPLICATES]
    for place in places:
        if place["zone_id"] in MOVED:
            lat, lon, province = MOVED[place["zone_id"]]
            place.update(lat=f"{lat:.2f}", lon=f"{lon:.2f}", adm2=province)
    for letter, (folder, name, inhabitants) in REGIONS.items():
        region = HERE.parent / folder
        towns = zones([p for p in places if p["region"] == letter], name, inhabitants)
        write(region / "zones.csv", towns)
        if (region / "sites.csv").is_file():
            write(region / "overrides.csv", own_town_trips(towns, read(region / "sites.csv")))


if __name__ == "__main__":
    main()
