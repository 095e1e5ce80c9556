"""Whatever is typed into a scenario, the answer is a network or a list of problems."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_world import GOOD

from network.errors import Problem, ScenarioError
from network.load import load_scenario

VALUES = [match.span(2) for match in re.finditer(r"(\w+): ([^,{}\n]+)", GOOD)]
WORDS = st.sampled_from(
    ["", "0", "-1", "1e308", "nan", ".inf", "2.5", "NO", "null", "~", "[]", "{}", "9" * 25, "12:30",
     '"24:00"', "5min", "never", "constant(0min)", "constant(1e300min)", "normal(0min, sd=5min)",
     "uniform(0min, 1e9d)", "daily", "north", "centre", "ask", "mend 0.3; ask 0.2", "done", "phone",
     "visit", "delay", "log", "renewal", "finite_base", "closed", "0.5; 0.7", "every_month", "${x}",
     "euclidean", "a\tb", "*a", "&a x", "!!int 3", "'", '"', "\u202e"]
)  # fmt: skip


def problems_of(root: Path) -> tuple[Problem, ...]:
    """What is wrong with scenario ``x``; any other exception is a fault of the loader."""
    try:
        network = load_scenario("x", root=root)
    except ScenarioError as error:
        return error.problems
    assert network.zones.zone_id
    return ()


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    edits=st.lists(
        st.tuples(st.sampled_from(VALUES), WORDS | st.text(max_size=9)), min_size=1, max_size=3
    )
)
def test_other_words_in_some_places(
    tmp_path: Path, edits: list[tuple[tuple[int, int], str]]
) -> None:
    text = GOOD
    for (start, end), word in sorted(edits, reverse=True):
        text = text[:start] + word + text[end:]
    folder = tmp_path / "x"
    folder.mkdir(exist_ok=True)
    (folder / "scenario.yaml").write_text(text, encoding="utf-8", errors="replace")
    assert all(problem.where and problem.message for problem in problems_of(tmp_path))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_any_bytes_for_a_table(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "x"
    folder.mkdir(exist_ok=True)
    (folder / "scenario.yaml").write_text(GOOD)
    (folder / "overrides.csv").write_bytes(b"zone,site,minutes\n" + content)
    assert all("overrides" in problem.where for problem in problems_of(tmp_path))
