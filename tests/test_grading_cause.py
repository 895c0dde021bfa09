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
