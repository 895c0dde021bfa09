"""The properties of each case in a JUnit file, put in once the file is written.

pytest can take them along with each report, but keeps them there and as trees in its own document until the
end: some kilobytes for each case, of which there are nine an article.
"""

import re
from collections.abc import Iterator, Mapping

from slm_harness.records import Outcome
from slm_harness.report.wording import elements, properties

_CASE = re.compile(r'<testcase [^>]*\bname="[^"\[]*\[([^"]*)\]"[^>]*?(/?)>(<properties>)?')


def with_properties(document: str, outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    """A JUnit document in pieces, with the properties of every case that has an outcome.

    Args:
        document: As pytest wrote it.
        outcomes: Case id to outcome.
    """
    done = 0
    for match in _CASE.finditer(document):
        outcome = outcomes.get(_plain(match[1]))
        if outcome is None:
            continue
        yield document[done : match.start()]
        done = match.end()
        told = elements(properties(outcome))
        opened = match[0].removesuffix("<properties>")
        if match[2]:
            yield f"{opened[:-2].rstrip()}><properties>{told}</properties></testcase>"
        else:
            # Those that a test of the user's own recorded stand behind ours.
            yield f"{opened}<properties>{told}{'' if match[3] else '</properties>'}"
    yield document[done:]


def _plain(value: str) -> str:
    """An attribute's value read back; names of cases hold nothing but what XML leaves as it is."""
    return value.replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&")
