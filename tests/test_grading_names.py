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


HOSPICE: dict[str, object] = {
    "names": [{"name": "Merrowgate Families", "aliases": ["Merrowgate"]}],
    "neutral": ["Ashby Holdings"],
    "wrong": ["Quorley Stamm Associates", "Hollow Petrel", "Chartwhistle", "Dunmere Gazette"],
}
TWO_FIRMS: dict[str, object] = {
    "names": [{"name": "Selkmoor Systems"}, {"name": "Fennock Lane"}],
    "wrong": ["Vantrell"],
}
SUPPLIERS: dict[str, object] = {
    "names": [{"name": "Brackwater Hosting Ltd", "aliases": ["Brackwater"]}, {"name": "Oriel Payments"}],
    "wrong": ["Merrowgate Families", "Kestrel Loop", "Office of the Data Commissioner", "Grey Hound"],
}  # fmt: skip
COURIER: dict[str, object] = {
    "names": [{"name": "Tallgrass Courier"}],
    "wrong": ["Bison Mutual", "Blue Lantern Security"],
}
COOPERATIVE: dict[str, object] = {"names": [{"name": "Lalupate Saving and Credit Cooperative"}]}
LAW_FIRM: dict[str, object] = {"names": [{"name": "Wexcombe & Tarr LLP"}], "wrong": ["Pallister Bank"]}  # fmt: skip
SAINT: dict[str, object] = {"names": [{"name": "St. Brannock's Hospice"}]}
PARCELS: dict[str, object] = {"names": [{"name": "Øresund Pakkepost"}], "wrong": ["Nordlys Drift"]}
CANNERY: dict[str, object] = {"names": [{"name": "Psilorachi Cannery"}]}
B, P = "breached_entity", "third_parties"
ROLES = [
    # a place beside a name, by its name or by the grammar around it
    (B, HOSPICE, "Merrowgate Families (Bradford)", True),
    (B, HOSPICE, "Merrowgate Families (Orchard Street, Colberry)", True),
    (B, HOSPICE, "Merrowgate Families (Colberry, Ind.)", True),
    (B, HOSPICE, "Merrowgate Families, Worcester, MA", True),
    (B, HOSPICE, "Merrowgate Families in Tacolberry, Uruguay", True),
    (B, HOSPICE, "Merrowgate Families, a Colberry-based charity", True),
    (B, HOSPICE, "Merrowgate Families, a Colberry charity", True),
    (B, HOSPICE, "L'association Merrowgate Families à Namur", True),
    (B, HOSPICE, "Bradford's Merrowgate Families", True),
    (B, HOSPICE, "Merrowgate Families, Tarnby", False),
    (B, HOSPICE, "Merrowgate Families (Tarnby Foods Ltd)", False),
    (B, HOSPICE, "Merrowgate Families, London Water", False),
    # a list or a sentence of its own asserts; a preposition, a relative pronoun or a verb sets apart
    (B, HOSPICE, "Merrowgate (laptop lent to Quorley Stamm Associates)", True),
    (B, HOSPICE, "Merrowgate, whose laptop Quorley Stamm Associates had lost", True),
    (B, HOSPICE, "Merrowgate Families; the intruders call themselves Hollow Petrel", True),
    (B, HOSPICE, "Merrowgate Families; Chartwhistle merely supplied the calendar", True),
    (B, HOSPICE, "Merrowgate Families. Its rival Chartwhistle is only mentioned.", True),
    (B, HOSPICE, "Merrowgate Families; source: Dunmere Gazette", True),
    (B, HOSPICE, "Merrowgate. Vex Hosting and Chartwhistle were third parties.", True),
    (B, HOSPICE, "Merrowgate Families, Dunmere Gazette", False),
    (B, HOSPICE, "Merrowgate Families (and Chartwhistle)", False),
    (B, HOSPICE, "Merrowgate Families as well as its landlord Quorley Stamm Associates", False),
    (B, HOSPICE, "Merrowgate Families or its supplier Chartwhistle", False),
    (B, HOSPICE, "Merrowgate Families, whose supplier Chartwhistle was also breached", False),
    (B, HOSPICE, "Merrowgate Families. Chartwhistle was hit as well.", False),
    (B, HOSPICE, "Chartwhistle, which keeps Merrowgate's calendar", False),
    (B, HOSPICE, "The attack on Quorley Stamm Associates and on Merrowgate", False),
    (B, TWO_FIRMS, "Selkmoor Systems, a firm in Nelson, and Fennock Lane, a studio", True),
    (B, TWO_FIRMS, "Selkmoor Systems in May, Fennock Lane in June and Vantrell in July", False),
    (B, LAW_FIRM, "Wexcombe & Tarr (files of Pallister Bank)", True),
    (B, LAW_FIRM, "Wexcombe & Tarr; Pallister Bank was also affected", False),
    (B, PARCELS, "Nordlys Drift, som driver Øresund Pakkeposts servere", False),
    # third parties: an entry of the list claims to be one, whatever it is called
    (P, SUPPLIERS, "Brackwater, which hosted the site of Merrowgate Families, and Oriel Payments", True),
    (P, SUPPLIERS, "Merrowgate Families' suppliers Brackwater and Oriel Payments", True),
    (P, SUPPLIERS, "Brackwater and Oriel Payments; Kestrel Loop was hired to investigate", True),
    (P, SUPPLIERS, "Brackwater, Oriel Payments and the forensic firm Kestrel Loop", False),
    (P, SUPPLIERS, "Brackwater, Oriel Payments, Grey Hound (attackers)", False),
    (P, SUPPLIERS, "Brackwater, Oriel Payments and the police", False),
    (P, SUPPLIERS, "Brackwater, Oriel Payments, patients", False),
    (P, COURIER, "Bison Mutual gave the tapes to Tallgrass Courier", True),
    (P, COURIER, "Tallgrass Courier; Blue Lantern Security, hired afterwards, is investigating", True),
    (P, COURIER, "At the depot: Tallgrass Courier. At Bison Mutual: none.", True),
    (P, COURIER, "Tallgrass Courier and Bison Mutual", False),
    # slips of spelling, word by word
    (B, TWO_FIRMS, "Selkmore Systems, Fenock Lane", True),
    (B, CANNERY, "Psilorachi Canneries", True),
    (B, CANNERY, "Psilorachi Bakery", False),
    (B, COOPERATIVE, "Lalupate Savings & Credit Co-operative", True),
    (B, COOPERATIVE, "Lalupate Savings", False),
    (B, LAW_FIRM, "Wexcomb & Tar", True),
    (B, LAW_FIRM, "Wexcombe & Barr", False),
    (B, LAW_FIRM, "Wexford & Tarr", False),
    (B, SAINT, "Saint Brannocks Hospice", True),
    (B, SAINT, "St. Brannock's Hospital", False),
    (B, PARCELS, "Oresund Pakkepost ApS", True),
    (B, HOSPICE, "Marrowfield Families", False),
    # nobody: somebody without a name is somebody, and who was not is nobody
    (P, "none", "private lenders whom nobody has named", False),
    (P, "unknown", "A contractor whose name is not given", True),
    (P, "none", "An unnamed contractor", False),
    (P, "none", "None except Blue Lantern Security", False),
    (B, "none", "Bison Mutual was not breached; it had an outage.", True),
    (B, "none", "Bison Mutual was breached", False),
]  # fmt: skip


@pytest.mark.parametrize(("question", "label", "answer", "passed"), ROLES)
def test_a_name_counts_in_the_role_that_it_is_given(
    question: str, label: object, answer: str, passed: bool
) -> None:
    """Places, other roles, slips of spelling and nobody: what the answer asserts decides."""
    result = grade(question, label, answer)
    assert result.passed is passed, result.reason


@pytest.mark.parametrize(("label", "answer", "passed", "why"), TABLE)
def test_editor_and_grader_agree(label: object, answer: object, passed: bool, why: str) -> None:
    """The grader decides as the table says."""
    result = grade("breached_entity", label, answer)
    assert result.passed is passed, (why, result.reason)
