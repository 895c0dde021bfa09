"""What is counted: words for people, records, documents, bytes, money, and which of them are alike."""

import re
from dataclasses import dataclass
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
    "things": "apartments apartment flats houses homes rooms buildings animals animal horses dogs cats birds cows sheep lots bids auctions leases searches clicks downloads attempts queries tokens boats ships planes trains buses cars bikes bicycles trees books loans tests samples bottles calls shipments deliveries flights bookings transactions reservations tickets orders invoices appointments payments prescriptions visits vehicles parcels trips journeys products",
    "bytes": "gb tb mb kb pb gigabyte gigabytes terabyte terabytes megabyte megabytes gigs gib tib bytes byte petabytes go",
    "money": "money dollar dollars pound pounds euro euros usd eur gbp bitcoin bitcoins btc rupees yen ransom fine pence cents cedi cedis naira shilling shillings rand krone kroner kronor zloty zlotys forint forints lira lire peso pesos reais baht yuan renminbi ringgit rupiah dirham dirhams dinar dinars riyal riyals franc francs rouble roubles ruble rubles dong taka hryvnia shekel shekels koruna rupee",
    "measure": "tonne tonnes ton tons kg kilo kilos kilograms km kilometre kilometres kilometer kilometers mile miles litre litres liter liters gallon gallons acre acres hectare hectares",
    "time": "day days week weeks month months year years hour hours minute minutes seconds decades",
    "share": "% percent per cent percentage",
    "places": "company companies firm firms organisation organisations organization organizations school schools hospital hospitals store stores shop shops server servers system systems country countries state "
    "states clinic clinics bank banks branch branches sites website websites device devices computers laptops agencies vendors suppliers institutions businesses databases database cities systems stations locations "
    "times meter meters metre metres people-hours steps incidents breaches attacks attackers hackers men women fields categories types kinds languages parties providers subsidiaries councils universities drive drives tape tapes disk disks disc discs stick sticks cabinet cabinets box boxes binder binders",
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
SIDE = frozenset({"money", "time", "share", "bytes", "places", "measure"})
"""Groups that are never the number of records: they neither help nor, beside the right one, sink an answer."""
COUNTABLE = "|".join(sorted(word for word, group in GROUP_OF.items() if group not in SIDE))
"""The words that a number of records may be of, as alternatives of a pattern."""

_WORDS = re.compile(r"\s*([a-z][a-z'-]*|%)")
_SKIP = frozenset(
    words_of(
        "of the its their his and or current former customer's online more new other unique different total such affected own his her our these those all"
    )
)
_STOP = frozenset(
    words_of(
        "them lost each this last next ago were was is are had has have have in from whose who whom with at by to on for that which when where after before during through via be been being would could may might did do does as but not so than then while since "
        "into over under because if including according said says reported claim claims claimed including stolen taken exposed compromised affected breached worth"
    )
)


_EMPTY = _STOP - frozenset(
    words_of("stolen taken exposed compromised affected breached claimed reported lost")
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
    return match["unit"] if match and not match["unit"].startswith("number") else None


def group(unit: str | None) -> str | None:
    """The group of a word or phrase for what is counted; None where it is not known."""
    if unit is None:
        return None
    known = [
        GROUP_OF[word] for word in re.findall(r"[a-z%-]+", unit.casefold()) if word in GROUP_OF
    ]
    return known[-1] if known else None


_SORTS = {
    word: sort
    for sort, names in (
        ("staff", "employee employees staff worker workers workforce teachers doctors nurses"),
        ("patients", "patient patients"),
        ("learners", "student students pupil pupils"),
        (
            "customers",
            "customer customers client clients user users subscriber subscribers consumer consumers guest guests shopper shoppers buyers member members holder holders",
        ),
        (
            "served",
            "tenant tenants resident residents saver savers borrower borrowers policyholder policyholders cardholder cardholders passenger passengers household households donor donors voter voters taxpayer taxpayers ratepayers pensioners pilgrims bidders",
        ),
    )
    for word in names.split()
}
_ONE_SORT = frozenset(frozenset({"customers", sort}) for sort in ("patients", "learners", "served"))
"""Sorts of people that one firm may call by either name."""
_ANY_SORT = frozenset(words_of("member members holder holders"))
"""Words that say nothing of the sort where they follow another: "staff members"."""


def alike(said: str | None, wanted: str | None) -> bool:
    """Whether a count of ``said`` can be a count of ``wanted``: a person is a record, a document is not."""
    first, second = group(said), group(wanted)
    if first is None or first == second:
        return True
    if second is None:
        return first not in SIDE
    return frozenset({first, second}) in _ALIKE


_HEAD_END = re.compile(
    r"\s(?:of|from|which|that|who|whose|whom|with|in|to|on|for|at|by|where|when)\b|[(,;]"
)
_FOLLOWING = re.compile(r"[a-z%][a-z'-]*")


def stem(word: str) -> str:
    """A word without its plural or possessive s."""
    word = word.removesuffix("'s").rstrip("'")
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _heads(phrase: str) -> frozenset[str]:
    """The words of a label's unit that name what is counted, without what is said about it."""
    end = _HEAD_END.search(phrase)
    words = _FOLLOWING.findall(phrase[: end.start()] if end else phrase)
    return frozenset(stem(word) for word in words if word not in _SKIP)


_NEXT_NUMBER = re.compile(r"[\d;.]")


@lru_cache(maxsize=1024)
def _content(phrase: str) -> frozenset[str]:
    """The words of a label's unit that carry meaning."""
    words = _FOLLOWING.findall(phrase.casefold())
    return frozenset(stem(word) for word in words if word not in _SKIP and word not in _EMPTY)


@dataclass(frozen=True)
class Meant:
    """What a label counts: its unit, and the units of the true figures beside it."""

    wanted: str | None
    others: tuple[str, ...]
    wanted_heads: frozenset[str]
    other_heads: tuple[frozenset[str], ...]

    @staticmethod
    @lru_cache(maxsize=1024)
    def of(wanted: str | None, others: tuple[str, ...]) -> "Meant":
        """Read the units of a label."""
        heads = _heads(wanted.casefold()) if wanted else frozenset()
        return Meant(wanted, others, heads, tuple(_heads(one.casefold()) for one in others))

    def unit(self, low: str, end: int, read: str | None) -> str | None:
        """What a number is a count of: the last of the words after it that the label or we know."""
        if read == "money":
            return read
        known = self.wanted_heads.union(*self.other_heads)
        found, position = None, end
        for _ in range(6):
            word = _FOLLOWING.match(low, position + (low[position : position + 1] == " "))
            if word is None or word.start() > position + 1 or (word[0] in _STOP):
                break
            if stem(word[0]) in known:
                found = word[0]
            elif found is not None or word[0] in ("and", "of", "or"):
                break
            position = word.end()
        if found is None or read is None or read == found:
            return found or read
        return read if stem(read) in known else found

    def fits(self, unit: str | None) -> bool:
        """Whether a count of ``unit`` can be the count that is wanted."""
        if unit is None or stem(unit) in self.wanted_heads:
            return True
        if any(stem(unit) in heads for heads in self.other_heads):
            return False
        first = group(unit)
        if first is not None and first != group(self.wanted) and first in map(group, self.others):
            return False
        return alike(unit, self.wanted) and not self._of_other_sort(unit)

    def _of_other_sort(self, unit: str) -> bool:
        said = None if unit in _ANY_SORT else _SORTS.get(unit)
        wanted = {_SORTS[word] for word in _FOLLOWING.findall(self.wanted or "") if word in _SORTS}
        if said is None or not wanted or said in wanted:
            return False
        return all(frozenset({said, one}) not in _ONE_SORT for one in wanted)

    def counts(self, unit: str | None, other: str) -> bool:
        """Whether ``unit`` is what ``other``, one of the units beside the wanted one, counts."""
        if unit is None:
            return False
        known = group(unit)
        return (known is not None and known == group(other)) or stem(unit) in _heads(
            other.casefold()
        )

    def described(self, low: str, end: int, other: str) -> bool:
        """Whether the words after a number are some of those in which the label describes ``other``."""
        after = _NEXT_NUMBER.split(low[end : end + 60], maxsplit=1)[0]
        said = {stem(word) for word in _FOLLOWING.findall(after)}
        return bool(said & (_content(other) - self.wanted_heads))
