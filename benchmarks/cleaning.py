"""How much of an article cleaning keeps, and how much else, against what BeautifulSoup alone gives.

    python -m benchmarks.cleaning [--articles fixtures/articles] [--public FOLDER]

Without ``--public``: every labelled page that has its editor's text. Recall and precision are over the
words of the two texts as multisets; tokens are estimated at four characters each.

With ``--public``: the article extraction benchmark of https://github.com/scrapinghub/article-extraction-benchmark
(181 pages with their ground truth; not part of this repository: clone it and name the folder). Its
figure is restated here from its evaluate.py: runs of four words are counted on both sides, precision
and recall of each page follow from what is shared and what is not, and F1 is taken of their means.
"""

import argparse
import gzip
import json
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from slm_harness.breach import TASK
from slm_harness.errors import HarnessError, PageError
from slm_harness.labels.load import load_labelled
from slm_harness.pages import article_text

_WORD = re.compile(r"\w+")
_CHARACTERS_PER_TOKEN = 4
_RUN = 4

out = sys.stdout.write


def naive(html: bytes) -> str:
    """All the text of a page: what one does before one cleans."""
    from bs4 import BeautifulSoup

    return BeautifulSoup(html, "html.parser").get_text()


def trafilatura_alone(html: bytes) -> str:
    """What trafilatura gives as the public benchmark calls it."""
    import trafilatura

    return trafilatura.extract(html.decode(), include_comments=False) or ""


def harness(html: bytes) -> str:
    """The harness's own cleaning; a page that it refuses has no text."""
    try:
        return article_text(html)
    except PageError:
        return ""


# ---------------------------------------------------------------- labelled pages


@dataclass(frozen=True)
class Kept:
    """One way of cleaning, one page."""

    recall: float
    precision: float
    words: int
    """Of the whole prompt, title and date included."""
    tokens: int


def kept(edited: str, text: str, prompt: str) -> Kept:
    """Measure ``text`` against the editor's, and the prompt that is made of it."""
    wanted, found = Counter(_words(edited)), Counter(_words(text))
    shared = (wanted & found).total()
    return Kept(
        recall=shared / wanted.total(),
        precision=shared / found.total() if found else 0.0,
        words=len(prompt.split()),
        tokens=-(-len(prompt) // _CHARACTERS_PER_TOKEN),
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def labelled_pages(folder: Path) -> None:
    """Print a line for each labelled page, and their means."""
    rows: list[tuple[Kept, Kept]] = []
    without = []
    out(f"{'':28} {'editor':>6}  {'article_text':^31}  {'BeautifulSoup.get_text()':^31}\n")
    columns = f"{'recall':>7} {'precis.':>7} {'words':>7} {'tokens':>7}"
    out(f"{'page':28} {'words':>6}  {columns}  {columns}  {'prompt':>6}\n")
    for labelled in load_labelled(folder, TASK, drafts=True):
        article, edited = labelled.article, labelled.edited
        if not edited or not _words(edited):
            without.append(article.id)
            continue
        everything = naive((folder / f"{article.id}.html").read_bytes())
        ours = kept(edited, article.text, article.prompt)
        theirs = kept(edited, everything, replace(article, text=everything).prompt)
        rows.append((ours, theirs))
        out(f"{article.id[:28]:28} {len(_words(edited)):6}  {_shown(ours, theirs)}\n")
    if rows:
        ours, theirs = _mean([one for one, _ in rows]), _mean([other for _, other in rows])
        out(f"{f'mean of {len(rows)}':28} {'':6}  {_shown(ours, theirs)}\n")
    if without:
        out(f"without an editor's text: {', '.join(without)}\n")


def _shown(ours: Kept, theirs: Kept) -> str:
    sides = [
        f"{one.recall:7.3f} {one.precision:7.3f} {one.words:7,} {one.tokens:7,}"
        for one in (ours, theirs)
    ]
    return f"{sides[0]}  {sides[1]}  1:{theirs.tokens / ours.tokens:4.1f}"


def _mean(rows: Sequence[Kept]) -> Kept:
    return Kept(
        recall=statistics.mean(one.recall for one in rows),
        precision=statistics.mean(one.precision for one in rows),
        words=round(statistics.mean(one.words for one in rows)),
        tokens=round(statistics.mean(one.tokens for one in rows)),
    )


# ---------------------------------------------------------------- the public benchmark


def runs(text: str) -> Counter[tuple[str, ...]]:
    """Runs of four words, case kept; a shorter text is one run."""
    words = _WORD.findall(text)
    starts = range(max(1, len(words) - _RUN + 1)) if words else ()
    return Counter(tuple(words[start : start + _RUN]) for start in starts)


@dataclass(frozen=True)
class Match:
    """Runs of one page: of both texts, only of the found one, only of the true one."""

    shared: int
    surplus: int
    missed: int

    @property
    def precision(self) -> float | None:
        """None where nothing was found: such a page has no share in the mean."""
        found = self.shared + self.surplus
        return self.shared / found if found else None

    @property
    def recall(self) -> float | None:
        """None where there was nothing to find."""
        true = self.shared + self.missed
        return self.shared / true if true else None


def match(true: str, found: str) -> Match:
    """Compare two texts by their runs."""
    wanted, got = runs(true), runs(found)
    return Match((wanted & got).total(), (got - wanted).total(), (wanted - got).total())


def official(matches: Sequence[Match]) -> tuple[float, float, float]:
    """F1, precision and recall over all pages, as the public benchmark has them."""
    precision = statistics.mean(one.precision for one in matches if one.precision is not None)
    recall = statistics.mean(one.recall for one in matches if one.recall is not None)
    both = precision + recall
    return (2 * precision * recall / both if both else 0.0), precision, recall


WAYS: dict[str, Callable[[bytes], str]] = {
    "article_text": harness,
    "trafilatura": trafilatura_alone,
    "BeautifulSoup.get_text()": naive,
}


def public_pages(folder: Path) -> None:
    """Print the public benchmark's figures for each way of cleaning."""
    truth = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    pages = {
        name: gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())
        for name in sorted(truth)
    }
    for clean in WAYS.values():
        clean(next(iter(pages.values())))  # imports are no part of the time for a page
    out(f"{'':24} {'F1':>6} {'precision':>10} {'recall':>7} {'s per page':>11} {'slowest':>8}\n")
    for name, clean in WAYS.items():
        matches, seconds = [], []
        for page, html in pages.items():
            started = time.perf_counter()
            text = clean(html)
            seconds.append(time.perf_counter() - started)
            matches.append(match(truth[page].get("articleBody", ""), text))
        f1, precision, recall = official(matches)
        times = f"{statistics.mean(seconds):11.3f} {max(seconds):8.3f}"
        out(f"{name:24} {f1:6.3f} {precision:10.3f} {recall:7.3f} {times}\n")
    out(f"{len(pages)} pages\n")


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=Path, default=Path("fixtures/articles"), metavar="DIR")
    parser.add_argument("--public", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    try:
        if options.public:
            public_pages(options.public)
        else:
            labelled_pages(options.articles)
    except HarnessError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except FileNotFoundError as error:
        sys.stderr.write(
            f"{error.filename}: not there; --public takes the benchmark's own folder\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
