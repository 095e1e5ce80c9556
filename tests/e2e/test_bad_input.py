"""Whatever is wrong with the input: said in a planner's words, with exit code 2, nothing written.

The tests of this folder are named after the rows of the catalogue of bad inputs (CFG:
configuration, STAB: stability, DAT: data, GEO: geography, SEC: security, NUM: numbers).
`World.refuses` holds each refusal against what all of them must be.
"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from small_world import SITES, Answer, World, python_m_sim, world

__all__ = ["world"]


def test_the_good_scenario_is_good(world: World) -> None:
    world.spoil()
    assert world.check().code == 0
    assert world.run(*world.words()).code == 0
    assert (world.output / "run.json").is_file()


def test_all_faults_are_told_at_once(world: World) -> None:
    world.spoil(
        "dispatch: {policy: nearest_idle, candidats: 3}\nsettings: {start: someday}",
        sites="site_id,tier,lat,lon\ncentre,desk,40.1,-3\ngarage,feild,40.1,-3\n",
        zones="zone_id,lat,lon,population\nnorth,400,-3,9\n",
        pools="pool_id,site,count,skills\nclerks,centre,-2,phone\ncrew,garage,4.5,repair\n",
    )
    said = world.refuses(
        "7 problems in the configuration and scenario bad",
        " * drain: got '5'; expected a duration with its unit",
        " * zones.csv row 2, lat: got '400'; expected degrees from -90 to 90",
        " * pools.csv row 2, count: got '-2'; expected a number >= 0",
        " * pools.csv row 3, count: got '4.5'; expected an integer >= 0",
        " * scenario.yaml, settings.start: got 'someday'",
        " * sites, tier: got 'feild'; expected one of desk, field. Did you mean 'field'?",
        " * scenario.yaml, dispatch.candidats: unknown key; expected one of policy, ageing_per_h,"
        " candidates. Did you mean 'candidates'?",
        words=("drain=5",),
    )
    assert said.count(" * ") == 7


# --- STAB: stability ----------------------------------------------------------------------


PATIENT = ("exponential(3min), patience: exponential(10min)", "exponential(3min)")


def test_STAB_RHO_overload_is_refused_by_name(world: World) -> None:
    world.mistype(PATIENT, ("rate_per_h: 20", "rate_per_h: 80"))
    said = world.refuses_to_run("desk (phone): offered 4.08 erlang, capacity 3.00 agents, rho 1.36")
    assert "allow_overload=true" in said


def test_STAB_RHO_overload_runs_if_asked_to(world: World) -> None:
    world.mistype(PATIENT, ("rate_per_h: 20", "rate_per_h: 80"))
    assert world.run(*world.words("allow_overload=true")).code == 0


def test_STAB_RHO_a_refused_run_leaves_earlier_results_alone(world: World) -> None:
    world.spoil()
    assert world.run(*world.words()).code == 0
    before = {path.name: path.read_bytes() for path in world.output.iterdir() if path.is_file()}
    world.mistype(PATIENT, ("rate_per_h: 20", "rate_per_h: 80"))
    assert world.run(*world.words()).code == 2
    after = {path.name: path.read_bytes() for path in world.output.iterdir() if path.is_file()}
    assert after == before


def test_STAB_SKILL_an_overloaded_skill_is_named_though_the_site_has_time(world: World) -> None:
    world.mistype(
        PATIENT,
        ("rate_per_h: 20", "rate_per_h: 30"),
        ("count: 3, count_lean: 2, skills: phone", "count: 1, skills: phone"),
        ("segments:", "  - {pool_id: chatters, site: centre, count: 9, skills: chat}\nsegments:"),
    )  # fmt: skip
    said = world.refuses_to_run("desk (phone): offered 1.58 erlang, capacity 1.00 agents")
    assert "chat" not in said


def test_STAB_NEAR_a_run_too_short_for_its_load_is_warned_of(world: World) -> None:
    world.mistype(
        PATIENT,
        ("rate_per_h: 20", "rate_per_h: 57"),
        ("resolve: 0.4, if_unresolved: mend, patience: exponential(10min)", "resolve: 1"),
    )
    warning = "desk (phone) is loaded to 98%"
    assert warning in world.check().out
    answer = world.run(*world.words())
    assert answer.code == 0
    said = json.loads((world.output / "run.json").read_text())["warnings"]
    assert any(warning in line and "too short" in line for line in said), said


# --- NUM: numbers -------------------------------------------------------------------------


def test_NUM_NAN_what_was_not_measured_is_null_with_a_reason(world: World) -> None:
    world.mistype(("rate_per_h: 1,", "rate_per_h: 0,"))
    assert world.run(*world.words("replications=2")).code == 0
    content = json.loads((world.output / "kpis.json").read_text())
    promise = content["promises"][0]
    assert promise["estimate"] is None
    assert promise["met"] is False
    assert promise["reason"] == "nothing was due within the run; make it longer"
    assert content["tiers"]["field"]["response_mean"]["value"] is None
    assert content["tiers"]["desk"]["response_mean"]["value"] is not None


def test_NUM_LONG_times_stay_exact_in_a_run_of_thirty_years(world: World) -> None:
    world.mistype(
        ("rate_per_h: 20", "arrivals: renewal, interarrival: constant(1000d)"),
        ("rate_per_h: 1,", "rate_per_h: 0,"),
        ("exponential(3min)", "constant(7min)"),
        (", shift: day", ""),
    )
    assert world.run(*world.words("horizon=1000000000s")).code == 0
    visits = pd.read_parquet(world.output / "outcomes.parquet")
    assert len(visits) == 11
    assert np.abs((visits.end - visits.start) - 7.0).max() < 1e-6 / 60


# --- in a process of its own --------------------------------------------------------------


def refused_in_a_process(world: World, *words: str) -> str:
    """What a process of its own says of ``bad``; it leaves nothing in its folder."""
    ended = python_m_sim(*world.words(*words), folder=world.folder)
    said = world.refused(Answer(ended.returncode, ended.stdout, ended.stderr))
    assert sorted(path.name for path in world.folder.iterdir()) == ["scenarios"]
    return said


def test_all_kinds_of_fault_in_a_process_of_its_own(world: World) -> None:
    world.spoil(
        "settings: {tittle: A}\ntables: {shifts: /etc/passwd}",
        sites=SITES.replace("-3.1", '"-3,1"'),
        zones="zone_id,lat,lon,population\nnorth,4450000,440000,9\n",
    )
    said = refused_in_a_process(world, "horizon=90")
    for phrase in (
        "horizon: got '90'; expected a duration with its unit",
        "tables.shifts: 'passwd' lies outside the scenarios folder",
        "zones.csv row 2, lat: got '4450000'; expected degrees",
        "sites.csv row 3, lon: got '-3,1'; expected a number with a decimal point",
        "settings.tittle: unknown key",
    ):
        assert phrase in said


def test_overload_in_a_process_of_its_own(world: World) -> None:
    world.mistype(PATIENT, ("rate_per_h: 20", "rate_per_h: 80"))
    assert "desk (phone): offered 4.08 erlang" in refused_in_a_process(world)


def test_code_on_the_command_line_in_a_process_of_its_own(world: World) -> None:
    world.spoil()
    assert "names code" in refused_in_a_process(world, "hydra.launcher._target_=os.system")
