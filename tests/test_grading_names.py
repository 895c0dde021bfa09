"""Names: all that are wanted, none that is wrong, each as the answer asserts it."""

import pytest

from slm_harness.grading import grade

ONE: dict[str, object] = {
    "names": [{"name": "Marrow Bay Hospital Trust", "aliases": ["Marrow Bay", "MBHT"]}],
    "neutral": ["Southern Care Holdings"],
    "wrong": ["Vantelle Ransom Crew", "Ostley College"],
}
TWO: dict[str, object] = {
    "names": [{"name": "Pinhook Payroll Ltd"}, {"name": "Brisco & Sons", "aliases": ["Brisco"]}],
    "wrong": ["Kelmore Forensics"],
}
THREE: dict[str, object] = {
    "names": [{"name": "Alderly Foods"}, {"name": "Bexhall Motors"}, {"name": "Cordwain Bank"}]
}
BANK: dict[str, object] = {"names": [{"name": "National Bank"}]}
FIRST_BANK: dict[str, object] = {"names": [{"name": "First National Bank"}]}
ACCENTED: dict[str, object] = {"names": [{"name": "Crédit Lémanique S.A."}]}
TABLE = [
    (ONE, "Marrow Bay Hospital Trust", True, "the name"),
    (ONE, "marrow bay hospital trust", True, "case"),
    (ONE, "MARROW BAY HOSPITAL TRUST", True, "case"),
    (ONE, "The Marrow Bay Hospital Trust.", True, "article and full stop"),
    (ONE, "Marrow Bay", True, "an alias"),
    (ONE, "MBHT", True, "listed initials"),
    (ONE, "M.B.H.T.", True, "listed initials with points"),
    (ONE, "Marrow Bay Hospital Trust (MBHT)", True, "with its initials"),
    (ONE, "Marrow Bay Hosptial Trust", True, "a slip of spelling"),
    (ONE, "Marrow Bay Hospital Trust's patient system", True, "a possessive"),
    (
        ONE,
        "Marrow Bay Hospital Trust, part of Southern Care Holdings",
        True,
        "the parent is neutral",
    ),
    (ONE, "Marrow Bay Hospital Trust and Southern Care Holdings", True, "the parent is neutral"),
    (ONE, "Southern Care Holdings", False, "the parent alone"),
    (ONE, ["Marrow Bay Hospital Trust"], True, "a list"),
    (ONE, {"answer": ["Marrow Bay Hospital Trust"]}, True, "wrapped"),
    (ONE, "- Marrow Bay Hospital Trust", True, "a bullet"),
    (ONE, "**Entity:** Marrow Bay Hospital Trust", True, "markdown and a preface"),
    (
        ONE,
        "The breach hit Marrow Bay Hospital Trust, a unit of Fenwick Group.",
        True,
        "a parent in passing",
    ),
    (
        ONE,
        "Hackers accessed patient data held by Marrow Bay Hospital Trust in Ostley in March 2024.",
        True,
        "a sentence",
    ),
    (
        ONE,
        "Marrow Bay Hospital Trust was breached by the Vantelle Ransom Crew.",
        True,
        "the attacker as the attacker",
    ),
    (
        ONE,
        "Vantelle Ransom Crew breached Marrow Bay Hospital Trust",
        True,
        "the attacker as the attacker",
    ),
    (ONE, "Vantelle Ransom Crew", False, "the attacker"),
    (ONE, "Ostley College", False, "another role"),
    (ONE, "Marrow Bay School", False, "a name that only begins like an alias"),
    (ONE, "marrow bay school", False, "a name that only begins like an alias"),
    (ONE, "Marrow Bay Hospital Trust and Ostley College", False, "right plus wrong"),
    (ONE, ["Marrow Bay Hospital Trust", "Ostley College"], False, "right plus wrong"),
    (ONE, "Marrow Bay Hospital Trust, not Ostley College", True, "set apart"),
    (ONE, "Ostley College was not breached; Marrow Bay was.", True, "set apart"),
    (ONE, "not Marrow Bay Hospital Trust", False, "denied"),
    (ONE, "Marrow Bay Hospital Trust was not breached", False, "denied"),
    (ONE, "Marrow Bay Hospital Trust and Zentric Labs", False, "a stranger beside"),
    (ONE, "Zentric Labs", False, "a stranger"),
    (ONE, "a hospital trust", False, "a description"),
    (ONE, "A regional hospital", False, "a description"),
    (ONE, "Unknown", False, "the article has it"),
    (ONE, "", False, "empty"),
    (ONE, [], False, "empty"),
    (ONE, None, False, "nothing"),
    (
        ONE,
        "Data was stolen from Marrow Bay Hospital Trust, according to the Ostley Gazette.",
        True,
        "the paper in passing",
    ),
    (
        ONE,
        "Marrow Bay Hospital Trust, which did not say how many patients were affected.",
        True,
        "no denial",
    ),
    (ONE, "Marrow Bay Hospital Trust (chief executive Jane Doe)", True, "a person"),
    (TWO, "Pinhook Payroll Ltd, Brisco & Sons", True, "both"),
    (TWO, "Pinhook Payroll and Brisco and Sons", True, "and for &, no legal form"),
    (TWO, "Brisco & Sons; Pinhook Payroll Limited", True, "another order and legal form"),
    (TWO, ["Brisco", "Pinhook Payroll"], True, "a list"),
    (TWO, "1. Pinhook Payroll\n2. Brisco & Sons", True, "a numbered list"),
    (TWO, "Pinhook Payroll", False, "incomplete"),
    (TWO, "Pinhook Payroll and Brisco were not involved", False, "denied"),
    (TWO, "Pinhook Payroll was involved, Brisco was not", False, "one denied"),
    (TWO, "Pinhook Payroll, Brisco and Kelmore Forensics", False, "one too many"),
    (
        TWO,
        "Pinhook Payroll and Brisco; Kelmore Forensics investigated the breach.",
        True,
        "its role is told",
    ),
    (TWO, '["Pinhook Payroll", "Brisco"]', True, "a JSON list in a string"),
    (
        TWO,
        [{"name": "Pinhook Payroll", "role": "payroll"}, {"name": "Brisco"}],
        True,
        "a list of objects",
    ),
    (
        TWO,
        "Yes: Pinhook Payroll (payroll provider) and Brisco (hosting)",
        True,
        "roles in brackets",
    ),
    (THREE, "Alderly Foods, Bexhall Motors & Cordwain Bank", True, "three"),
    (THREE, "Alderly Foods, Bexhall Motors", False, "two of three"),
    (THREE, "Alderley Foods, Bexhal Motors and Cordwain Bank", True, "slips"),
    (BANK, "National Bank", True, "the name"),
    (BANK, "First National Bank", False, "another bank"),
    (BANK, "first national bank", False, "another bank"),
    (FIRST_BANK, "National Bank", False, "another bank"),
    (FIRST_BANK, "First National Bank", True, "the name"),
    (FIRST_BANK, "First National Bank was breached in May", True, "a sentence"),
    (ACCENTED, "Credit Lemanique", True, "accents and legal form"),
    (ACCENTED, "Crédit Lémanique SA", True, "legal form"),
    ("none", "None", True, "nobody"),
    ("none", "N/A", True, "nobody"),
    ("none", [], True, "nobody"),
    ("none", "", True, "nobody"),
    ("none", ["None"], True, "nobody"),
    ("none", "No third parties were involved.", True, "nobody"),
    ("none", "Keine", True, "German"),
    ("none", "Aucun", True, "French"),
    ("none", "The article does not mention any third parties.", True, "nobody"),
    ("none", "Pinhook Payroll", False, "made up"),
    ("none", ["Pinhook Payroll"], False, "made up"),
    ("unknown", "Unknown", True, "unknown"),
    ("unknown", "The article does not name the third party.", True, "unknown"),
    ("unknown", "Pinhook Payroll", False, "made up"),
]


@pytest.mark.parametrize(("label", "answer", "passed", "why"), TABLE)
def test_editor_and_grader_agree(label: object, answer: object, passed: bool, why: str) -> None:
    """The grader decides as the table says."""
    result = grade("breached_entity", label, answer)
    assert result.passed is passed, (why, result.reason)
