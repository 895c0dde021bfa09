"""Bringing English words to a common stem, so that wordings compare whatever their inflection."""

import re
from functools import lru_cache

from slm_harness.grading.silence import plain
from slm_harness.grading.word_list import words_of

_STOP_WORDS = frozenset(
    words_of("""
    a an the this that these those it its they them their he she his her of in on at by to from with within into onto over under for as is are was were be been being am has have had having do does did
    and or but so which who whom whose when where while how what why there then than also just very some any all one via through after before during using used use due because cause caused causes
    allow allowed let resulted result results led lead attacker attackers hacker hackers criminals criminal breach incident attack s t
    """)
)
_NEGATIVE = frozenset(
    words_of(
        "not no never without none nor neither cannot lack lacked lacking lacks missing absent absence fail failed failing fails failure failures unable nt isnt wasnt werent didnt doesnt hadnt hasnt wouldnt couldnt omitted neglected forgot forgotten"
    )
)
_SAME = {
    group.split()[0]: group.split()
    for group in (
        "phish phishing spearphishing spear-phishing phished smishing vishing phish phisher phising phissing pishing fishing",
        "fake fake bogus spoofed fraudulent counterfeit sham lookalike imitation false phoney phony forged mock",
        "signin signin login logon sign-in log-in logins sign-on",
        "page page site website webpage portal",
        "credential credential credentials password passwords passphrase logindetails passcode",
        "steal steal stole stolen theft thieves thief stealing steals",
        "employee employee employees staff worker workers clerk staffer colleague staffmember",
        "flaw flaw vulnerability vulnerabilities bug weakness hole loophole exploit flaws weaknesses bugs holes zeroday zero-day",
        "patch patch patched patching update updated updating upgrade upgraded",
        "misconfigure misconfigured misconfiguration misconfigurations misconfiguring misconfig",
        "email email e-mail mail emails mails e-mails message",
        "server server servers host",
        "database database databases db",
        "vendor vendor supplier contractor provider third-party thirdparty subcontractor",
        "expose exposed expose exposing exposure open public publicly accessible unprotected unsecured",
        "mistake mistake error accident accidentally accidental inadvertently inadvertent mistakenly blunder oversight erroneously wrongly",
        "send sent send went sending emailed mailed forwarded",
        "wrong wrong incorrect unintended",
        "device laptop laptops notebook",
        "usb usb stick thumbdrive",
        "mfa mfa multifactor multi-factor two-factor twofactor 2fa",
        "reuse reused reuse recycled reusing",
        "give give gave given entered enter entering typed type typing submitted hand handed surrendered divulged supplied",
        "trick trick tricked fooled duped deceived lured persuaded conned",
        "malware malware virus trojan spyware",
        "lose lost loss lose loses losing misplaced mislaid",
        "insider insider rogue disgruntled",
    )
    for _ in (0,)
}
_CANON = {word.replace("-", ""): head for head, words in _SAME.items() for word in words}
_PREFIXED = {
    "unpatched": "patch",
    "unencrypted": "encrypt",
    "unauthenticated": "authenticat",
    "unsupported": "support",
    "unlocked": "lock",
    "unmonitored": "monitor",
}
_WORD = re.compile(r"[a-z0-9]+(?:[-'][a-z0-9]+)*")
_ENDINGS = (
    ("ational", "at"), ("ization", "iz"), ("isation", "iz"), ("fulness", ""), ("ously", ""), ("ations", "at"), ("ation", "at"), ("ments", ""), ("ment", ""), ("ingly", ""), ("edly", ""),
    ("ities", ""), ("ity", ""), ("ising", "iz"), ("izing", "iz"), ("ised", "iz"), ("ized", "iz"), ("ions", ""), ("ion", ""), ("ings", ""), ("ing", ""), ("ies", "y"), ("ied", "y"), ("ers", ""), ("er", ""),
    ("ed", ""), ("ly", ""), ("es", ""), ("s", ""), ("e", ""),
)  # fmt: skip
NOT = "<not>"


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """The stem of an English word that is in lower case without accents."""
    if word in _CANON:
        return _CANON[word]
    if any(char.isdigit() for char in word) or len(word) < 4:
        return word
    for ending, other in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            cut = word[: -len(ending)] + other
            if len(cut) > 3 and cut[-1] == cut[-2] and cut[-1] not in "lse":
                cut = cut[:-1]
            return _CANON.get(cut, cut)
    return word


@lru_cache(maxsize=2048)
def stems(text: str) -> tuple[str, ...]:
    """The stems of the words of ``text`` that carry meaning, in order; each negation is ``NOT``."""
    found: list[str] = []
    low = re.sub(r"\b(?:sign|log)(?:ing|ed|s)?[ -](?:in|on)\b", "signin", plain(text))
    low = re.sub(
        r"\bzero[ -]day\b",
        "zeroday",
        re.sub(r"\bmulti[ -]factor\b|\btwo[ -]factor\b", "multifactor", low),
    )
    for match in _WORD.finditer(low.replace("n't", " not")):
        word = match[0].removesuffix("'s").replace("'", "")
        if word in _PREFIXED:
            found += [NOT, _PREFIXED[word]]
            continue
        whole = word.replace("-", "")
        for part in [whole] if whole in _CANON or "-" not in word else word.split("-"):
            if part in _NEGATIVE:
                found.append(NOT)
            elif part and part not in _STOP_WORDS:
                found.append(stem(part))
    return tuple(found)
