"""The page on allocation shows what its examples give."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "allocation.md"


def test_examples_of_the_page_give_what_it_shows() -> None:
    text = PAGE.read_text(encoding="utf-8")
    shown = "\n\n".join(re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL))
    examples = doctest.DocTestParser().get_doctest(shown, {}, PAGE.name, str(PAGE), 0)
    said: list[str] = []
    outcome = doctest.DocTestRunner().run(examples, out=said.append)
    assert outcome.attempted > 10
    assert not outcome.failed, "".join(said)
