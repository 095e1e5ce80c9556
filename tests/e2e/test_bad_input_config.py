"""CFG: scenario files and command lines that say something else than was meant."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from small_world import World, world

import sim.config
import sim.engines.clock
from network.errors import ScenarioError

__all__ = ["world"]


def test_CFG_TIME_unquoted_clock_times_are_not_base_60_numbers(world: World) -> None:
    world.mistype(('"06:00", ends: "22:00"', "6:30, ends: 12:30"), (", breaks: 12:00 30min", ""))
    (shift,) = world.load().shifts
    assert (shift.starts, shift.ends) == (390.0, 750.0)


@pytest.mark.parametrize("time", ["750", "08:60", "25:00", "8h", "8.30", "eight", "-1:00"])
def test_CFG_TIME_anything_else_is_refused(world: World, time: str) -> None:
    world.mistype(('starts: "06:00"', f"starts: {time}"))
    world.refuses(f"scenario.yaml, shifts row 1, starts: got '{time}'", 'clock time "HH:MM"')


@pytest.mark.parametrize("length", ["12:30", "750", "1h30", "8"])
def test_CFG_TIME_a_length_on_the_command_line_needs_its_unit(world: World, length: str) -> None:
    world.spoil()
    world.refuses(f"horizon: got '{length}'; expected a duration", words=(f"horizon={length}",))


def test_CFG_TIME_a_length_in_a_config_file_needs_its_unit(world: World) -> None:
    world.spoil()
    mine = world.folder / "mine" / "scenario" / "short.yaml"
    mine.parent.mkdir(parents=True)
    mine.write_text("name: bad\nhorizon: 12:30\nwarm_up: 0h\n")
    words = [word for word in world.words() if not word.startswith(("scenario", "horizon"))]
    answer = world.run("--config-dir", str(mine.parents[1]), "scenario=short", *words)
    world.refused(answer, "horizon: got '750'; expected a duration with its unit")


IDS = ["NO", "no", "off", "010", "1e3", "1_000", "007", "NA", "None", "null", "nan", "true", "0x1F"]


@pytest.mark.parametrize("name", IDS)
def test_CFG_NO_ids_in_yaml_stay_text(world: World, name: str) -> None:
    world.spoil(
        f"zones:\n  - {{zone_id: {name}, lat: 40, lon: -3, population: 9}}\n"
        f"preferences:\n  - {{zone: {name}, site: centre, rank: 1}}\n"
    )
    network = world.load()
    assert network.zones.zone_id == (name,)
    assert network.preferences[0].zone == name


@pytest.mark.parametrize("name", IDS)
def test_DAT_NA_ids_in_csv_stay_text(world: World, name: str) -> None:
    world.spoil(
        zones=f"zone_id,lat,lon,population\n{name},40,-3,9\n",
        preferences=f"zone,site,rank\n{name},centre,1\n",
    )
    network = world.load()
    assert network.zones.zone_id == (name,)
    assert network.preferences[0].zone == name


def test_DAT_NA_ids_reach_the_results_as_text(world: World) -> None:
    world.spoil(zones="zone_id,lat,lon,population\nNA,40,-3,9\n007,40,-3,9\n")
    assert world.run(*world.words()).code == 0
    kpis = pd.read_parquet(world.output / "kpis.parquet")
    assert {*kpis.key[kpis.dimension == "zone"]} == {"NA", "007"}
    assert {*pd.read_parquet(world.output / "outcomes.parquet").zone} == {"NA", "007"}


def test_CFG_DUP_both_lines_are_named(world: World) -> None:
    world.spoil(
        "settings: {title: One}\ntravel:\n  circuity: 1.2\n  noise_sigma: 0\n  circuity: 1.3"
    )
    world.refuses("scenario.yaml line 6: key 'circuity' is given twice, first in line 4")
    world.spoil("dispatch: {candidates: 2}\ndispatch: {candidates: 3}")
    world.refuses("scenario.yaml line 3: key 'dispatch' is given twice, first in line 2")


def test_CFG_DUP_in_a_plan(world: World) -> None:
    world.spoil()
    plan = world.folder / "plan.json"
    plan.write_text('{"opened": [], "closed": [], "opened": ["garage"]}')
    world.refuses("plan.json: ", "key 'opened' is given twice", words=(f"plan={plan}",))


@pytest.mark.parametrize(
    "number", [".nan", ".inf", "-.inf", "nan", "inf", "NaN", "Infinity", "1e999"]
)
@pytest.mark.parametrize(
    ("before", "column"),
    [
        ("rate_per_h: 20", "rate_per_h"),
        ("lon: -3.1, population", "lon"),
        ("population: 600", "population"),
        ("wage_per_h: 20", "wage_per_h"),
        ("priority: -1", "priority"),
        ("share: 0.1", "share"),
        ("a_min_per_sqrt_km: 4", "a_min_per_sqrt_km"),
        ("resolve: 0.4", "resolve"),
    ],
)
def test_CFG_NAN(world: World, before: str, column: str, number: str) -> None:
    value = before.split(": ")[1].split(",", maxsplit=1)[0]
    world.mistype((before, before.replace(value, number)))
    with pytest.raises(ScenarioError, match=rf"{column}[^:]*: got .*; expected"):
        world.load()


@pytest.mark.parametrize("time", ["exponential(nanmin)", "exponential(infmin)", "constant(1e999h)"])
def test_CFG_NAN_in_a_law(world: World, time: str) -> None:
    world.mistype(("exponential(3min)", time))
    world.refuses(f"row 1, service: got '{time}'; expected")


@pytest.mark.parametrize("factor", ["nan", "inf", "0", "-1"])
def test_CFG_NAN_on_the_command_line(world: World, factor: str) -> None:
    world.spoil()
    world.refuses("demand.factor: got", "expected a number > 0", words=(f"demand.factor={factor}",))


def test_CFG_NAN_in_a_plan(world: World) -> None:
    world.spoil()
    plan = world.folder / "plan.json"
    pool = (
        '{"pool_id": "crew", "site": "garage", "skills": "repair", "count": 3, "wage_per_h": NaN}'
    )
    plan.write_text(f'{{"pools": [{pool}]}}')
    world.refuses("plan.json, pools[1].wage_per_h: got nan", words=(f"plan={plan}",))


@pytest.mark.parametrize(
    ("before", "after", "phrase"),
    [
        ("count: 3,", "count: -2,", "pools row 1, count: got '-2'; expected a number >= 0"),
        ("rate_per_h: 20", "rate_per_h: -1", "rate_per_h: got '-1'; expected a number >= 0"),
        ("resolve: 0.4", "resolve: 1.4", "resolve[1]: got 1.4; expected a number <= 1"),
        ("share: 0.9}\nchannels", "share: 0.8}\nchannels", "segments, share: shares sum to 0.9"),
        (
            "share: 1, stage: ask}\n  - {",
            "share: 0.5, stage: ask}\n  - {",
            "sum to 0.5; expected 1",
        ),
        ("population: 600", "population: -600", "population: got '-600'; expected a number >= 0"),
        (
            "if_unresolved: mend",
            "if_unresolved: mend 0.7; ask 0.6",
            "sum to 1.3; expected at most 1",
        ),
        ("if_unresolved: mend", "if_unresolved: mend -0.1", "expected stages with chances"),
        ("target: 30s", "target: -30s", "target: got '-30s'; expected a duration >= 0"),
        ("12:00 30min", "12:00 -30min", "expected breaks longer than 0"),
        ("exponential(3min)", "exponential(-3min)", "expected durations >= 0"),
        ("share: 0.1", "share: 1.1", "share: got '1.1'; expected a number <= 1"),
        ("patience_factor: 0.5", "patience_factor: 0", "expected a number > 0"),
    ],
)
def test_CFG_NEG(world: World, before: str, after: str, phrase: str) -> None:
    world.mistype((before, after))
    with pytest.raises(ScenarioError) as error:
        world.load()
    assert phrase in str(error.value)


@pytest.mark.parametrize(
    ("word", "phrase"),
    [
        ("seed=-1", "seed: got -1; expected an integer from 0"),
        ("replications=0", "replications: got 0; expected an integer from 1"),
        ("replications=-3", "replications: got -3"),
        ("horizon=-1h", "horizon: got '-1h'; expected a duration above 0"),
        ("warm_up=-1h", "warm_up: got '-1h'; expected a duration from 0"),
        ("warm_up=2h", "warm_up: is 120 min; expected less than the horizon"),
        ("policy.ageing_per_h=-1", "dispatch.ageing_per_h: got '-1.0'; expected a number >= 0"),
        ("change={pools.clerks.count: -3}", "pools row 1 (changed), count: got '-3'; expected"),
    ],
)
def test_CFG_NEG_on_the_command_line(world: World, word: str, phrase: str) -> None:
    world.spoil()
    world.refuses(phrase, words=(word,))


@pytest.mark.parametrize("count", ["2.5", "1e3", "two", "3 agents"])
def test_CFG_FRAC_agents_are_whole(world: World, count: str) -> None:
    world.mistype(("count: 3,", f"count: {count},"))
    world.refuses("pools row 1, count: got '", "expected an integer >= 0")


def test_CFG_FRAC_in_csv_and_change(world: World) -> None:
    world.spoil(pools="pool_id,site,count,skills\nclerks,centre,2.5,phone\ncrew,garage,4,repair\n")
    world.refuses("pools.csv row 2, count: got '2.5'; expected an integer >= 0")
    world.spoil()
    words = ("change={pools.clerks.count: 2.5}",)
    world.refuses("(changed), count: got '2.5'; expected an integer >= 0", words=words)


def test_CFG_ZERO_a_loop_that_never_ends_is_refused(world: World) -> None:
    world.mistype(("resolve: 0.4, if_unresolved: mend", "resolve: 0, if_unresolved: ask"))
    world.refuses_to_run("stages, fault: the route returns to itself with gain 1; expected below 1")


def test_CFG_ZERO_a_loop_without_any_time_is_refused(world: World) -> None:
    world.mistype(
        ('service: "lognormal(40min, cv=0.5)"', "service: constant(0min), if_resolved: bot"),
        ("promises:", "  - {class_id: fault, stage: bot, mode: delay, service: constant(0min),\n"
         "     if_resolved: mend}\npromises:"),
    )  # fmt: skip
    world.refuses("stages, fault: the route returns to itself with gain 1")


def test_CFG_ZERO_crowds_at_one_instant_stop_the_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sim.engines.clock, "MAX_EVENTS_AT_ONE_INSTANT", 50)
    world.mistype(
        ("rate_per_h: 20", "arrivals: appointment, rate_per_h: 400, slot: 1h"),
        ("exponential(3min), patience: exponential(10min)", "constant(0min)"),
    )
    answer = world.run(*world.words("engine=simpy"))
    assert answer.code == 1
    assert "events at minute" in answer.err
    assert "zero service and zero delay" in answer.err
    assert not world.output.exists()


@pytest.mark.parametrize(
    ("before", "after", "phrases"),
    [
        ("count: 3,", "agnets: 5,", ("pools row 1: unknown column 'agnets'",)),
        ("patience_factor", "patiense_factor", ("Did you mean 'patience_factor'?",)),
        ("promises:", "promisses:", ("scenario.yaml, promisses: unknown key", "'promises'?")),
        ("title:", "tittle:", ("scenario.yaml, settings.tittle: unknown key", "'title'?")),
        ("kind: remote", "kind: remoat", ("kind: got 'remoat'", "Did you mean 'remote'?")),
        ("mode: visit", "mode: visits", ("mode: got 'visits'", "Did you mean 'visit'?")),
        ("days: daily", "days: dayly", ("days: got 'dayly'; expected weekdays",)),
        ("shift: day", "shift: dya", ("pools, shift: got 'dya'", "Did you mean 'day'?")),
        ("if_unresolved: mend", "if_unresolved: mnd", ("leads to 'mnd'", "Did you mean 'mend'?")),
        ("skill: repair", "skill: repairs", ("no pool has the skill 'repairs'", "'repair'?")),
    ],
)  # fmt: skip
def test_CFG_UNKNOWN_in_a_scenario(
    world: World, before: str, after: str, phrases: tuple[str, ...]
) -> None:
    world.mistype((before, after))
    world.refuses(*phrases)


@pytest.mark.parametrize(
    ("word", "phrases"),
    [
        ("replicatons=3", ("replicatons: unknown key", "Did you mean 'replications'?")),
        ("demand.facter=3", ("demand.facter: unknown key", "Did you mean 'factor'?")),
        ("scenario=regionBB", ("scenario: got 'regionBB'", "Did you mean 'regionB'?")),
        ("policy=least_weight", ("policy: got 'least_weight'", "Did you mean 'least_wait'?")),
        ("policy.dispatch=nearest", ("dispatch.policy: got 'nearest'", "nearest_idle")),
        ("staffing.name=leen", ("no column 'count_leen'", "Did you mean 'lean'?")),
        ("engine=simpi", ("engine",)),
        ("change={pool.clerks.count: 3}", ("change pool.clerks.count", "Did you mean 'pools'?")),
        ("change={pools.clarks.count: 3}", ("no row 'clarks'", "Did you mean 'clerks'?")),
        ("change={pools.clerks.counts: 3}", ("unknown column 'counts'", "'count'?")),
        ("change={dispatch.polcy: x}", ("dispatch.polcy: unknown key", "'policy'?")),
        ("seed=one", ("seed",)),
        ("replications=2.5", ("replications",)),
        ("horizon", ("the command line",)),
        ("precision={response_p09: 5%}", ("precision.response_p09", "'response_p99'?")),
        ("precision={resolved: 0%}", ("precision.resolved", "expected a half-width > 0")),
        ("precision={resolved/tier/desk: 1%}", ("expected a key figure as kpi or",)),
        ("precision={response_p90/tier/dsek: 5%}", ("dsek",)),
        ("max_replications=0", ("max_replications: got 0",)),
        ("workers=0", ("workers: got 0",)),
        ("extend=nowhere", ("extend: 'nowhere' holds no complete run",)),
        ("--mutlirun", ("--mutlirun: unknown option", "Did you mean '--multirun'?")),
    ],
)
def test_CFG_UNKNOWN_on_the_command_line(world: World, word: str, phrases: tuple[str, ...]) -> None:
    world.spoil()
    world.refuses(*phrases, words=(word,))


def test_CFG_UNKNOWN_command(world: World) -> None:
    world.refused(world.run("chek", "scenario=regionB"), "got 'chek'", "Did you mean 'check'?")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("exponential(3min)", "exponential(3)"),
        ("exponential(3min)", "3min"),
        ("exponential(3min)", "exponential(3m)"),
        ("exponential(3min)", "exponential(3 minutes)"),
        ('"lognormal(40min, cv=0.5)"', '"lognormal(40min, 20min)"'),
        ('"lognormal(40min, cv=0.5)"', '"lognormal(40min, sd=20min)"'),
        ('"lognormal(40min, cv=0.5)"', '"lognormal(cv=0.5, 40min)"'),
        ("target: 30s", "target: 30"),
        ("within: 4h", "within: 4"),
        ("breaks: 12:00 30min", "breaks: 12:00 30"),
    ],
)
def test_CFG_UNITS_a_time_without_its_unit_is_refused(
    world: World, before: str, after: str
) -> None:
    world.mistype((before, after))
    with pytest.raises(ScenarioError, match=r"expected a (law such as|duration with its unit)"):
        world.load()


def test_CFG_UNITS_sizes_that_nobody_has_are_warned_of(world: World) -> None:
    world.mistype(('"lognormal(40min, cv=0.5)"', '"lognormal(40d, cv=0.5)"'))
    said = world.check().out
    assert "warning: stages, fault/mend: an agent works 40.0 d on average" in said


@pytest.mark.parametrize(
    ("content", "phrase"),
    [
        ("", "the scenario has no tiers; expected tiers.csv with at least a row"),
        ("# nothing yet\n\n# but comments\n", "the scenario has no stages"),
        ("---\n", "the scenario has no pools"),
        ("- base: good\n", "scenario.yaml: got a list at its root; expected keys with values"),
        ("good\n", "scenario.yaml: got a str at its root"),
        ("base: good\nsites:\n", "scenario.yaml, sites: expected a list of rows"),
        ("base: good\nsettings: [1]\n", "scenario.yaml, settings: expected keys with values"),
        ("base: good\ntables: x\n", "scenario.yaml, tables: expected table names with file lists"),
        ("base: good\nsites: []\n", "the scenario has no sites"),
        ("base: good\nzones: []\n", "the scenario has no zones"),
        ("base: good\nclasses: []\n", "the scenario has no classes"),
        ("base: nowhere\n", "there is no scenario 'nowhere'"),
        ("base: bad\n", "the chain of bases is circular"),
    ],
)
def test_CFG_EMPTY_a_scenario_without_content(world: World, content: str, phrase: str) -> None:
    world.write("scenario.yaml", content)
    world.refuses(phrase)


@pytest.mark.parametrize(
    ("rows", "phrase"),
    [
        ("", "sites.csv: the file is empty; expected a header line and rows"),
        ("\n\n", "sites.csv: the file is empty"),
        ("site_id,tier,lat,lon\n", "the scenario has no sites"),
        ("site_id,tier,lat,lon\n,,,\n", "the scenario has no sites"),
    ],
)
def test_CFG_EMPTY_a_table_without_rows(world: World, rows: str, phrase: str) -> None:
    world.spoil(sites=rows)
    world.refuses(phrase)


def test_CFG_EMPTY_nobody_works(world: World) -> None:
    world.mistype(("count: 3, count_lean: 2", "count: 0"), ("count: 4,", "count: 0,"))
    world.refuses("pools, count: no agent works at an open site; expected at least one")


def test_CFG_EMPTY_no_site_is_open(world: World) -> None:
    world.mistype(
        ("{site_id: centre,", "{site_id: centre, status: closed,"),
        ("{site_id: garage,", "{site_id: garage, status: candidate,"),
    )
    world.refuses("sites, status: no site is existing or required; expected at least one")


def test_CFG_EMPTY_no_time(world: World) -> None:
    world.spoil()
    world.refuses("horizon: got '0h'; expected a duration above 0", words=("horizon=0h",))


def test_CFG_EMPTY_nobody_lives_in_the_zones(world: World) -> None:
    world.mistype(("population: 600", "population: 0"), ("population: 400", "population: 0"))
    world.refuses(
        "classes, question: the zones have no population, by which its requests are shared",
        "classes, fault: the zones have no installed_base",
    )


def test_CFG_EMPTY_no_demand_is_a_trivial_run(world: World) -> None:
    world.mistype(("rate_per_h: 20", "rate_per_h: 0"), ("rate_per_h: 1,", "rate_per_h: 0,"))
    assert world.run(*world.words("replications=2")).code == 0
    text = (world.output / "kpis.json").read_text()
    kpis = json.loads(text, parse_constant=lambda token: pytest.fail(f"{token} in kpis.json"))
    assert kpis["tiers"]["desk"]["response_mean"]["value"] is None
    assert kpis["tiers"]["desk"]["response_mean"]["reason"].startswith("there were no")
    assert json.loads((world.output / "run.json").read_text())["requests"] == 0


def test_CFG_CYCLE_an_escalation_that_feeds_itself_is_refused(world: World) -> None:
    world.mistype(
        (
            "resolve: 0.4, if_unresolved: mend",
            "resolve: 0.4, if_resolved: mend, if_unresolved: mend",
        ),
        ('cv=0.5)"', 'cv=0.5)", resolve: 0.5, if_resolved: ask, if_unresolved: ask'),
    )
    said = world.refuses("stages, fault: the route returns to itself with gain 1")
    assert "so that every request ends" in said
