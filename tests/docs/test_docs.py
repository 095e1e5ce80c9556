"""What the documentation shows works as shown."""

from __future__ import annotations

import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from optimize.__main__ import OPTIMIZE
from optimize.config import config_problems, name_problems
from sim.config import build_network
from study.__main__ import main as study
from study.campaign.file import read_study
from study.campaign.run import points_of

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *ROOT.glob("docs/*.md"),
    *ROOT.glob("scenarios/**/*.md"),
]


@pytest.mark.long
@pytest.mark.parametrize("script", sorted(ROOT.glob("docs/tutorials/*.py")), ids=lambda p: p.stem)
def test_tutorials_run(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(script), run_name="__main__")
    assert "nan" not in capsys.readouterr().out.replace("nan%  not shown", "")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


def test_the_study_file_that_the_docs_show_can_be_run(tmp_path: Path) -> None:
    shown = re.search(r"```yaml\n(.*?)```", (ROOT / "docs/studies.md").read_text("utf-8"), re.S)
    assert shown is not None
    path = tmp_path / "my_study.yaml"
    path.write_text(shown[1], encoding="utf-8")
    study = read_study(path)
    assert len(points_of(study)) == study.design.samples


@pytest.mark.parametrize(
    "line",
    [
        line.split("#")[0].removeprefix("uv run ").strip()
        for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("uv run python -m sim")
    ],
)
def test_commands_of_the_readme_are_sound(line: str) -> None:
    words = [word.strip("'") for word in re.findall(r"'[^']*'|\S+", line)][3:]
    sweep = words[:1] == ["-m"]
    if words and words[0] in ("list", "traffic"):
        check = words
    else:
        check = ["check", *(word.split(",")[0] for word in words[1 if sweep else 0 :])]
    done = subprocess.run(
        [sys.executable, "-m", "sim", *check], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "line",
    [
        line.split("#")[0].removeprefix("uv run ").strip()
        for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("uv run python -m optimize")
    ],
)
def test_planning_commands_of_the_readme_are_sound(line: str) -> None:
    words = line.split()[3:]
    if words[0] in OPTIMIZE.commands:
        words.pop(0)
    config = OPTIMIZE.typed(OPTIMIZE.compose(OPTIMIZE.read_words(words)))
    problems = [*config_problems(config), *name_problems(config, build_network(config))]
    assert problems == []


@pytest.mark.parametrize(
    "line",
    [
        line.split("#")[0].removeprefix("uv run python -m study ").strip()
        for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("uv run python -m study")
    ],
)
def test_study_commands_of_the_readme_are_understood(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Parsed to the end; a study's points are built, its runs are not made."""
    monkeypatch.chdir(ROOT)
    words = shlex.split(line)
    if words[0] == "run":
        assert study([*words, "--dry"]) == 0
    else:
        assert study([words[0], "--help"]) == 0
        options = [word for word in words[1:] if word.startswith("--")]
        assert all(option in capsys.readouterr().out for option in options)
