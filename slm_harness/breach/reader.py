"""The baseline: a plain rule-based reader of press articles, and no model of any kind.

It answers the nine questions by general rules about how news of data breaches is written in English
(cue words, numbers with units, dates with prepositions, capitalised names). It is the floor that a
small language model has to beat. No rule was fitted to an article of ``fixtures/``: the rules were
written from general knowledge, tried on made-up articles only, and frozen before they were scored.

Pure and deterministic: no clock, no network, no locale; the same prompt gives the same answers.
Sentences are cut to a fixed length before any rule sees them, so the time is linear in the text.
"""

from slm_harness.breach.causes import cause
from slm_harness.breach.counts import records
from slm_harness.breach.detection import is_breach
from slm_harness.breach.organisations import entity_and_third_parties
from slm_harness.breach.prose import parse
from slm_harness.breach.timeline import breach_and_discovery

UNKNOWN = "Unknown"


def read(prompt: str) -> dict[str, object]:
    """Answer the nine questions about one article.

    Args:
        prompt: what a model gets after the system prompt, see ``Article.prompt``.

    Returns:
        The nine fields of ``BreachAnalysisResponse``, valid for any text whatever.
    """
    page = parse(prompt)
    if not is_breach(page):
        return {
            "data_breach": "No",
            "breached_entity": UNKNOWN,
            "records_breached": UNKNOWN,
            "breach_date": UNKNOWN,
            "discovery_date": UNKNOWN,
            "cause_known": "No",
            "cause": UNKNOWN,
            "third_parties_involved": "No",
            "third_parties": [],
        }
    entity, involved, third_parties = entity_and_third_parties(page)
    breach_date, discovery_date = breach_and_discovery(page)
    cause_known, why = cause(page)
    return {
        "data_breach": "Yes",
        "breached_entity": entity,
        "records_breached": records(page),
        "breach_date": breach_date,
        "discovery_date": discovery_date,
        "cause_known": cause_known,
        "cause": why,
        "third_parties_involved": involved,
        "third_parties": third_parties,
    }
