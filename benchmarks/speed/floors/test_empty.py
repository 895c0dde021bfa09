"""Nine tests an article that do nothing."""

import pytest

from benchmarks.speed.contest import QUESTIONS, rows


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("article", [row["id"] for row in rows()])
def test_nothing(article: str, question: str) -> None:
    """Nothing is tested."""
