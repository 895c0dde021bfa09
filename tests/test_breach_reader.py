"""The rule-based baseline, on made-up passages that each state one fact.

All organisations and people here are invented, and none of the passages is from ``fixtures/``.
"""

import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from slm_harness.breach import TASK
from slm_harness.breach.reader import read

FRAME = (
    "Title: {title}\nPublished: {published}\n\n"
    "Hackers stole the personal data of customers of Ferrand Mutual, the insurer confirmed."
    " {passage}"
)


def answers(
    passage: str, title: str = "Insurer hacked", published: str = "2024-05-14"
) -> dict[str, Any]:
    """The answers to an article about a breach that states hardly a fact beside the passage."""
    return read(FRAME.format(title=title, published=published, passage=passage))


# ---------------------------------------------------------------- the form of the reply


def test_a_reply_has_exactly_the_nine_fields_in_order() -> None:
    """The reply is what the schema asks of a model, in the order of the questions."""
    reply = answers("")
    assert tuple(reply) == TASK.ids
    TASK.response_model.model_validate(reply)


def test_where_nothing_is_said_the_answers_are_unknown() -> None:
    """A breach without particulars: Unknown, No and an empty list, never a guess."""
    reply = answers("")
    assert reply == {
        "data_breach": "Yes",
        "breached_entity": "Ferrand Mutual",
        "records_breached": "Unknown",
        "breach_date": "Unknown",
        "discovery_date": "Unknown",
        "cause_known": "No",
        "cause": "Unknown",
        "third_parties_involved": "No",
        "third_parties": [],
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Title: ",
        "Published: 2024-02-30",
        "Title: A breach\nPublished: 2024-02-30\n\nHackers stole customers' data on Monday.",
        "Published: 1970-01-01\n\nHackers stole customers' data 99 years ago and 99 weeks earlier.",
        "Hackers stole customers' data on 31 February 2023 and on 00 May 2023 and on 39 June.",
        "Hackers stole a million million million million million million customers' records.",
    ],
)
def test_odd_texts_still_get_a_valid_reply(text: str) -> None:
    """Dates that do not exist, numbers past counting, no text at all."""
    TASK.response_model.model_validate(read(text))


# ---------------------------------------------------------------- is it a breach


@pytest.mark.parametrize(
    "text",
    [
        """The builder Corrin & Hale is suing the town over breach of contract. It told the court
        that the council owed it £400,000 and had lost records of the work.""",
        """Staff at Wester Bank spent Friday in a mock cyber attack in which imaginary hackers
        stole the data of 10,000 customers. The exercise lasted six hours.""",
        """Half of all companies worry that hackers could steal customers' data, a survey says. Of
        those questioned, a third had never trained their staff to spot phishing.""",
        """The sea breached the flood wall at Sandwick overnight and 300 people were moved from
        their homes. Parish records were carried upstairs in time.""",
        """A faulty update took the airport's check-in desks down for five hours. "This was not a
        cyber attack and no data was lost," a spokesman said.""",
        """Rovers hit back after the break with two goals. Their attack exposed the visitors'
        defence and leaked nothing at the other end, in front of 21,000 fans.""",
        """Companies that suffer a data breach must tell the regulator within three days under a
        law passed on Monday. Firms that hide the theft of customers' data could be fined.""",
        """Water lost to leaks cost Harrow Vale £3m. Its records show 312 burst mains, and its
        800,000 customers will get £12 each.""",
        """Orme Bank warned customers of text messages by criminals that ask for passwords. The
        bank said its systems had not been entered and no customer data had been lost.""",
    ],
    ids=["contract", "drill", "survey", "flood", "outage", "sport", "law", "leaks", "scam"],
)
def test_other_news_is_not_a_breach(text: str) -> None:
    """Other breaches, rehearsals, surveys and outages: No, and nothing is filled in."""
    reply = read(" ".join(text.split()))
    assert reply["data_breach"] == "No"
    assert reply["breached_entity"] == "Unknown"
    assert reply["third_parties"] == []


@pytest.mark.parametrize(
    "text",
    [
        "Thieves copied the medical records of every patient of the Lowmoor Clinic, it said.",
        "Ardent Air said an unauthorised party accessed passengers' passport details.",
        """A spreadsheet with the names and salaries of all staff was emailed to the wrong address
        by Tamsin Council. It has told the Information Commissioner.""",
        """Personal data of borrowers of the lender LoanMitra leaked online, and files were posted
        on a forum by hackers.""",
    ],
    ids=["theft", "access", "mishap", "leak"],
)
def test_theft_access_mishap_and_leak_are_breaches(text: str) -> None:
    """A breach need not be called one."""
    assert read(" ".join(text.split()))["data_breach"] == "Yes"


# ---------------------------------------------------------------- who


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        (
            """Title: Hackers raid Pemberley Stores
Published: 2024-05-14

Pemberley Stores plc has admitted that hackers stole customers' addresses. "We are sorry," said Jane
Askew, the chief executive of Pemberley. The gang Black Otter claimed responsibility.""",
            "Pemberley Stores plc",
        ),
        (
            """Hackers broke into the network of the University of Wexmouth and copied students'
            records. The Guardian first reported the breach, and Devon Police are investigating.
            The university said that it was sorry.""",
            "University of Wexmouth",
        ),
        (
            """The Southmarsh General Hospital Trust (SGHT) lost patients' records to intruders, it
            said. "All patients have been told," SGHT added. SGHT said that stolen files had been
            posted online.""",
            "Southmarsh General Hospital Trust",
        ),
    ],
    ids=["subject", "object", "acronym"],
)
def test_the_breached_organisation_in_its_fullest_form(text: str, entity: str) -> None:
    """The one whose systems were entered; not a gang, a newspaper, a person or the police."""
    assert read(text if "\n\n" in text else " ".join(text.split()))["breached_entity"] == entity


# ---------------------------------------------------------------- how many


@pytest.mark.parametrize(
    ("passage", "records"),
    [
        ("The thieves took the details of 86,400 customers.", "86,400 customers"),
        ("About 1.2 million patients were affected.", "about 1,200,000 patients"),
        ("Nearly twelve lakh borrowers are affected.", "nearly 1,200,000 borrowers"),
        ("Data of 3.5 crore users leaked.", "35,000,000 users"),
        ("Details of 1,23,456 students were leaked.", "123,456 students"),
        ("Forty-two thousand pensioners are affected.", "42,000 pensioners"),
        ("Half a million accounts were exposed.", "500,000 accounts"),
        ("The number of passengers affected is 7,310.", "7,310 passengers"),
    ],
)
def test_counts_are_read_with_their_unit(passage: str, records: str) -> None:
    """Figures, words, and the Indian way of counting; a hedge is kept."""
    assert answers(passage)["records_breached"] == records


@pytest.mark.parametrize(
    "passage",
    [
        "The attackers took 40GB of data and asked for $3 million.",
        "It employs 6,500 people and made a profit of £84m in 2023.",
        "Shares fell by 12 per cent after the theft.",
        "The hackers got in 14 months ago.",
    ],
)
def test_other_numbers_are_not_counts(passage: str) -> None:
    """Volumes, money, staff, percentages and times are no number of records."""
    assert answers(passage)["records_breached"] == "Unknown"


def test_a_revised_count_beats_the_first_and_the_claimed_one() -> None:
    """A gang's boast and a superseded estimate lose to the figure that the company confirms."""
    reply = answers(
        "At first the company put it at 30,000 customers. "
        "The gang claimed to have stolen 900,000 accounts. "
        "On Monday the insurer confirmed that 44,180 customers were affected."
    )
    assert reply["records_breached"] == "44,180 customers"


# ---------------------------------------------------------------- when


@pytest.mark.parametrize(
    ("passage", "day"),
    [
        ("The theft took place on 2 May 2024.", "02-May-2024"),
        ("The theft took place on May 2nd.", "02-May-2024"),
        ("The break-in happened on 28 December.", "28-Dec-2023"),
        ("The break-in happened last Tuesday.", "07-May-2024"),
        ("The break-in happened on Friday night.", "10-May-2024"),
        ("The attack happened yesterday.", "13-May-2024"),
        ("The attack happened on 2024-04-30.", "30-Apr-2024"),
        (
            "The intruders had access to the system between 2 and 5 May.",
            "02-May-2024 to 05-May-2024",
        ),
        ("Files were copied from March 28 to April 3, 2024.", "28-Mar-2024 to 03-Apr-2024"),
        (
            "The access began on Dec. 27 and lasted until Jan. 2, 2024.",
            "27-Dec-2023 to 02-Jan-2024",
        ),
        ("The attack took place in February.", "01-Feb-2024 to 29-Feb-2024"),
        ("The attack took place in mid-April.", "11-Apr-2024 to 20-Apr-2024"),
        ("Files were copied between March and July 2023.", "01-Mar-2023 to 31-Jul-2023"),
    ],
)
def test_the_date_of_the_breach(passage: str, day: str) -> None:
    """Absolute, partial and relative dates, and ranges, leaning on the date of publication."""
    assert answers(passage)["breach_date"] == day


@pytest.mark.parametrize(
    ("passage", "day"),
    [
        ("The intrusion was discovered on 7 May.", "07-May-2024"),
        ("It became aware of the incident on Saturday.", "11-May-2024"),
        (
            "The theft took place on 2 May. Two days later, a clerk noticed missing files.",
            "04-May-2024",
        ),
        (
            "The attack happened on 9 May. It was spotted the next morning by a cleaner.",
            "10-May-2024",
        ),
        (
            "Data were copied from 1 May until 6 May, when an engineer noticed the traffic.",
            "06-May-2024",
        ),
    ],
)
def test_the_date_of_the_discovery(passage: str, day: str) -> None:
    """Cue words tell the discovery from the breach; "two days later" leans on the day before it."""
    assert answers(passage)["discovery_date"] == day


def test_the_two_dates_are_not_swapped() -> None:
    """One sentence with both; the day of the announcement is neither."""
    reply = answers(
        "On 12 May the insurer announced that the break-in, which took place on 3 May, "
        "was detected on 8 May."
    )
    assert (reply["breach_date"], reply["discovery_date"]) == ("03-May-2024", "08-May-2024")


def test_without_a_date_of_publication_a_full_date_in_the_text_serves() -> None:
    """A page without a date: a weekday cannot be placed, a day of a month can."""
    reply = read(
        "In a statement of 4 August 2021 Ferrand Mutual said hackers stole customers' data. "
        "The theft took place on 28 July."
    )
    assert reply["breach_date"] == "28-Jul-2021"


# ---------------------------------------------------------------- why


@pytest.mark.parametrize(
    ("passage", "fact"),
    [
        ("A clerk was tricked by a phishing email into entering her password.", "phishing"),
        ("The intruders exploited an unpatched firewall.", "unpatched firewall"),
        ("A storage bucket had been left open by mistake.", "storage bucket"),
        (
            "The unencrypted laptop was stolen from a car because it had been left there.",
            "unencrypted laptop",
        ),
        ("A former employee copied the files and sold them.", "former employee"),
        ("Attackers logged in with passwords leaked from other sites.", "passwords leaked"),
    ],
)
def test_a_stated_cause_is_known(passage: str, fact: str) -> None:
    """The sentence that states the cause is the answer."""
    reply = answers(passage)
    assert reply["cause_known"] == "Yes"
    assert fact in reply["cause"]


@pytest.mark.parametrize(
    "passage",
    [
        "The cause is not yet known.",
        "The insurer said it was still investigating how the hackers got in.",
        "A phishing email is suspected, but it is unclear how they got in.",
        "Customers were told to be wary of phishing emails and to choose new passwords.",
    ],
)
def test_a_suspicion_or_a_warning_is_no_known_cause(passage: str) -> None:
    """What is suspected, asked or warned of is not stated as the cause."""
    reply = answers(passage)
    assert (reply["cause_known"], reply["cause"]) == ("No", "Unknown")


# ---------------------------------------------------------------- with whom


@pytest.mark.parametrize(
    ("passage", "names"),
    [
        ("The files were stolen from its payroll provider, Tannery Pay.", ["Tannery Pay"]),
        ("The portal is hosted by Brightquay Ltd.", ["Brightquay Ltd"]),
        ("The thieves got in through Mossbit, a software supplier in Leeds.", ["Mossbit"]),
        ("The flaw was in software from Ostler Systems.", ["Ostler Systems"]),
        ("The cards are printed by Inkhall, which stores the addresses.", ["Inkhall"]),
    ],
)
def test_outside_firms_with_a_part_in_it_are_third_parties(passage: str, names: list[str]) -> None:
    """Suppliers are introduced as such, before or after the name."""
    reply = answers(passage)
    assert (reply["third_parties_involved"], reply["third_parties"]) == ("Yes", names)


@pytest.mark.parametrize(
    "passage",
    [
        "Kent Police and the Information Commissioner's Office are investigating.",
        "A gang calling itself Black Otter claimed responsibility.",
        "The company has hired the forensic firm Lanyard Response to investigate.",
        "Its card processor, Paylane, was not affected.",
        "Researchers at Northgate Labs found the files on a forum.",
    ],
)
def test_police_gangs_helpers_and_researchers_are_not_third_parties(passage: str) -> None:
    """Whoever came in afterwards, or only attacked, had no part as a supplier."""
    reply = answers(passage)
    assert (reply["third_parties_involved"], reply["third_parties"]) == ("No", [])


# ---------------------------------------------------------------- robust


_TEXT = """
    hackers stole data customers breach on Monday 3 May 2024 between and to from until two
    days later ago million lakh 1,200 1.5 the of Acme Ltd said discovered Published: Title:
    supplier Zeta, (AL) phishing . , - – ’s 31 February 29 last week weekend 2023-02-29 99
    weeks earlier following Tuesday half a
"""
_WORDS = st.sampled_from(_TEXT.split())


@given(st.text(max_size=300) | st.lists(_WORDS, max_size=120).map(" ".join))
@example("Published: 2024-05-14\n\n" + "Hackers stole customers' data 99 weeks later, " * 300)
@settings(deadline=None, derandomize=True)
def test_any_text_gets_a_valid_reply_and_always_the_same(text: str) -> None:
    """Never raises, never leaves the schema, never depends on anything but the text."""
    for prompt in (text, FRAME.format(title=text, published="2024-02-29", passage=text)):
        reply = read(prompt)
        TASK.response_model.model_validate(reply)
        assert read(prompt) == reply


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["A ", "A&", "1 ", "1 May to ", "’s ", "how the ", "a-", "one ", ". ", "\n", "("]
)
def test_two_hundred_kilobytes_of_anything_are_read_in_time(piece: str) -> None:
    """Sentences are bounded before a rule sees them, so no pattern can run away."""
    text = FRAME.format(title="x", published="2024-05-14", passage=piece * (200_000 // len(piece)))
    start = time.perf_counter()
    TASK.response_model.model_validate(read(text))
    assert time.perf_counter() - start < 30
