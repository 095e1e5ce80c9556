"""What every row of a scenario has in common: ids, names, frozen values, readable errors."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from network.errors import Problem, ScenarioError, did_you_mean, one_of
from network.people import Pool, Shift, parse_breaks
from network.places import Site


def pool(**cells: object) -> Pool:
    return Pool(**{"pool_id": "p", "site": "s", "count": 1, "skills": "a", **cells})


@pytest.mark.parametrize(
    "name", ["NO", "007", "1e3", "Göteborg", "東京", "a b", "=1+1", "-", "x.y"]
)
def test_an_id_is_kept_as_written(name: str) -> None:
    assert pool(pool_id=name).pool_id == name


@pytest.mark.parametrize(
    "name", ["", " ", "a/b", "a\\b", "a;b", "a,b", "a|b", "<a>", 'a"', "a?", "a*", ".", "a.", ".a",
             "a\nb", "a\x00b", "\u202ea", "x" * 81],
)  # fmt: skip
def test_an_id_can_be_a_file_name_and_stand_in_lists(name: str) -> None:
    with pytest.raises(ValidationError):
        pool(pool_id=name)


def test_space_around_text_means_nothing() -> None:
    assert pool(pool_id=" p ", skills=" a ;  b; ").skills == ("a", "b")


def test_a_noun_is_frozen_and_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        pool().count = 2
    with pytest.raises(ValidationError, match="Extra inputs"):
        pool(agnets=3)
    with pytest.raises(ValidationError, match="finite"):
        pool(wage_per_h=float("nan"))


def test_counts_have_sane_limits() -> None:
    assert pool(count=100_000).count == 100_000
    with pytest.raises(ValidationError, match="100000"):
        pool(count=100_001)
    with pytest.raises(ValidationError, match="1000000"):
        Site(site_id="s", tier="t", queue_limit=10**12)


def test_breaks_are_pairs_of_start_and_length() -> None:
    assert parse_breaks("12:00 30min; 15:30 10min;") == ((720.0, 30.0), (930.0, 10.0))
    shift = Shift(shift_id="s", days="daily", starts="22:00", ends="06:00", breaks="02:00 1h")
    assert shift.breaks == ((120.0, 60.0),)
    for text in ("12:00", "12:00 0min", "noon 30min", "12:00-12:30"):
        with pytest.raises(ValueError, match="expected"):
            parse_breaks(text)


def test_an_error_lists_every_problem() -> None:
    error = ScenarioError("scenario x", [Problem("a.csv row 2", "got 1"), Problem("b", "got 2")])
    assert str(error) == "2 problems in scenario x\n * a.csv row 2: got 1\n * b: got 2"


def test_a_problem_shows_what_the_eye_would_miss() -> None:
    assert str(Problem("a\x1b[31m", "\u202egnp")) == "a\\x1b[31m: \\u202egnp"


def test_hints_name_what_is_near_and_lists_stay_short() -> None:
    assert did_you_mean("piont", ["point", "regional"]) == " Did you mean 'point'?"
    assert did_you_mean("xyzzy", ["point"]) == ""
    assert one_of("abc", 3) == "a, b, c"
    assert one_of("abcd", 3) == "a, b, c ... (4 in all)"
