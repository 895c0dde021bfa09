"""A judgement as plain values, for results.json and for programs that read it."""

from dataclasses import asdict

from slm_harness.gate import Flip, Judgement, Paired, Rate
from slm_harness.report.findings import Heading, passes, verdict


def judged(found: Judgement, about: Heading) -> dict[str, object]:
    """What a judgement came to. Rates, differences and levels are fractions."""
    of_one, of_all = found.unseen
    return {
        "passes": passes(found, about),
        "verdict": verdict(found, about),
        "mode": found.policy.mode.value,
        "level": found.policy.level,
        "drop": found.policy.drop,
        "changed": list(about.changed),
        "graded_again": list(about.regraded),
        "incomparable": list(found.incomparable),
        "articles": found.articles,
        "all": paired_values(found.whole),
        "questions": {str(one.question): paired_values(one) for one in found.questions},
        "fell": [_flip(one) for one in found.worse],
        "rose": [_flip(one) for one in found.better],
        "flaky": [_flip(one) for one in found.flips if one.flaky],
        "significant": [one.question or "all" for one in found.significant],
        "shortfalls": [asdict(one) for one in found.shortfalls],
        "smallest_fall_that_could_show": {"one_question": of_one, "all": of_all},
        "fall_of_one_question_seen_in_80_percent": found.seen,
    }


def paired_values(one: Paired) -> dict[str, object]:
    """One question, or several together, before and now."""
    return {
        "before": _rate(one.before),
        "now": _rate(one.now),
        "fell": one.fell,
        "rose": one.rose,
        "p": one.p,
        "corrected_p": one.adjusted,
        "difference": None if one.difference is None else asdict(one.difference),
    }


def _rate(rate: Rate) -> dict[str, object]:
    interval = None if rate.interval is None else asdict(rate.interval)
    return {"passes": rate.passes, "of": rate.of, "interval": interval}


def _flip(flip: Flip) -> dict[str, str]:
    return {
        "article": flip.article,
        "question": flip.question,
        "before": flip.before.value,
        "now": flip.now.value,
    }
