"""The usual causes by family: to notice one that an answer adds to what the label has."""

import re
from functools import lru_cache

EXTRA_CAUSES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for name, words in (
        ("phishing", r"(?:spear[- ]?)?phish\w*|smishing|vishing|phoney sign-in|fake (?:login|sign-in|email)\w*"),
        ("insider", r"insiders?|rogue (?:employee|worker|staff\w*)|disgruntled \w+|(?:ex|former)[- ]employee"),
        ("misconfiguration", r"misconfigur\w*|open bucket|unsecured (?:database|server|bucket|cloud)\w*|left (?:open|exposed|unprotected|unsecured)|without (?:a )?password"),
        ("vulnerability", r"unpatched|vulnerabilit\w+|software (?:flaw|bug)|security (?:flaw|hole)|outdated software"),
        ("injection", r"zero[- ]day|sql[- ]injection"),
        ("stuffing", r"credential[- ]stuffing|brute[- ]forc\w*|password[- ]spraying|(?:weak|default|reused|guessed) passwords?"),
        ("lost", r"(?:lost|stolen|missing) (?:\w+ )?(?:laptop|device|drive|usb|phone|disk|tape|backup)s?|(?:theft|loss) of an? (?:\w+ )?(?:laptop|device|drive|phone)"),
        ("misdirected", r"(?:wrong|incorrect) (?:recipient|address|person|email)s?|misdirected \w+|accidental(?:ly)? (?:email|sent|publish|release)\w*"),
        ("ransomware", r"ransomware"),
        ("malware", r"malware|trojan|keylogg\w+|spyware|skimm\w+|infostealer"),
        ("social", r"social[- ]engineering|impersonat\w+|sim[- ]swap\w*|phone call"),
        ("supply", r"supply[- ]chain|compromised (?:vendor|supplier)"),
        ("error", r"human error|clerical error"),
    )
)  # fmt: skip
_RELATED = {
    "phishing": "social malware ransomware error stuffing",
    "social": "phishing error",
    "misconfiguration": "error vulnerability",
    "error": "misconfiguration misdirected lost",
    "misdirected": "error",
    "vulnerability": "misconfiguration ransomware malware supply",
    "injection": "vulnerability",
    "stuffing": "",
    "ransomware": "malware phishing",
    "malware": "ransomware",
    "supply": "vulnerability malware",
    "lost": "error",
    "insider": "",
}
_OWN_WORDS = {
    "phishing": r"phish|fake|bogus|spoof|lookalike",
    "insider": r"employee|staff|worker|contractor|insider|clerk|technician|administrator",
    "misconfiguration": r"misconfig|expos|publicly|left open|open to|unprotected|unsecured|(?:no|without a?) ?password|setting|deactivated|never (?:closed|switched off)|dormant|orphan|active",
    "injection": r"inject|sql|zero|flaw|vulnerab|bug",
    "vulnerability": r"flaw|vulnerab|patch|bug|injection|zero|weakness|exploit|hole|software",
    "stuffing": r"credential|password|brute|reused",
    "lost": r"lost|stolen|theft|missing|laptop|drive|device",
    "misdirected": r"recipient|sent|address|published|attach",
    "ransomware": r"ransom|encrypt",
    "malware": r"malware|trojan|virus|skimm|malicious|ransom|code",
    "social": r"tricked|impersonat|phone|call|help ?desk|social|persuad|posed|pretend",
    "supply": r"vendor|supplier|supply|third|provider|contractor|update",
    "error": r"error|mistake|accident|inadvert|wrong|misconfig|sent|human|clerk",
}


@lru_cache(maxsize=512)
def families(text: str) -> frozenset[str]:
    """The families of cause that ``text`` touches, with those that commonly go along with them."""
    low = text.casefold()
    touched = {name for name, words in _OWN_WORDS.items() if re.search(words, low)}
    touched |= {name for name, pattern in EXTRA_CAUSES if pattern.search(text)}
    beside = {other for name in touched for other in _RELATED[name].split()}
    return frozenset(touched | beside | {"ransomware", "malware", "error", "social", "supply"})
