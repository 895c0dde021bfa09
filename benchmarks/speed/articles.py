"""Press notices made by rule: test data about organisations that do not exist, as many as are wanted.

Notice ``number`` in ``edition`` has one text and nine answers, always the same, so that a server that knows
the mark in the text can reply right without a model. All names, days and counts differ from one notice to
the next, so that no two prompts are equal.
"""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

MARK = r"\(Notice (\d{5})-(\d+)\)"
"""Stands in every text, once: number and edition."""

_PLACES = (
    "Alderbeck", "Birchmoor", "Cauldwick", "Dunmarsh", "Eastfold", "Fennbury", "Gorsthorpe", "Hollinford",
    "Inchlow", "Jarrowick", "Keldmere", "Langstrath", "Marlbourne", "Netherby", "Oxleigh", "Pennholme",
    "Quarrendon", "Rushby", "Saltwick", "Thornmere", "Underholt", "Vallance", "Wexcombe", "Yarnfield",
)  # fmt: skip
_SITES = ("Quay", "Lane", "Hill", "Bridge", "Common", "Green", "Mill", "Park")
_TRADES = (
    "Dental", "Opticians", "Credit Union", "Housing Trust", "Ferries", "Brewery", "Theatre", "Water",
    "Libraries", "Cycles", "Insurance", "Bakeries",
)  # fmt: skip
_CAUSES = (
    ("a phishing email", ["phishing"]),
    ("a stolen laptop", ["stolen laptop", "laptop was stolen"]),
    ("a guessed password", ["guessed password", "password guessed", "password was guessed"]),
    ("an unpatched server", ["unpatched server", "unpatched"]),
)
_FIRMS = ("Postwright", "Ledgerline", "Cloudmoor", "Tallyhouse", "Nettlesoft")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_SAID = (
    "said that letters were on their way to everyone concerned and that a telephone line was open on weekdays",
    "apologised to those concerned and promised to write to each of them before the end of the month",
    "told reporters that nobody needed to do anything for now and that advice would follow by post",
)
_FILLING = (
    "Staff went back to paper for several days. One of them, who has worked there for nineteen years, said that"
    " the pens had been the hardest thing to find, and that the queue at the counter had been patient all the"
    " same. The kettle, she added, was never switched off.",
    "The board met twice in the week that followed and agreed to bring forward the replacement of old machines,"
    " which had been put off in each of the last three budgets. The sum was not named. A member who asked for"
    " it was told that the tenders were still open.",
    "Neighbouring organisations have offered help. A spokesman for one of them said that it could have happened"
    " to anybody, that drills were worth their time, and that the list of telephone numbers on the wall had"
    " turned out to be the most useful document in the building.",
    "Customers who had come in person were served first. Some had heard of it on the local radio, others from"
    " the notice on the door, which had been written by hand and corrected twice. Most said that they would"
    " come back, and a few that they had not noticed anything at all.",
    "An inspector has been told, as the law wants it, and has said only that the report had been received and"
    " would be read. Such inquiries usually take some months. The union asked that nobody be blamed before the"
    " report is there, and the management agreed to that in writing.",
)


@dataclass(frozen=True)
class Notice:
    """One article."""

    id: str
    page: str
    """HTML."""
    label: str
    """YAML, as docs/labels.md has it."""
    prompt: str
    """What contestants without a harness put to the model."""
    answers: Mapping[str, object]
    """The right answer to each of the nine questions, as a model would give it."""

    @property
    def reply(self) -> str:
        """A reply that is right in all nine answers."""
        return json.dumps(dict(self.answers))


def notice(number: int, edition: int = 1) -> Notice:
    """The notice of a number from 0 to 99,999; another edition has another count of records."""
    chance = random.Random(number)  # noqa: S311 - test data
    entity = _entity(number)
    records = 1_000 + 37 * number + edition * 5
    breached = date(2023, 1, 2) + timedelta(days=(number * 7) % 700)
    discovered = breached + timedelta(days=2 + number % 9)
    published = discovered + timedelta(days=20)
    cause, wordings = chance.choice(_CAUSES)
    firm = chance.choice(_FIRMS) if number % 2 else ""
    answers = {
        "data_breach": "Yes",
        "breached_entity": entity,
        "records_breached": f"{records:,}",
        "breach_date": _short(breached),
        "discovery_date": _short(discovered),
        "cause_known": "Yes",
        "cause": cause,
        "third_parties_involved": "Yes" if firm else "No",
        "third_parties": [firm] if firm else [],
    }
    title = f"{entity} tells customers of a data breach"
    paragraphs = [
        f"{entity} said on {_long(published)} (Notice {number:05}-{edition}) that the records of {records:,} "
        f"customers were copied on {_long(breached)} by somebody who had no business with them.",
        f"The breach was discovered on {_long(discovered)} by a technician who was looking for something else. "
        f"The cause was {cause}, the organisation said, and it has been dealt with since.",
        _third(firm),
        f"The organisation {chance.choice(_SAID)}.",
        *chance.sample(_FILLING, 4),
    ]
    return Notice(
        id=f"notice-{number:05}",
        page=_page(title, published, paragraphs),
        label=_label(
            number, title, published, breached, discovered, records, cause, wordings, firm
        ),
        prompt="\n\n".join([title, f"Published: {published}", *paragraphs]),
        answers=answers,
    )


def _entity(number: int) -> str:
    number, trade = divmod(number, len(_TRADES))
    number, site = divmod(number, len(_SITES))
    number, place = divmod(number, len(_PLACES))
    # Every name is used once: where the words run out, a second place is put before the first.
    before = f"{_PLACES[(number - 1) % len(_PLACES)]} and " * bool(number)
    return f"{before}{_PLACES[place]} {_SITES[site]} {_TRADES[trade]}"


def _third(firm: str) -> str:
    if not firm:
        return "No other company was involved, and the machines concerned stand in the organisation's own rooms."
    return (
        f"The records lay with {firm}, the outside firm that looks after the customers' accounts and through "
        "whose machines the intruder came. The contract runs until next year."
    )


def _short(day: date) -> str:
    return f"{day.day:02}-{_MONTHS[day.month - 1]}-{day.year}"


def _long(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _page(title: str, published: date, paragraphs: list[str]) -> str:
    body = "\n".join(f"<p>{text}</p>" for text in paragraphs)
    return f"""\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta property="article:published_time" content="{published}"></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/notices">Notices</a></li></ul></nav>
<main><article><h1>{title}</h1>
<!-- test data: no such organisation exists -->
{body}
</article></main>
<footer><p>All rights reserved. <a href="/terms">Terms</a></p></footer>
</body></html>
"""


def _label(
    number: int,
    title: str,
    published: date,
    breached: date,
    discovered: date,
    records: int,
    cause: str,
    wordings: list[str],
    firm: str,
) -> str:
    parties = f"{{names: [{{name: {firm}}}]}}" if firm else "none"
    return f"""\
# Test data: no such organisation exists.
id: notice-{number:05}
kind: breach
title: {title}
published: {published}
language: en-GB
answers:
  data_breach: "Yes"
  breached_entity: {{names: [{{name: {_entity(number)}}}]}}
  records_breached: {{value: {records}, unit: customers}}
  breach_date: {{earliest: {breached}, latest: {breached}}}
  discovery_date: {{earliest: {discovered}, latest: {discovered}}}
  cause_known: "Yes"
  cause: {{statement: It was {cause}., key_facts: [[{", ".join(wordings)}]]}}
  third_parties_involved: "{"Yes" if firm else "No"}"
  third_parties: {parties}
"""
