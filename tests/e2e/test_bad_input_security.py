"""SEC: input that would run code, read other files, or hang."""

from __future__ import annotations

import json
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from small_world import NODES, SITES, Answer, World, graphml, world

from network.errors import ScenarioError
from network.load import load_scenario

__all__ = ["world"]


def test_SEC_HYDRA_target_in_a_scenario_is_an_unknown_key(world: World) -> None:
    touched = world.folder / "touched"
    target = f"{{_target_: pathlib.Path.touch, _args_: [{touched}]}}"
    for difference in (
        f"settings: {target}",
        f"dispatch:\n  policy: {target}",
        f"_target_: builtins.print\nsites: [{target}]",
    ):
        world.spoil(difference)
        world.refuses("_target_")
    assert not touched.exists()


@pytest.mark.parametrize(
    "word",
    [
        "+scenario._target_=builtins.print",
        "hydra.launcher._target_=os.system",
        "+hydra.callbacks.x={_target_: builtins.print}",
        "hydra.job_logging.handlers={x: {class: subprocess.Popen, args: [ls]}}",
        "hydra/job_logging=default",
        "hydra/launcher=../../x",
        "scenario=../../../x",
        "scenario/theory=../../x",
        "hydra.searchpath=[file:///tmp]",
        "+scenario@hydra.job_logging=regionA",
        "--config-path=/tmp",
        "--config-name=mine",
        "-cp=/tmp",
        "--config-d=/tmp",
        "--experimental-rerun=config.pickle",
    ],
)
def test_SEC_HYDRA_nothing_on_the_command_line_names_code(world: World, word: str) -> None:
    world.spoil()
    key = word.lstrip("+").split("=")[0]
    said = world.refuses(words=(word,))
    assert f" * {key}: " in said or "expected a name of letters" in said


def user_config(world: World, name: str, content: str) -> Answer:
    path = world.folder / "mine" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return world.run("--config-dir", str(world.folder / "mine"), *world.words())


@pytest.mark.parametrize(
    ("name", "content", "phrase"),
    [
        ("scenario/mine.yaml", "name: bad\n_target_: builtins.print\n", "_target_: unknown key"),
        ("scenario/mine.yaml", "name: bad\nhorizon: ${oc.env:HOME}\n", "interpolation ${...}"),
        ("scenario/mine.yaml", "# @package hydra.job_logging\nname: bad\n", "names a package"),
        ("scenario/mine.yaml", "name: bad\ndefaults: [override /hydra/launcher: x]\n",
         "defaults: unknown key"),
        ("scenario/mine.yaml", "name: bad\nhorizn: 3d\n", "Did you mean 'horizon'?"),
        ("scenario/mine.yaml", "name: ../../etc\n", "expected a name of letters"),
        ("scenario/mine.yaml", "name: &a bad\nhorizon: *a\n", "aliases are not allowed"),
        ("hydra/job_logging/mine.yaml", "version: 1\n", "is in no group"),
        ("config.yaml", "seed: 3\n", "has the name of a built-in; choose another"),
        ("scenario/regionB.yaml", "name: bad\n", "has the name of a built-in; choose another"),
        ("staffing/base.yaml", "name: lean\n", "has the name of a built-in; choose another"),
    ],
)  # fmt: skip
def test_SEC_HYDRA_a_folder_of_configs_holds_choices_only(
    world: World, name: str, content: str, phrase: str
) -> None:
    world.spoil()
    world.refused(user_config(world, name, content), phrase)


def test_SEC_HYDRA_links_in_a_folder_of_configs_are_refused(world: World) -> None:
    world.spoil()
    (world.folder / "mine").mkdir()
    (world.folder / "mine" / "scenario").symlink_to(world.root)
    answer = world.run("--config-dir", str(world.folder / "mine"), *world.words())
    world.refused(answer, "scenario: is a link; expected plain files and folders")


def test_SEC_HYDRA_a_folder_of_sound_choices_works_for_every_command(world: World) -> None:
    world.spoil()
    mine = world.folder / "mine" / "scenario"
    mine.mkdir(parents=True)
    (mine / "two_towns.yaml").write_text("name: bad\nhorizon: 2h\nwarm_up: 0h\nreplications: 1\n")
    words = ["--config-dir", str(mine.parent), "scenario=two_towns", f"data_root={world.root}"]
    assert world.run("check", *words).code == 0
    assert world.run(*words, "figures=false", f"hydra.run.dir={world.output}").code == 0
    assert json.loads((world.output / "run.json").read_text())["horizon_min"] == 120.0


def test_SEC_ENV_the_environment_stays_unread(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "swordfish")
    world.mistype(("title: Two towns", "title: 'x ${oc.env:SECRET}'"))
    said = world.refuses("settings.title: interpolation ${...} is not allowed")
    world.spoil()
    said += world.refuses("oc.env", words=("horizon=${oc.env:SECRET}",))
    assert "swordfish" not in said


def test_SEC_ENV_text_in_a_table_is_just_text(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "swordfish")
    world.spoil(zones="zone_id,name,lat,lon,population\na,${oc.env:SECRET},40.1,-3.1,5\n")
    assert world.run(*world.words()).code == 0
    assert world.load().zones.name == ("${oc.env:SECRET}",)
    for path in world.output.iterdir():
        assert b"swordfish" not in path.read_bytes()


BOMB = "a: &a [x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    ("content", "phrase"),
    [
        (BOMB, "scenario.yaml line 2: aliases are not allowed"),
        ("settings: &s {title: x}\ntravel: {<<: *s}\n", "aliases are not allowed"),
        ("settings: " + "[" * 20_000, "nested deeper than 20 levels"),
        ("settings: " + "{a: " * 20_000, "nested deeper than 20 levels"),
        ("".join(" " * n + "a:\n" for n in range(1000)), "nested deeper than 20 levels"),
        ("settings: !!python/object/apply:os.system [ls]\n", "the tag"),
        ("settings: !!map {title: x}\n", "the tag tag:yaml.org,2002:map is not allowed"),
        ("base: good\n---\nbase: good\n", "scenario.yaml line 2"),
        ("a: b: c\n", "scenario.yaml line 1"),
        ("settings: {title: \x07}\n", "not readable as YAML"),
        ("? [a, b]\n: c\n", "scenario.yaml line 1"),
    ],
)
def test_SEC_YAMLBOMB(world: World, content: str, phrase: str) -> None:
    world.write("scenario.yaml", content)
    began = time.perf_counter()
    with pytest.raises(ScenarioError) as error:
        world.load()
    assert time.perf_counter() - began < 1
    assert phrase in str(error.value)


def test_SEC_YAMLBOMB_digits_without_end_take_no_time(world: World) -> None:
    world.mistype(("exponential(3min)", f"exponential({'1' * 1900})"))
    began = time.perf_counter()
    world.refuses("expected a duration with its unit")
    assert time.perf_counter() - began < 2


def test_SEC_YAMLBOMB_a_plan_nested_without_end(world: World) -> None:
    world.spoil()
    plan = world.folder / "plan.json"
    plan.write_text('{"opened": ' + "[" * 100_000)
    world.refuses("plan.json: nested too deeply", words=(f"plan={plan}",))


@pytest.mark.parametrize(
    "name",
    ["../../x", "/abs", "..", ".", "a/../b", "CON", "nul", "com1.txt", "x" * 300, "trailing.",
     "a b", "a\\b", "~", "a/", "-rf", "\u202egnp", "sc\u0430le", "a:b", "a*", "C:"],
)  # fmt: skip
def test_SEC_PATH_a_scenario_name_is_plain(world: World, name: str) -> None:
    words = [word for word in world.words() if not word.startswith(("hydra", "scenario"))]
    answer = world.run(*words, f"scenario.name='{name}'")
    world.refused(answer, "expected a name of letters, digits, _ and -, such as 'regionB'")
    assert not (world.folder / "outputs").exists()
    assert len(answer.err) < 500
    assert "\u202e" not in answer.err
    with pytest.raises(ScenarioError, match="expected a name of letters"):
        load_scenario(name, root=world.root)


def test_SEC_PATH_zero_bytes(world: World) -> None:
    world.refused(world.run(*world.words("scenario.name=a\0b")), "the command line: ", "x00")
    with pytest.raises(ScenarioError, match=r"got 'a\\x00b'"):
        load_scenario("a\0b", root=world.root)
    world.spoil('tables: {sites: "a\\0b.csv"}')
    world.refuses("scenario.yaml, tables.sites: 'a\\x00b.csv' lies outside")


def test_SEC_PATH_names_that_differ_in_case_are_not_the_same(world: World) -> None:
    answer = world.run("check", "scenario.name=Good", f"data_root={world.root}")
    world.refused(answer, "there is no scenario 'Good'", "Did you mean 'good'?")


@pytest.mark.parametrize("path", ["../../secret.csv", "/etc/passwd", "../../../../etc/passwd"])
def test_SEC_PATH_tables_stay_below_the_root(world: World, path: str) -> None:
    (world.folder / "secret.csv").write_text("site_id\nswordfish\n")
    world.spoil(f"tables: {{sites: {path}}}")
    said = world.refuses_to_run(
        "scenario.yaml, tables.sites: '", "lies outside the scenarios folder"
    )
    assert "swordfish" not in said
    assert "root:" not in said


def test_SEC_PATH_links_do_not_lead_out_of_the_root(world: World) -> None:
    secret = world.folder / "secret.csv"
    secret.write_text("swordfish\n")
    world.spoil()
    (world.root / "bad" / "sites.csv").symlink_to(secret)
    said = world.refuses("tables.sites: 'sites.csv' lies outside the scenarios folder")
    (world.root / "bad" / "sites.csv").unlink()
    (world.root / "bad" / "scenario.yaml").unlink()
    (world.root / "bad" / "scenario.yaml").symlink_to(secret)
    said += world.refuses("scenario.yaml: is a link to a file outside the scenarios folder")
    assert "swordfish" not in said


@pytest.mark.parametrize(
    "name", ["a/b", "a\\b", "<script>", 'say "hi"', "x;y", "a|b", ".hidden", "dot."]
)
def test_SEC_PATH_ids_are_names_of_files_on_every_system(world: World, name: str) -> None:
    quoted = name.replace('"', '""')
    world.spoil(sites=SITES.replace("garage", f'"{quoted}"'))
    world.refuses("sites.csv row 3, site_id: got ", "expected an id without")


@pytest.mark.parametrize(
    "name", ["\u202eevil", "zero\u200bwidth", "bell\x07", "esc\x1b[31m", "a\u2028b"]
)
def test_SEC_PATH_text_that_deceives_the_eye(world: World, name: str) -> None:
    world.spoil(sites=f"site_id,name,tier,lat,lon\ncentre,{name},desk,40,-3\n")
    said = world.refuses("sites.csv row 2, name: got ", "expected printable text")
    assert name not in said
    world.spoil(sites=f"site_id,{name},tier,lat,lon\ncentre,x,desk,40,-3\n")
    assert name not in world.refuses("unknown column")


ODD_NAMES = ["=HYPERLINK(1)", "[bold]x[/]", "[/nope]", "$\\frac{1}$", "<script>x</script>", "%s",
             "+1", "-1", "@x", "$a_b^c$", "<b>&amp;</b>", "100 %", "{x}", "\\u202e"]  # fmt: skip


def test_SEC_CSV_and_HTML_names_are_never_anything_but_text(world: World) -> None:
    shown = ODD_NAMES[:6]  # the summary has room for so many regions
    odd = list(enumerate(ODD_NAMES))
    sites = "".join(f'p{n},"{name}",field,40.1,-3\n' for n, name in odd)
    zones = "".join(f'z{n},"{name}","{shown[n % 6]}",40.1,-3.1,5\n' for n, name in odd)
    world.spoil(
        sites=f"site_id,name,tier,lat,lon\ncentre,C,desk,40,-3\ngarage,G,field,40,-3\n{sites}",
        zones=f"zone_id,name,region,lat,lon,population\n{zones}",
    )
    assert sorted(world.load().zones.name) == sorted(ODD_NAMES)
    answer = world.run(*world.words("horizon=1d", "replications=2", "figures=true"))
    assert answer.code == 0
    for name in shown:
        assert name in answer.out, name
    assert len([*(world.output / "figures").iterdir()]) > 3


def test_SEC_XML_entities_and_dtds_are_refused(world: World) -> None:
    sound = graphml(NODES, [("n", "g", 9)])
    secret = world.folder / "secret.txt"
    secret.write_text("swordfish")
    bomb = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    for dtd in (
        "<!DOCTYPE graphml>",
        f'<!DOCTYPE g [<!ENTITY e0 "lol">{bomb}]>',
        f'<!DOCTYPE g [<!ENTITY x SYSTEM "file://{secret}">]>',
        '<!DOCTYPE g SYSTEM "http://127.0.0.1:9/x.dtd">',
    ):
        world.give_roads(dtd + sound.replace("</data></node>", "&e9;</data></node>", 1))
        began = time.perf_counter()
        said = world.refuses("roads.graphml: declares a DTD or entities, which are refused")
        assert time.perf_counter() - began < 2
        assert "swordfish" not in said


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/x", "https://example.org/x", "file:///etc/passwd"]
)
def test_SEC_FETCH_addresses_are_not_fetched(
    world: World, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    monkeypatch.setattr(socket, "socket", lambda *_, **__: pytest.fail("opened a socket"))
    world.spoil()
    world.refuses("data_root: there is no folder", words=(f"data_root={address}",))
    world.refuses("the file does not exist. Addresses are not fetched", words=(f"plan={address}",))
    world.spoil(f"tables: {{sites: '{address}'}}")
    world.refuses("the file does not exist. Addresses are not fetched")
    world.spoil(f"travel: {{road_graph: '{address}'}}")
    world.refuses("the file does not exist. Addresses are not fetched")
    world.write("scenario.yaml", f"base: {address}")
    world.refuses("expected a name of letters")


@pytest.mark.parametrize("formula", ["2*3", "a*b", "=1+1", "__import__('os')", "1e1**9", "1/2"])
def test_SEC_FORMULA_numbers_are_not_computed(world: World, formula: str) -> None:
    world.mistype(("a_min_per_sqrt_km: 4", f'a_min_per_sqrt_km: "{formula}"'))
    world.refuses("travel.a_min_per_sqrt_km: got ", "expected a number with a decimal point")
    world.mistype(("exponential(3min)", f'"exponential({formula})"'))
    world.refuses("service: got ")


def test_SEC_PICKLE_no_input_is_unpickled(world: World) -> None:
    import pickle

    touched = world.folder / "touched"

    class Touch:
        def __reduce__(self) -> tuple[object, tuple[Path]]:
            return Path.touch, (touched,)

    world.spoil()
    world.write("sites.csv", pickle.dumps(Touch()))
    world.refuses("sites.csv")
    plan = world.folder / "plan.json"
    plan.write_bytes(pickle.dumps(Touch(), protocol=0))
    world.refuses("plan.json", words=(f"plan={plan}",))
    assert not touched.exists()


@pytest.mark.parametrize("fault", ["pickle", "torn", "empty", "text", "other fields", "huge"])
def test_SEC_PICKLE_a_run_to_extend_is_data_only_and_whole(world: World, fault: str) -> None:
    touched = world.folder / "touched"

    class Touch:
        def __reduce__(self) -> tuple[object, tuple[Path]]:
            return Path.touch, (touched,)

    world.spoil()
    former = world.folder / "former"
    former.mkdir()
    path = former / "replications.npz"
    about = np.array(json.dumps({"network": "x", "code": {}}))
    match fault:
        case "pickle":
            np.savez(path, values=np.array([Touch()], dtype=object), about=about)
        case "torn":
            np.savez(path, values=np.zeros(1000), about=about)
            path.write_bytes(path.read_bytes()[:-100])
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("values")
        case "other fields":
            np.savez(path, about=np.array("{}"))
        case _:
            shape = b"{'descr': '<f8', 'fortran_order': False, 'shape': (%d,)}" % 10**15
            with zipfile.ZipFile(path, "w") as archive:
                header = b"\x93NUMPY\x01\x00v\x00" + shape
                archive.writestr("values.npy", header.ljust(127) + b"\n")
                archive.writestr("about.npy", b"")
    world.refuses("extend", words=(f"extend={former}", "replications=3"))
    assert not touched.exists()
