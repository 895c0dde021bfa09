"""What is counted: words for people, records, documents, bytes, money, and which of them are alike."""

import re
from collections.abc import Iterable
from functools import lru_cache

from slm_harness.grading.word_list import words_of

_GROUPS = {
    "people": "people person persons individual individuals customer customers user users patient patients client clients employee employees member members student students subscriber subscribers "
    "resident residents victim victims citizen citizens consumer consumers household households staff worker workers passenger passengers guest guests donor donors applicant applicants policyholder "
    "policyholders borrower borrowers holder holders taxpayer taxpayers voter voters shopper shoppers pupil pupils driver drivers traveller travellers traveler travelers cardholder cardholders americans "
    "britons australians canadians adults children minors parents teachers alumni beneficiaries enrollees participants owners tenants buyers players personen kunden personnes clients clientes persone klanten pessoas "
    "personas utenti usuarios utilisateurs nutzer clienti depositors savers rider riders cyclist cyclists commuter commuters diner diners seller sellers collector collectors insured workforce merchants doctors nurses officers prisoners veterans recipients registrants licensees former",
    "records": "record records row rows entry entries dataset datasets datensatze enregistrements registros lines data profiles profile items",
    "accounts": "account accounts login logins credential credentials username usernames konten comptes cuentas membership memberships",
    "contacts": "address addresses email emails e-mails phone numbers number password passwords hashes ssns",
    "cards": "card cards",
    "documents": "document documents file files image images photo photos message messages page pages scans attachments spreadsheets contracts videos recordings backups folders",
    "things": "flights bookings transactions reservations tickets orders invoices appointments payments prescriptions visits vehicles parcels trips journeys products",
    "bytes": "gb tb mb kb pb gigabyte gigabytes terabyte terabytes megabyte megabytes gigs gib tib bytes byte petabytes go",
    "money": "money dollar dollars pound pounds euro euros usd eur gbp bitcoin bitcoins btc rupees yen ransom fine pence cents",
    "time": "day days week weeks month months year years hour hours minute minutes seconds decades",
    "share": "% percent per cent percentage",
    "places": "company companies firm firms organisation organisations organization organizations school schools hospital hospitals store stores shop shops server servers system systems country countries state "
    "states clinic clinics bank banks branch branches sites website websites device devices computers laptops agencies vendors suppliers institutions businesses databases database cities systems stations locations "
    "times meter meters metre metres people-hours steps incidents breaches attacks attackers hackers men women fields categories types kinds languages parties providers subsidiaries councils universities",
}
GROUP_OF = {word: group for group, words in _GROUPS.items() for word in words.split()}
WORD = r"(?:" + "|".join(sorted(map(re.escape, GROUP_OF), key=len, reverse=True)) + r")"
_ALIKE = {
    frozenset(pair)
    for pair in (
        ("people", "records"),
        ("people", "accounts"),
        ("records", "accounts"),
        ("records", "contacts"),
        ("records", "cards"),
        ("records", "documents"),
        ("records", "things"),
        ("accounts", "contacts"),
        ("accounts", "cards"),
    )
}
SIDE = frozenset({"money", "time", "share", "bytes", "places"})
"""Groups that are never the number of records: they neither help nor, beside the right one, sink an answer."""

_WORDS = re.compile(r"\s*([a-z][a-z'-]*|%)")
_SKIP = frozenset(
    words_of(
        "of the its their his and or current former customer's online more new other unique different total such affected own his her our these those all"
    )
)
_STOP = frozenset(
    words_of(
        "them lost each were was is are had has have have in from whose who whom with at by to on for that which when where after before during through via be been being would could may might did do does as but not so than then while since "
        "into over under because if including according said says reported claim claims claimed including stolen taken exposed compromised affected breached worth"
    )
)


@lru_cache(maxsize=1024)
def _after(window: str) -> str | None:
    position, last = 0, None
    for _ in range(7):
        match = _WORDS.match(window, position)
        if not match:
            break
        word = match[1].removesuffix("'s").removesuffix("'")
        if word in GROUP_OF:
            last = word
        elif (last is not None and word not in _SKIP) or (word in _STOP and word != "affected"):
            break
        if last is not None and word in ("of", "and", "or"):
            break
        position = match.end()
    return last


def after(low: str, end: int) -> str | None:
    """The word for what is counted in the words that follow a number; None where there is none."""
    return _after(low[end : end + 70])


_LABELLED = re.compile(
    rf"\b(?P<unit>{WORD})(?:\s+(?:affected|breached|exposed|stolen|compromised|involved|impacted))?\s*(?::|=)\s*\Z"
)


def before(window: str) -> str | None:
    """The word for what is counted in "Customers: 86,400"."""
    match = _LABELLED.search(window)
    return match["unit"] if match else None


def group(unit: str | None) -> str | None:
    """The group of a word or phrase for what is counted; None where it is not known."""
    if unit is None:
        return None
    known = [
        GROUP_OF[word] for word in re.findall(r"[a-z%-]+", unit.casefold()) if word in GROUP_OF
    ]
    return known[-1] if known else None


def counted_apart(said: str | None, wanted: str | None, others: Iterable[str]) -> bool:
    """Whether ``said`` is what one of ``others`` counts, and that is not what ``wanted`` counts."""
    first = group(said)
    return first is not None and first != group(wanted) and first in map(group, others)


def alike(said: str | None, wanted: str | None) -> bool:
    """Whether a count of ``said`` can be a count of ``wanted``: a person is a record, a document is not."""
    first, second = group(said), group(wanted)
    if first is None or first == second:
        return True
    if second is None:
        return first not in SIDE
    return frozenset({first, second}) in _ALIKE
