"""The small language of routes: what follows a stage, and chances by level."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from network.route import Mode, Stage, parse_levels, parse_next


@pytest.mark.parametrize(
    ("text", "branches"),
    [
        ("", ()),
        ("done", ()),
        ("work", (("work", 1.0),)),
        ("work 0.7", (("work", 0.7),)),
        ("work 0.7; close 0.3", (("work", 0.7), ("close", 0.3))),
        ("work 0.7; done 0.3", (("work", 0.7),)),
        ("work 0", (("work", 0.0),)),
    ],
)
def test_what_follows_a_stage(text: str, branches: tuple[tuple[str, float], ...]) -> None:
    assert parse_next(text) == branches


@pytest.mark.parametrize(
    "text",
    ["work 0.7; close 0.4", "work 1.1", "work -0.1", "work nan", "work x", "work 0.5 0.5",
     "work; close", "done; work 0.5", "work 0.5,close 0.5"],
)  # fmt: skip
def test_chances_that_cannot_be(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_next(text)


def test_the_chance_to_resolve_grows_with_the_level_as_listed() -> None:
    stage = Stage(
        class_id="c", stage="s", mode=Mode.DELAY, service="constant(1min)", resolve="0.6; 0.75"
    )
    assert [stage.chance(level) for level in (0, 1, 2, 3, 9)] == [0.6, 0.6, 0.75, 0.75, 0.75]


@pytest.mark.parametrize("text", ["", "0.5;", "half", "0.5; 1.2", "-0.1", "nan", "0.5, 0.6"])
def test_chances_by_level_are_probabilities(text: str) -> None:
    with pytest.raises(ValidationError):
        Stage(class_id="c", stage="s", mode="delay", service="constant(1min)", resolve=text)


def test_chances_from_python_pass_as_they_are() -> None:
    assert parse_levels((0.5, 0.6)) == (0.5, 0.6)
