"""The task this project was made for: nine questions about data breaches in the press.

The one place in the library that knows what a breach is. The wording of the questions is in
``evals/prompts/breach.yaml``.
"""

from collections.abc import Mapping

from slm_harness.task import Kind, Question, Task


def read(prompt: str) -> Mapping[str, object]:
    """Answer the nine questions about one article by rules, see ``reader.read``.

    The rules take a quarter of a second to compile, and only the baseline needs them.
    """
    from slm_harness.breach import reader

    return reader.read(prompt)


_YES_OR_NO = "Yes|No"
_DAY = "[0-3][0-9]-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-[0-9]{4}"

TASK = Task(
    name="breach",
    response_name="BreachAnalysisResponse",
    questions=(
        Question("data_breach", Kind.YES_NO, form=_YES_OR_NO),
        Question("breached_entity", Kind.NAMES),
        Question("records_breached", Kind.COUNT),
        Question("breach_date", Kind.DATE, form=f"Unknown|{_DAY}(?: ?(?:to|-|–) ?{_DAY})?"),
        Question("discovery_date", Kind.DATE, not_before="breach_date"),
        Question("cause_known", Kind.YES_NO, opens="cause", form=_YES_OR_NO),
        Question("cause", Kind.TEXT),
        Question("third_parties_involved", Kind.YES_NO, opens="third_parties", form=_YES_OR_NO),
        Question("third_parties", Kind.NAMES, listed=True, apart_from="breached_entity"),
    ),
    article_kinds=("breach", "round-up", "not-a-breach"),
    kind_without_answers="not-a-breach",
    reader=read,
)

BreachAnalysisResponse = TASK.response_model
"""What a model replies to one article: nine fields, all required."""
