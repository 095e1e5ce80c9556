"""What the documentation shows works as shown."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from optimize.__main__ import OPTIMIZE
from optimize.config import config_problems, name_problems
from sim.config import build_network

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
