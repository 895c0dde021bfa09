"""Causes: every key fact in any wording, and no cause that the article rules out."""

import pytest

from slm_harness.grading import grade

PHISHING: dict[str, object] = {
    "statement": "A nurse entered her password on a fake sign-in page reached from a phishing email.",
    "key_facts": [["phishing", "fake sign-in page", "password given to a bogus login page"]],
    "wrong": ["ransomware", "unpatched server"],
}
TWO_FACTS: dict[str, object] = {
    "statement": "A supplier left a backup server open to the internet without a password.",
    "key_facts": [
        ["supplier", "vendor"],
        ["server left open", "no password", "exposed server", "misconfigured server"],
    ],
    "wrong": ["phishing"],
}
UNPATCHED: dict[str, object] = {
    "statement": "Attackers used a flaw in a VPN that had not been patched.",
    "key_facts": [["unpatched VPN", "VPN flaw", "vulnerability in VPN"]],
}
ROUND_UP: list[object] = [
    {"statement": "A stolen laptop.", "key_facts": [["stolen laptop", "theft of a laptop"]]},
    {"statement": "A phishing email.", "key_facts": [["phishing"]]},
]
TABLE = [
    (PHISHING, "Phishing", True, "the fact"),
    (PHISHING, "PHISHING EMAIL", True, "case"),
    (PHISHING, "A nurse was phished.", True, "inflection"),
    (PHISHING, "A nurse typed her password into a bogus log-in page", True, "another wording"),
    (PHISHING, "An employee gave her credentials to a fake login site.", True, "another wording"),
    (PHISHING, "The article says a phising email was the cause", True, "a slip of spelling"),
    (PHISHING, {"answer": "phishing"}, True, "wrapped"),
    (PHISHING, "Ransomware", False, "a wrong cause"),
    (PHISHING, "Phishing and ransomware", False, "right plus wrong"),
    (PHISHING, "Phishing, not ransomware", True, "set apart"),
    (PHISHING, "It was not phishing", False, "denied"),
    (PHISHING, "Phishing was ruled out", False, "denied"),
    (PHISHING, "An unpatched server", False, "a wrong cause"),
    (PHISHING, "A server that had not been patched", False, "a wrong cause in other words"),
    (PHISHING, "Phishing or an insider", False, "a second cause"),
    (PHISHING, "Phishing or an SQL injection", False, "a second cause"),
    (PHISHING, "Human carelessness", False, "the fact is missing"),
    (PHISHING, "A cyberattack", False, "the fact is missing"),
    (PHISHING, "Unknown", False, "the article has it"),
    (PHISHING, "", False, "empty"),
    (
        PHISHING,
        "The cause was a phishing email; the unpatched server was not involved.",
        True,
        "set apart",
    ),
    (TWO_FACTS, "A vendor's server was left open", True, "both facts"),
    (TWO_FACTS, "The supplier had an exposed server.", True, "both facts"),
    (TWO_FACTS, "A supplier's server had no password", True, "both facts"),
    (TWO_FACTS, "A server was left open", False, "one of two facts"),
    (TWO_FACTS, "Phishing at a supplier whose server was left open", False, "a wrong cause"),
    (UNPATCHED, "The VPN had not been patched", True, "the negation is the fact"),
    (UNPATCHED, "an unpatched VPN", True, "the fact"),
    (UNPATCHED, "exploitation of a VPN vulnerability", True, "the fact"),
    (UNPATCHED, "the VPN was patched", False, "the contrary"),
    (ROUND_UP, "A stolen laptop and a phishing email", True, "both causes"),
    (ROUND_UP, ["theft of a laptop", "phishing"], True, "both causes"),
    (ROUND_UP, "A phishing email", False, "one of two causes"),
    ("unknown", "Unknown", True, "unknown"),
    ("unknown", "The cause is not known.", True, "unknown"),
    ("unknown", "The cause of the breach has not been disclosed.", True, "unknown"),
    ("unknown", "Under investigation", True, "unknown"),
    ("unknown", "Phishing is suspected", True, "a suspicion as a suspicion"),
    ("unknown", "Possibly a phishing email", True, "a suspicion as a suspicion"),
    (
        "unknown",
        "It may have been a misconfigured server, but this has not been confirmed",
        True,
        "a suspicion",
    ),
    ("unknown", "Phishing", False, "asserted"),
    ("unknown", "The breach was caused by phishing", False, "asserted"),
    ("unknown", "Unknown, but it was caused by an insider", False, "asserted"),
    ("unknown", "", True, "nothing known, nothing said"),
    ("unknown", "Nicht bekannt", True, "German"),
    ("unknown", "La cause est inconnue", True, "French"),
    ("none", "N/A", True, "does not apply"),
    ("none", "None", True, "does not apply"),
    ("none", "A phishing email", False, "made up"),
]


@pytest.mark.parametrize(("label", "answer", "passed", "why"), TABLE)
def test_editor_and_grader_agree(label: object, answer: object, passed: bool, why: str) -> None:
    """The grader decides as the table says."""
    result = grade("cause", label, answer)
    assert result.passed is passed, (why, result.reason)


UNPATCHED_MAIL: dict[str, object] = {
    "statement": "A known flaw in the mail server had not been patched for five months.",
    "key_facts": [["unpatched mail server", "known flaw in the mail server", "patch not applied"]],
    "wrong": ["phishing", "insider", "stolen password"],
}
BUCKET: dict[str, object] = {
    "statement": "The cloud bucket of the school was public by mistake of its web designer.",
    "key_facts": [["public bucket", "misconfigured bucket", "cloud storage left unprotected"]],
    "wrong": ["hacking", "stolen password"],
}
CASHIER: dict[str, object] = {
    "statement": "A cashier copied the customers' card numbers and sold them.",
    "key_facts": [["insider", "cashier sold the card numbers", "dishonest cashier"]],
    "wrong": ["skimmer", "hacking"],
}
MISSENT: dict[str, object] = {
    "statement": "A nurse sent a list of patients to a journalist instead of to a colleague.",
    "key_facts": [["list sent to the wrong person", "misdirected email", "wrong recipient"]],
    "wrong": ["insider", "hacking", "stolen laptop"],
}
LEAVER: dict[str, object] = {
    "statement": "A stranger used the login of a former treasurer, which nobody had closed.",
    "key_facts": [["former treasurer's account", "ex-treasurer's login never closed"]],
    "wrong": ["phishing", "the former treasurer stole the data"],
}
TABLET: dict[str, object] = {
    "statement": "An unprotected tablet was lost on a ferry.",
    "key_facts": [["lost tablet", "tablet left on a ferry", "missing tablet"]],
    "wrong": ["theft", "hacking"],
}
STUFFING: dict[str, object] = {
    "statement": "Passwords that customers had used elsewhere were tried at the shop.",
    "key_facts": [["credential stuffing", "reused passwords", "passwords leaked elsewhere"]],
    "wrong": ["hacking of the shop", "phishing"],
}
ZERO_DAY: dict[str, object] = {
    "statement": "A flaw in the file-transfer program of which nobody knew.",
    "key_facts": [["zero-day", "unknown flaw in the file-transfer program"]],
}
COURIER: dict[str, object] = {
    "statement": "A courier lost two unencrypted drives.",
    "key_facts": [["missing drives", "lost drives"]],
}
CLERK: dict[str, object] = {
    "statement": "A clerk looked people up with his own login and sold what he found.",
    "key_facts": [["clerk", "employee"], ["own login", "sold", "misused his access"]],
}
GREEK: dict[str, object] = {
    "statement": "Κλοπή φορητού υπολογιστή.",
    "key_facts": [["κλοπή φορητού υπολογιστή"]],
}
PHISHING_MALWARE: dict[str, object] = {**PHISHING, "wrong": ["ransomware", "malware", "insider"]}
TWO_FIRMS: list[object] = [
    {"statement": "Ransomware at Toller Docks.", "key_facts": [["ransomware"]]},
    {
        "statement": "Minster Library e-mailed its list to the wrong address.",
        "key_facts": [["misdirected email", "sent to the wrong address"]],
    },
]
PRINCIPLES = [
    (UNPATCHED_MAIL, "The fix for the mail server had been neglected", True, "undone at the end"),
    (UNPATCHED_MAIL, "A patch for the mail server that nobody had put in", True, "in other words"),
    (UNPATCHED_MAIL, "The mail server was running outdated software", True, "in one word"),
    (UNPATCHED_MAIL, "Der Mail-Server war nicht aktualisiert worden", True, "German"),
    (UNPATCHED_MAIL, "Il server di posta non era aggiornato", True, "Italian"),
    (UNPATCHED_MAIL, "A patch was applied to the mail server", False, "the contrary"),
    (UNPATCHED_MAIL, "An unpatched laptop", False, "something else was not patched"),
    (UNPATCHED_MAIL, "A zero-day flaw in the mail server", False, "known, and so no zero-day"),
    (UNPATCHED_MAIL, "A flaw in the mail server for which no fix existed", False, "there was one"),
    (UNPATCHED_MAIL, "They stole passwords via an unpatched mail server", True, "the effect"),
    (UNPATCHED_MAIL, "A mail server flaw and a stolen password", False, "a second cause"),
    (UNPATCHED_MAIL, "A mail server", False, "the thing alone"),
    (ZERO_DAY, "A bug in the file-transfer program that nobody knew of", True, "zero-day in words"),
    (ZERO_DAY, "The transfer program had not been patched", False, "there was no patch"),
    (BUCKET, "Anyone could read the bucket", True, "what public comes to"),
    (BUCKET, "They had forgotten to make the bucket private", True, "the contrary not done"),
    (BUCKET, "The bucket was private", False, "the contrary"),
    (BUCKET, "The data was made public by hackers", False, "the effect, not the cause"),
    (BUCKET, "An exposed remote desktop", False, "another weak place"),
    (BUCKET, "Human error", False, "too general where it is not the fact"),
    (CASHIER, "Card numbers were sold on by a member of staff", True, "the doer behind the verb"),
    (CASHIER, "A cashier's login was stolen by hackers", False, "the victim, not the doer"),
    (CASHIER, "The cashier reported the theft", False, "what was done to a theft"),
    (CASHIER, "Cashier error", False, "one general word"),
    (CASHIER, "A cashier", False, "one general word"),
    (MISSENT, "A nurse mistakenly emailed the list to the wrong firm", True, "no denial"),
    (MISSENT, "An e-mail meant for a colleague went to a journalist", True, "in other words"),
    (MISSENT, "An email", False, "one general word"),
    (LEAVER, "Somebody signed in as a man who had left in 2019", True, "who has left is former"),
    (LEAVER, "The access of a treasurer who no longer worked there was never revoked", True, "so"),
    (LEAVER, "A former treasurer logged in with her old password", False, "it was not her doing"),
    (TABLET, "Somebody forgot a tablet on the ferry", True, "forgotten on the way is lost"),
    (TABLET, "Missing encryption on a tablet", False, "not done, but nothing was lost"),
    (TABLET, "A phone left on a ferry", False, "another thing"),
    (COURIER, "Missing drives", True, "what can be carried goes missing"),
    (COURIER, "The drives were not encrypted", False, "not encrypted is not missing"),
    (COURIER, "Unencrypted drives", False, "not encrypted is not missing"),
    (STUFFING, "Pairs from older breaches were tried on customers who reuse them", True, "so"),
    (STUFFING, "Passwords were stolen from an employee", False, "from elsewhere is the point"),
    (CLERK, "A clerk's login was stolen by hackers", False, "it was his own doing"),
    (CLERK, "An employee sold records", True, "both facts"),
    (GREEK, "κλοπή φορητού υπολογιστή", True, "Greek letters"),
    (GREEK, "ransomware", False, "another cause"),
    (PHISHING, "Phishing. The ransomware attack hit Harlow Foods.", True, "another's misfortune"),
    (PHISHING, "The nurse did not recognise the phishing email", True, "not noticed, yet there"),
    (PHISHING, "The nurse did not fall for phishing", False, "denied"),
    (PHISHING_MALWARE, "No malware, ransomware or insider; it was phishing", True, "a list of noes"),
    (PHISHING, "Phishing, ransomware or an insider", False, "a list of guesses"),
    (TWO_FIRMS, "Ransomware at Toller Docks; Minster Library misdirected an email", True, "each"),
    (TWO_FIRMS, "Minster Library had ransomware, and Toller Docks misdirected an email", False, "swapped"),
    ("unknown", "Nobody knows when or by what route", True, "unknown"),
    ("unknown", "Not stated, though a union blames outdated software", True, "an opinion"),
]  # fmt: skip


@pytest.mark.parametrize(("label", "answer", "passed", "why"), PRINCIPLES)
def test_paraphrases_pass_and_near_misses_fail(
    label: object, answer: object, passed: bool, why: str
) -> None:
    """What is said decides: who did what, to what, and whether it was so."""
    result = grade("cause", label, answer)
    assert result.passed is passed, (why, result.reason)


@pytest.mark.parametrize("label", [PHISHING, TWO_FACTS, UNPATCHED_MAIL, LEAVER, STUFFING, CASHIER])
def test_every_wording_of_a_label_says_its_fact(label: dict[str, list[list[str]]]) -> None:
    """The wordings of all facts together are a right answer, whichever of them are taken."""
    for number in range(max(map(len, label["key_facts"]))):
        answer = "; ".join(fact[number % len(fact)] for fact in label["key_facts"])
        result = grade("cause", label, answer)
        assert result.passed, (answer, result.reason)
