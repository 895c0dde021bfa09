"""A whole evaluation from replies that are stored or accepted, in one pass, without pytest.

It comes to the verdicts, the gate and the reports of ``pytest --answers=replay``, and holds nothing of a
case once it is written: ten thousand articles put to three models are 270,000 cases.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from importlib import metadata

from slm_harness.accepted import Accepted, accepted_now
from slm_harness.asking import Event, Failed, Obtained, Prepared, Unreached, ask_there
from slm_harness.errors import NeverAsked
from slm_harness.folding import by_sample
from slm_harness.gate import Flip, Snapshot, flip
from slm_harness.gating import Gated, gated
from slm_harness.records import Identity, Outcome, Stored, Verdict
from slm_harness.report.judged import judged
from slm_harness.report.junit import JUnit
from slm_harness.report.results import case_row, document, failure_row, head, reply_row
from slm_harness.report.spool import Spool
from slm_harness.report.tally import Counting, Tally
from slm_harness.report.wording import flaky, no_rates, told
from slm_harness.session import Case, Evaluation, as_loaded
from slm_harness.store import key_of, key_parts, write_atomically
from slm_harness.task import reworded

SHOWN = 10
"""Most wrong answers, and most articles, that are kept to be named."""


@dataclass
class Graded:
    """What came of one model."""

    model: str
    passes: bool = False
    """Whether its gate does."""
    verdict: str = ""
    """What the gate comes to, in a line."""
    findings: list[str] = field(default_factory=list)
    """Why not, line by line."""
    new: list[str] = field(default_factory=list)
    """The first of the answers that are wrong without the snapshot knowing it, one line each."""
    new_count: int = 0
    """How many of them there are."""
    flaky: list[str] = field(default_factory=list)
    """The first of the answers that are right in some samples only, one line each."""
    flaky_count: int = 0
    """How many of them there are."""
    failures: dict[str, list[str]] = field(default_factory=dict)
    """Why something was not measured, to the first of the articles that it cost."""
    failures_count: int = 0

    @property
    def green(self) -> bool:
        """Whether a run of it passes."""
        return self.passes and not self.new_count and not self.failures_count


class Replay:
    """One run over any number of models, each graded once, in the order of their names."""

    def __init__(self, evaluation: Evaluation, report: Callable[[str], None]) -> None:
        """Begin the reports.

        Args:
            evaluation: In the mode of a replay.
            report: Takes lines on how far it is.

        Raises:
            OSError: the reports cannot be written.
        """
        self._evaluation = evaluation
        self._report = report
        self._open = ExitStack()
        folder = evaluation.settings.reports
        self._cases, self._replies, self._failures = (
            self._open.enter_context(closing(Spool(folder))) for _ in range(3)
        )
        self._junit = self._open.enter_context(closing(JUnit(folder)))
        self._tags = {id_: article.tags for id_, article in evaluation.articles.items()}
        self._identities: dict[str, Identity] = {}
        self._gates: dict[str, dict[str, object]] = {}
        self.tallies: dict[str, Tally] = {}
        """The numbers of every model so far."""

    def close(self) -> None:
        """Let go of what waits to be written."""
        self._open.close()

    def grade(self, model: str, before: Snapshot | None) -> Graded:
        """Grade every answer of a model, and compare with its snapshot.

        Models come in the order of their names: results.json is sorted, and is written as they come.
        """
        accepted = None if before is None else accepted_now(self._evaluation, before)
        one = _Model(self, model, accepted)
        problem = never_asked(self._evaluation, model)
        one.run(problem)
        self.tallies[model] = one.counting.tally()
        return one.graded

    def write(self) -> None:
        """Write results.json and junit.xml.

        Raises:
            OSError: they cannot be written.
        """
        evaluation = self._evaluation
        told_of = head(
            version=metadata.version("slm-harness"),
            task=evaluation.settings.task.name,
            recipe=evaluation.recipe,
            constrained=evaluation.settings.constrained,
            tallies=[self.tallies[m] for m in evaluation.models if m in self.tallies],
            identities=self._identities,
            commonest=evaluation.commonest_answers,
            gates=self._gates,
        )
        text = document(told_of, cases=self._cases, replies=self._replies, failures=self._failures)
        write_atomically(evaluation.settings.reports / "results.json", text)
        write_atomically(evaluation.settings.reports / "junit.xml", self._junit.pieces())

    # ------------------------------------------------------------ what one model hands over

    def heard(self, event: Obtained | Failed) -> None:
        """Note a reply, or that there is none."""
        if isinstance(event, Failed):
            self._failures.put(failure_row(event))
            return
        self._replies.put(reply_row(event))
        if event.stored.identity.machine:
            # What only a loaded model shows came with the replies.
            self._identities[event.model] = event.stored.identity

    def identified(self, model: str, identity: Identity) -> None:
        """Note who answers."""
        self._identities[model] = identity

    def judged(self, outcome: Outcome, *, known: bool) -> None:
        """Note a case."""
        self._cases.put(case_row(outcome))
        self._junit.answer(outcome, known=known)

    def gated(self, model: str, found: Gated | None, error: str = "") -> None:
        """Note what a gate came to, or why it came to nothing."""
        if found is None:
            self._junit.gate(model, error=error)
            return
        self._gates[model] = judged(found.judgement, found.background)
        self._junit.gate(model, found.verdict, "" if found.passes else found.findings)

    @property
    def evaluation(self) -> Evaluation:
        """What is evaluated."""
        return self._evaluation

    @property
    def tags(self) -> Mapping[str, tuple[str, ...]]:
        """Article id to its tags."""
        return self._tags

    def tell(self, line: str) -> None:
        """Tell how far it is."""
        self._report(line)


_STEP = 1000
"""Articles after which it is told how far it is."""


class _Model:
    """One model on its way."""

    def __init__(self, replay: Replay, model: str, accepted: Accepted | None) -> None:
        self._replay = replay
        self._evaluation = replay.evaluation
        self._model = model
        self._accepted = accepted
        self._policy = self._evaluation.policies.of(model)
        comparable = accepted.snapshot if accepted else None
        self._verdicts: dict[str, tuple[tuple[Verdict, ...], ...]] = {}
        self._flipped: dict[tuple[str, str], Outcome] = {}
        self._identity: Identity | None = None
        self._loaded: Stored | None = None
        """The first reply that tells what only a loaded model shows."""
        self._before = comparable
        self.counting = Counting(
            *(model, self._evaluation.settings.task.ids, comparable, replay.tags),
            samples=self._evaluation.samples(model),
        )
        self.graded = Graded(model)

    def run(self, problem: str) -> None:
        """Take in what came of every article; with a ``problem`` of the first question only, as pytest does."""
        articles = list(self._evaluation.articles)
        questions = self._evaluation.settings.task.ids
        if problem:
            articles, questions = articles[:1], questions[:1]
        problems = {self._model: Unreached(NeverAsked.__name__, problem)} if problem else {}
        pairs = [(self._model, article) for article in articles]
        events = self._evaluation.ask(pairs, problems, threading.Event(), self._replay.tell)
        missing = ""
        for number, samples in enumerate(self._in_order(events, articles), 1):
            self._take(samples, questions)
            failed = _failed(samples)
            if failed is not None and not missing:
                missing = no_rates(self._model, failed.article, failed.message)
            if number % _STEP == 0:
                self._replay.tell(f"{self._model}: {number:,} of {len(articles):,} articles graded")
        if not problem:
            self._gate(missing)

    def _in_order(
        self, events: Iterable[Event], articles: Iterable[str]
    ) -> Iterator[Sequence[Obtained | Failed]]:
        """The samples of an article, article by article; what comes before its turn waits for it."""
        order, early = deque(articles), dict[str, list[Obtained | Failed]]()
        wanted = self._evaluation.samples(self._model)
        for event in events:
            if isinstance(event, Prepared):
                self._identity = event.identity
                self._replay.identified(self._model, event.identity)
                continue
            early.setdefault(event.article, []).append(event)
            while order and len(early.get(order[0], ())) == wanted:
                yield sorted(early.pop(order.popleft()), key=lambda one: one.sample)

    def _take(self, samples: Sequence[Obtained | Failed], questions: Iterable[str]) -> None:
        article = samples[0].article
        for event in samples:
            self._replay.heard(event)
            if isinstance(event, Obtained) and event.stored.identity.machine:
                self._loaded = self._loaded or event.stored
        failed = _failed(samples)
        if failed is not None:
            named = self.graded.failures.setdefault(failed.message, [])
            self.graded.failures_count += 1
            if len(named) < SHOWN:
                named.append(article)
        found = {
            question: self._evaluation.folded(Case(self._model, article, question), samples)
            for question in questions
        }
        self._verdicts[article] = by_sample(found.values())
        # As results.json is sorted.
        for question in sorted(found):
            self._judge(found[question])

    def _judge(self, outcome: Outcome) -> None:
        verdict = outcome.verdict
        self.counting.add(outcome)
        is_known = self._accepted is not None and not self._accepted.is_news(outcome, self._policy)
        self._replay.judged(outcome, known=is_known)
        if verdict is Verdict.FLAKY:
            self.graded.flaky_count += 1
            if len(self.graded.flaky) < SHOWN:
                self.graded.flaky.append(flaky(outcome))
        if verdict in (Verdict.WRONG, Verdict.UNUSABLE) and not is_known:
            self.graded.new_count += 1
            if len(self.graded.new) < SHOWN:
                self.graded.new.append(told(outcome))
        if self._before and flip(self._before, outcome.article, outcome.question, verdict):
            self._flipped[outcome.article, outcome.question] = outcome

    def _gate(self, missing: str) -> None:
        graded = self.graded
        if missing or self._identity is None:
            graded.findings = [missing]
            self._replay.gated(self._model, None, error=missing)
            return
        identity = as_loaded(self._identity, [self._loaded] if self._loaded else [])
        now = self._evaluation.snapshot_of(self._model, identity, self._verdicts)
        contradicting = self.counting.tally().contradicting
        found = gated(self._evaluation, now, self._accepted, self._outcome, contradicting)
        graded.passes, graded.verdict = found.passes, found.verdict
        if not graded.passes:
            graded.findings = found.findings.split("\n")
        self._replay.gated(self._model, found)

    def _outcome(self, found: Flip) -> Outcome:
        return self._flipped[found.article, found.question]


def _failed(samples: Iterable[Obtained | Failed]) -> Failed | None:
    """The first sample that was not obtained, if there is one: with it the article is not measured."""
    return next((one for one in samples if isinstance(one, Failed)), None)


def never_asked(evaluation: Evaluation, model: str) -> str:
    """Why a replay has not one reply of a model to these words; empty where it has some."""
    accepted = evaluation.evidence[model]
    then, now = accepted.recipe, evaluation.recipe
    if (then.wording, then.layout) == (now.wording, now.layout):
        return ""
    store = evaluation.sources.store
    parts = [
        key_parts(accepted.identity, evaluation.recipe, evaluation.request(model, article))
        for article in evaluation.articles
    ]
    if any(store.has(key_of(one)) for one in parts):
        return ""
    words = ", ".join(reworded(then.wording, now.wording))
    what = [f"the recipe changed ({words})"] if words else []
    if then.layout is not now.layout:
        what.append(f"the layout changed (from {then.layout} to {now.layout})")
    return (
        f"nobody has asked {model} this prompt: {' and '.join(what)} since its replies were "
        f"accepted; {ask_there(model, evaluation.settings.flags, looks=evaluation.settings.looks)}"
    )
