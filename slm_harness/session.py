"""One evaluation: what is asked of whom, and what becomes of the replies.

Everything here follows from settings, labels and replies; nothing knows pytest.
"""

import contextlib
import json
import shlex
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType

from slm_harness.asking import (
    Again,
    Batch,
    Enough,
    Event,
    Failed,
    Limits,
    Mode,
    Obtained,
    Sources,
    Unreached,
    fill,
)
from slm_harness.derived import Derived, code_digest
from slm_harness.engines import (
    LOCAL_ENGINES,
    Engine,
    Report,
    check_same,
    longest_prompt,
    open_engine,
    sampled,
)
from slm_harness.errors import ModelsError
from slm_harness.evidence import Evidence, write_evidence
from slm_harness.folding import by_sample, folded
from slm_harness.gate import Line, Policies, Snapshot, load_policies
from slm_harness.gate.policy import Overrides
from slm_harness.gate.provenance import provenance
from slm_harness.labels import load_articles
from slm_harness.marking import CODE, Marker, expected_of, label_digest
from slm_harness.models import load_models
from slm_harness.records import (
    Article,
    Identity,
    Layout,
    ModelSpec,
    Outcome,
    Recipe,
    Request,
    Stored,
    Verdict,
)
from slm_harness.store import Store, canonical_json, text_digest
from slm_harness.task import Task, load_prompt

PLACES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "prompt": ("evals/prompts/breach.yaml", "wording of the questions"),
        "models": ("evals/models.yaml", "the models that can be evaluated"),
        "gate": ("evals/gate.yaml", "how strict the gate is"),
        "articles": ("fixtures/articles", "folder of the labelled articles"),
        "answers": ("evals/answers", "folder of the accepted replies"),
        "snapshots": ("evals/__snapshots__", "folder of the accepted pass rates"),
        "store": (".slm-harness", "working store of all replies"),
        "reports": ("reports", "folder of what a run leaves"),
    }
)
"""Where everything is unless somebody says otherwise, relative to the project, and what it is."""


def beside(articles: Path) -> tuple[Path, Path]:
    """Where the replies and rates that are accepted of a user's other articles are kept.

    They must not take the place of what the project accepted.
    """
    return articles / "answers", articles / "__snapshots__"


@dataclass(frozen=True)
class Candidate:
    """Another wording of the questions, which is looked at beside the committed one."""

    file: Path
    given: str
    """The same as the command line named it."""
    committed: str
    """The prompt whose place it would take, as the settings name it."""

    @property
    def flag(self) -> str:
        """The flag by which a command is about it."""
        return f" --prompt {shlex.quote(self.given)}"


def candidate_of(given: str, folder: Path, committed: str, project: Path) -> Candidate | None:
    """The candidate of ``--prompt``; None where that names the committed prompt itself.

    Args:
        given: As the command line has it.
        folder: Where the command was given.
        committed: The prompt of the project, as its settings have it.
        project: The folder of the project.
    """
    file = folder / given
    same = file.resolve() == (project / committed).resolve()
    return None if same else Candidate(file, given, committed)


@dataclass(frozen=True)
class Settings:
    """Where everything is, and how replies are to be got."""

    task: Task
    prompt: Path
    models: Path
    articles: Path
    answers: Path
    snapshots: Path
    store: Path
    reports: Path
    mode: Mode = Mode.AUTO
    added_models: tuple[str, ...] = ()
    dated: bool = True
    """Whether models are told when an article was published; graders know it in any case."""
    constrained: bool = True
    """Whether servers are to hold models to the schema."""
    layout: Layout | None = None
    """Where the questions stand; None for where the prompt has them."""
    limits: Limits = field(default_factory=Limits)
    concurrency: int | None = None
    """Articles put to each model at once; None for as many as its entry says."""
    repeats: int = 1
    """Samples of each answer; with 1, as many as were accepted where a run only replays."""
    measure_server: bool = False
    """Whether the samples are one and the same request, put several times at temperature 0."""
    gate: Path | None = None
    """How strict the gate is; as strict as can be where there is no such file."""
    strictness: Overrides = field(default_factory=Overrides)
    """What the command line says about that."""
    candidate: Candidate | None = None
    """The prompt, where it is not the committed one: nothing of such a run is accepted."""
    flags: str = ""
    """Flags of this run without which a command for the next would mean something else."""

    @property
    def looks(self) -> bool:
        """Whether it is for a look only, so that nothing of it is to be accepted."""
        return not self.dated or self.candidate is not None

    def accepting(self, model: str) -> str:
        """The command that accepts what a model says; empty where a run is for a look only."""
        return "" if self.looks else f"pytest -m {model}{self.flags} --snapshot-update"

    def asking(self, model: str) -> str:
        """The command that gets the replies of a model, and accepts nothing."""
        return f"pytest -m {model}{self.flags}"

    def taking_over(self, models: Sequence[str]) -> str:
        """What becomes of the candidate, and how it is made the committed prompt; empty without one."""
        if self.candidate is None:
            return ""
        flags = self.flags.replace(self.candidate.flag, "")
        named = shlex.quote(" or ".join(models))
        return (
            f"a candidate: {self.candidate.given}; nothing of it is accepted; to take it over, copy it to "
            f"{self.candidate.committed} and run pytest -m {named}{flags} --snapshot-update"
        )

    def looking(self, model: str) -> str:
        """The command that shows a finished run beside what was accepted."""
        results = self.reports / "results.json"
        with contextlib.suppress(ValueError):
            results = results.relative_to(Path.cwd())
        return f"slm-harness compare accepted {shlex.quote(str(results))} -m {model}{self.flags}"


@dataclass(frozen=True, slots=True)
class Case:
    """One question about one article, put to one model."""

    model: str
    article: str
    question: str

    @property
    def id(self) -> str:
        """As pytest shows it in brackets."""
        return f"{self.model}-{self.article}-{self.question}"


@dataclass(frozen=True)
class Evaluation:
    """Settings with all that they name, loaded and found valid."""

    settings: Settings
    models: Mapping[str, ModelSpec]
    articles: Mapping[str, Article]
    recipe: Recipe
    evidence: Mapping[str, Evidence]
    """Model to its accepted replies, for the models that have some."""
    policies: Policies = field(default_factory=Policies)
    """How strict the gates are."""

    @classmethod
    def load(
        cls,
        settings: Settings,
        models: Mapping[str, ModelSpec],
        evidence: Mapping[str, Evidence],
    ) -> "Evaluation":
        """Load prompt and labels; nothing is asked.

        Raises:
            SettingsError: whatever of it is wrong.
        """
        task = settings.task
        prompt = load_prompt(task, settings.prompt)
        policies = Policies()
        if settings.gate is not None:
            policies = load_policies(settings.gate, task.ids, list(models))
        policies = policies.over(settings.strictness)
        loaded = load_articles(settings.articles, task, settings.store)
        articles = {a.id: replace(a, dated=settings.dated) for a in loaded}
        twice = _called_twice(models, articles, task.ids)
        if twice:
            raise ModelsError(
                f"{settings.models}: two cases would be called {twice!r}; rename a model or an article"
            )
        return cls(
            settings=settings,
            models=models,
            articles=MappingProxyType(articles),
            recipe=task.recipe(prompt, settings.layout, constrained=settings.constrained),
            evidence=evidence,
            policies=policies,
        )

    @cached_property
    def cases(self) -> Mapping[str, Case]:
        """Every case there is, by its id, model by model and article by article.

        Made when it is first looked at: of ten thousand articles it is a hundred megabytes.
        """
        cases = (
            Case(model, article, question)
            for model in self.models
            for article in self.articles
            for question in self.settings.task.ids
        )
        return MappingProxyType({case.id: case for case in cases})

    @property
    def sources(self) -> Sources:
        """Where replies come from and go to."""
        settings = self.settings
        return Sources(
            Store(settings.store),
            settings.mode,
            settings.answers,
            flags=settings.flags,
            looks=settings.looks,
        )

    def open_engine(self, model: str) -> Engine:
        """The engine of a model.

        Raises:
            SettingsError: its entry, or the address of its server, is wrong.
        """
        return open_engine(self.spec(model), self.settings.task.reader, self.longest)

    def samples(self, model: str) -> int:
        """How many replies to each article are wanted of a model. One that works by rules has one only."""
        settings = self.settings
        if self.models[model].engine in LOCAL_ENGINES:
            return 1
        if settings.repeats == 1 and settings.mode is Mode.REPLAY and model in self.evidence:
            return self.evidence[model].samples
        return settings.repeats

    def spec(self, model: str) -> ModelSpec:
        """The entry of a model as it is asked in this run.

        Raises:
            ModelsError: by its options several samples would tell nothing.
        """
        spec = self.models[model]
        if self.samples(model) == 1:
            return spec
        if self.settings.measure_server:
            check_same(spec)
            return spec
        if self.settings.repeats == 1 and not self.evidence[model].drawn:
            return spec
        return sampled(spec)

    def at_once(self, model: str) -> int:
        """How many articles are put to a model at once."""
        spec = self.models[model]
        return 1 if spec.engine in LOCAL_ENGINES else spec.concurrency

    @cached_property
    def longest(self) -> int:
        """Tokens of the longest article, estimated."""
        return longest_prompt(self.articles.values())

    def request(self, model: str, article: str, sample: int = 0) -> Request:
        """The request that gets a model's answers to all questions about one article."""
        return Request(model, article, self.articles[article].prompt, sample)

    def _requests(self, model: str, articles: Iterable[str]) -> Iterator[Request]:
        """All samples of one article, then those of the next: a server still has what it read of it."""
        further = range(1, self.samples(model))
        for article in articles:
            first = self.request(model, article)
            yield first
            for sample in further:
                yield replace(first, sample=sample)

    def batches(
        self,
        wanted: Iterable[tuple[str, str]],
        problems: Mapping[str, Unreached],
        enough: Enough = MappingProxyType({}),
    ) -> Sequence[Batch]:
        """The requests for the wanted (model, article) pairs, model by model in the given order.

        ``problems`` holds why a model cannot be reached, for those that cannot; ``enough`` is set for one of
        which nothing more is wanted.
        """
        articles: dict[str, dict[str, None]] = {}
        for model, article in wanted:
            articles.setdefault(model, {})[article] = None
        return [
            Batch(
                model=model,
                open_engine=partial(self.open_engine, model),
                spec=self.spec(model),
                local=self.models[model].engine in LOCAL_ENGINES,
                requests=list(self._requests(model, ids)),
                evidence=self.evidence.get(model),
                problem=problems.get(model),
                enough=enough.get(model) or threading.Event(),
            )
            for model, ids in articles.items()
        ]

    def ask(
        self,
        wanted: Iterable[tuple[str, str]],
        problems: Mapping[str, Unreached],
        stop: threading.Event,
        report: Report,
        enough: Enough = MappingProxyType({}),
        *,
        explain: bool = False,
        again: Again | None = None,
    ) -> Iterator[Event]:
        """Get the replies of the wanted (model, article) pairs, as ``asking.fill`` does.

        Args:
            wanted: Model by model, in the order in which they are asked for.
            problems: Why a model cannot be reached, for those that cannot.
            stop: Ends it.
            report: Takes lines on what an engine is busy with.
            enough: Is set for a model of which nothing more is wanted.
            explain: Whether it is to be found out why what is asked was not stored.
            again: Which of the first samples are to be got once more, as sample 1.
        """
        sources = replace(self.sources, explain=explain)
        batches = self.batches(wanted, problems, enough)
        return fill(batches, self.recipe, sources, stop, report, self.settings.limits, again)

    @cached_property
    def marker(self) -> Marker:
        """What grades replies, and remembers what it made of them."""
        return Marker(self.settings.task, self._remembered)

    @cached_property
    def _remembered(self) -> Derived:
        """What was once worked out from replies and labels; for the thread that grades."""
        code = code_digest(CODE, ("pydantic", "pydantic-core"))
        table = text_digest(repr(replace(self.settings.task, reader=None)))
        return Derived(self.settings.store, "marks", code and f"{code} {table}")

    def outcome(self, case: Case, result: Obtained | Failed) -> Outcome:
        """Grade the answer to one question, or say why there is none."""
        article = self.articles[case.article]
        if isinstance(result, Failed):
            return Outcome(
                case.model,
                case.article,
                case.question,
                Verdict.NOT_MEASURED,
                expected=expected_of(article, self.settings.task.question(case.question)),
                got="",
                reason=result.message,
                failure=result.kind,
            )
        reply = result.stored.reply
        price = self.models[case.model].price
        marks = self.marker.marks(article, reply)
        mark = marks.questions[case.question]
        return Outcome(
            case.model,
            case.article,
            case.question,
            mark.verdict,
            expected=mark.expected,
            got=mark.got,
            reason=mark.reason,
            seconds=reply.seconds,
            tokens=reply.reply_tokens,
            cost=price.of(reply) if price else None,
            recalled=result.recalled,
            key=result.stored.key,
            conforms=marks.conforms,
            in_form=mark.in_form,
            contradicts=mark.contradicts,
        )

    def folded(self, case: Case, samples: Sequence[Obtained | Failed]) -> Outcome:
        """Grade the answer to one question in every sample of it, which are given in their order."""
        return folded([self.outcome(case, result) for result in samples])

    def outcomes(
        self, model: str, results: Mapping[str, Sequence[Obtained]], known: Mapping[str, Outcome]
    ) -> Mapping[str, Outcome]:
        """The outcome of every case of a model, by case id, from the samples of its replies to all articles.

        ``known`` are outcomes of the same replies that need not be worked out again, by case id.
        """
        cases = (
            Case(model, article, question)
            for article in results
            for question in self.settings.task.ids
        )
        return {
            id_: known.get(id_) or self.folded(case, results[case.article])
            for case in cases
            for id_ in (case.id,)
        }

    def snapshot(
        self,
        model: str,
        identity: Identity,
        outcomes: Mapping[str, Outcome],
        articles: Collection[str] | None = None,
    ) -> Snapshot:
        """The snapshot of a model over some articles, over all unless told; each case has an outcome, by its id."""
        questions = self.settings.task.ids
        verdicts = {
            article: by_sample(
                outcomes[Case(model, article, question).id] for question in questions
            )
            for article in self.articles
            if articles is None or article in articles
        }
        return self.snapshot_of(model, identity, verdicts)

    def snapshot_of(
        self,
        model: str,
        identity: Identity,
        verdicts: Mapping[str, tuple[tuple[Verdict, ...], ...]],
    ) -> Snapshot:
        """The snapshot of a model by its verdicts: article id to, for each sample, those of all questions."""
        questions = self.settings.task.ids
        lines = {
            id_: Line(
                tuple(article.label_digests[question] for question in questions),
                text_digest(replace(article, dated=True).prompt)[:12],
                verdicts[id_],
            )
            for id_, article in self.articles.items()
            if id_ in verdicts
        }
        known = provenance(identity, self.recipe)
        labelled = {id_: [line.text, *line.labels] for id_, line in lines.items()}
        known["article-set"] = text_digest(canonical_json(labelled))[:12]
        if not self.settings.dated:
            known = {**known, "publication-date": "not told"}
        return Snapshot(model, known, questions, lines)

    def accept(
        self, model: str, results: Mapping[str, Sequence[Obtained]], identity: Identity
    ) -> None:
        """Keep the replies that a snapshot rests on, to be committed beside it.

        Raises:
            SnapshotError: they cannot be written.
        """
        before = self.evidence.get(model)
        pairs: list[tuple[Request, Stored]] = []
        for result in (one for samples in results.values() for one in samples):
            kept = before.find(result.stored.key) if before else None
            # The same words to the same request are no news: their line stays, timings included.
            same = kept is not None and kept.reply.text == result.stored.reply.text
            stored = kept if kept is not None and same else result.stored
            pairs.append((self.request(model, result.article, result.sample), stored))
        write_evidence(self.settings.answers, model, identity, self.recipe, pairs)

    @cached_property
    def commonest_answers(self) -> Mapping[str, tuple[str, int, int]]:
        """Per question the label that occurs most often, given as the answer to every article.

        Returns:
            Question id to (answer, how many it would get right, of how many scored).
        """
        labels = [label_digest(article) for article in self.articles.values()]
        key = text_digest(f"commonest {labels}")
        known = self._remembered.get([key]).get(key)
        if known is None:
            from slm_harness.labels.commonest import commonest_answers

            known = json.dumps(commonest_answers(self.articles.values(), self.settings.task))
            self._remembered.put({key: known})
        return {id_: (answer, right, of) for id_, (answer, right, of) in json.loads(known).items()}

    def close(self) -> None:
        """Keep what was worked out, and let go of where it is kept."""
        self.marker.flush()
        self._remembered.close()


def _called_twice(
    models: Iterable[str], articles: Collection[str], questions: Collection[str]
) -> str:
    """An id that two cases would have; empty where there is none."""
    # Where no question has a hyphen, only model and article can run into each other.
    last = questions if any("-" in question for question in questions) else list(questions)[:1]
    seen: set[str] = set()
    for model in models:
        for article in articles:
            for question in last:
                id_ = Case(model, article, question).id
                if id_ in seen:
                    return id_
                seen.add(id_)
    return ""


def as_loaded(identity: Identity, replies: Iterable[Stored]) -> Identity:
    """An identity with what only a loaded model shows, which comes with its replies."""
    machines = (stored.identity.machine for stored in replies if stored.identity.machine)
    return replace(identity, machine=next(machines, identity.machine))


def load_specs(settings: Settings) -> Mapping[str, ModelSpec]:
    """The models of the settings; apart from the rest, since markers need no more than these.

    Raises:
        ModelsError: an entry is none.
    """
    specs = load_models(settings.models, settings.added_models)
    if settings.concurrency is None:
        return specs
    return {n: replace(spec, concurrency=settings.concurrency) for n, spec in specs.items()}
