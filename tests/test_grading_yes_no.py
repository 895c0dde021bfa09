"""Yes and No: what the answer says as a whole."""

import pytest

from slm_harness.grading import grade

Q = "third_parties_involved"
TABLE = [
    # question, label, answer, passed, why
    (Q, "Yes", "Yes", True, "the plain form"),
    (Q, "Yes", "yes.", True, "case and full stop are form"),
    (Q, "Yes", True, True, "a boolean"),
    (Q, True, "Yes", True, "a bare Yes of YAML"),
    (Q, False, False, True, "a bare No of YAML"),
    (Q, "No", "None were involved", True, "as a whole it is a No"),
    (Q, "No", "None", True, "none is a No"),
    (Q, "No", "No third parties were involved.", True, "a sentence that says No"),
    (Q, "No", "There were no third parties involved", True, "a sentence that says No"),
    (Q, "No", "The article does not mention any third parties being involved.", True, "a No"),
    (Q, "Yes", "No, but Acme was", False, "it is not a Yes"),
    (Q, "Yes", "Yes and no", False, "neither"),
    (Q, "No", "Yes and no", False, "neither"),
    (Q, "No", "Yes/No", False, "neither"),
    (Q, "Yes", "Yes, no", False, "neither"),
    (Q, "Yes", ["Yes"], True, "a list of one"),
    (Q, "Yes", ["Yes", "No"], False, "both"),
    (Q, "Yes", {"answer": "Yes"}, True, "unwrapped"),
    (Q, "Yes", '{"answer": "Yes"}', True, "JSON in a string"),
    (Q, "Yes", '```json\n{"third_parties_involved": "Yes"}\n```', True, "fenced"),
    (Q, "Yes", "**Yes**", True, "markdown"),
    (Q, "Yes", "Answer: Yes", True, "a preface"),
    (Q, "Yes", "Based on the article, yes.", True, "a preface"),
    (Q, "Yes", "Yes, third parties were involved: Pinhook Payroll.", True, "reasoned"),
    (Q, "Yes", "Third parties were involved.", True, "a sentence that says Yes"),
    (Q, "Yes", "Ja", True, "German"),
    (Q, "Yes", "Oui", True, "French"),
    (Q, "Yes", "Sí", True, "Spanish"),
    (Q, "Yes", "Sim", True, "Portuguese"),
    (Q, "No", "Nein", True, "German"),
    (Q, "No", "Não", True, "Portuguese"),
    (Q, "No", "Nee", True, "Dutch"),
    (Q, "No", "Non, aucun tiers.", True, "French"),
    (Q, "Yes", "", False, "empty is wrong on every yes/no"),
    (Q, "none", "", False, "empty is wrong on every yes/no"),
    (Q, "unknown", [], False, "empty is wrong on every yes/no"),
    (Q, "none", "No", True, "none accepts No"),
    (Q, "none", "N/A", True, "none accepts N/A"),
    (Q, "none", "Yes", False, "a made-up fact"),
    (Q, "unknown", "Unknown", True, "unknown accepts Unknown"),
    (Q, "unknown", "Not mentioned", True, "unknown accepts Unknown"),
    (Q, "unknown", "Yes", False, "a made-up fact"),
    (Q, "unknown", "No", False, "a made-up fact"),
    (Q, "Yes", "Unknown", False, "the article has the fact"),
    (Q, "No", "Maybe", False, "neither"),
    (Q, "Yes", None, False, "nothing"),
    ("cause_known", "No", "No", True, "plain"),
    ("cause_known", "No", "No, the cause is not known.", True, "reasoned"),
    ("cause_known", "No", "The cause of the breach is unknown.", True, "a sentence that says No"),
    ("cause_known", "No", "Not yet known", True, "a No"),
    ("cause_known", "No", "The cause is still under investigation.", True, "a No"),
    ("cause_known", "Yes", "Yes, the cause is not known.", False, "it takes its Yes back"),
    ("cause_known", "Yes", "The cause is known: phishing.", True, "a Yes"),
    (
        "cause_known",
        "Yes",
        "Yes. The number of records is not known.",
        True,
        "an aside on another matter",
    ),
    (
        "data_breach",
        "Yes",
        "Yes, the article discusses a data breach at a water company.",
        True,
        "reasoned",
    ),
    ("data_breach", "Yes", "The article discusses a data breach.", True, "a Yes"),
    ("data_breach", "No", "The article does not discuss a data breach.", True, "a No"),
    ("data_breach", "No", "No, it is about a product launch", True, "reasoned"),
    ("data_breach", "Yes", "No data breach is discussed", False, "a No"),
    ("data_breach", "Yes", "True", True, "true is Yes"),
    ("data_breach", "No", "FALSE", True, "false is No"),
    ("data_breach", "Yes", "I would say yes", True, "it ends in yes"),
    ("data_breach", "No", "The answer is no.", True, "it ends in no"),
    ("data_breach", "Yes", "No doubt: yes", True, "no doubt is no No"),
]


D, C = "data_breach", "cause_known"
AS_A_WHOLE = [
    # a question repeated is no answer
    (D, "Yes", "Does the article discuss a data breach - answer only Yes or No", False),
    (D, "Yes", "Does the article discuss a data breach - answer only Yes or No: Yes", True),
    (C, "Yes", "Is the cause known?", False),
    # slips of spelling, and words that are none
    (D, "Yes", "Yess", True),
    (D, "No", "Nooo.", True),
    (D, "Yes", "Yse", True),
    (D, "No", "Flase", True),
    (D, "Yes", "Yet", False),
    (D, "No", "Yess", False),
    # negative words that affirm, and affirmations denied
    (D, "Yes", "There is no doubt that it does.", True),
    (D, "Yes", "Without a doubt", True),
    (D, "Yes", "There is no doubt that it does not.", False),
    (C, "Yes", "The cause is not unknown", True),
    (C, "No", "The cause is no longer a mystery", False),
    (Q, "No", "It is not the case that a third party had a part in this.", True),
    (Q, "Yes", "It is not the case that no third party was involved", True),
    (Q, "No", "Not only the bank but also a vendor was involved", False),
    # a short sentence may go on
    (D, "Yes", "It does: the names of rowers were sent to all.", True),
    (D, "No", "It does not: the article is about a flood", True),
    (Q, "No", "There were none", True),
    (Q, "Yes", "Two outside firms were: a printer and a host.", True),
    # Yes for one and No for another, or taken back at the end
    (C, "Yes", "Yes for the bank, no for the school", False),
    (C, "Yes", "Yes at the bank; at the school it is not known", False),
    (C, "Yes", "Yes, in both cases", True),
    (D, "Yes", "Yes and no: one was a theft", False),
    (D, "Yes", "Yes, names were copied, but the answer is No.", False),
    (D, "Yes", "Yes. On reflection, no.", False),
    (C, "Yes", "Yes, but who did it is not known", True),
    (Q, "No", "No, except the courier", False),
    # open is a No where it is asked whether it is known, else no answer
    (C, "No", "Not yet: neither suspicion has been confirmed", True),
    (C, "No", "Under investigation", True),
    (C, "No", "Nobody knows how the intruders got in", True),
    (C, "Yes", "It is too early to say", False),
    (C, "Yes", "It is known how they got in", True),
    (Q, "No", "It is unknown whether any third party was involved", False),
    (D, "No", "It is unclear whether this is a data breach", False),
    (Q, "Yes", "A vendor might have been involved", False),
    # other languages
    (D, "Yes", "はい", True),
    (D, "No", "Tidak", True),
    (C, "No", "Die Ursache ist unbekannt", True),
    (D, "Yes", "L'article parle d'une fuite de données.", True),
    (D, "Yes", "El artículo no trata de una filtración de datos", False),
]


@pytest.mark.parametrize(("question", "label", "answer", "passed"), AS_A_WHOLE)
def test_what_an_answer_says_as_a_whole_decides(
    question: str, label: object, answer: object, passed: bool
) -> None:
    """Questions, slips, double negation, verdicts taken back and open matters."""
    result = grade(question, label, answer)
    assert result.passed is passed, result.reason


@pytest.mark.parametrize(("question", "label", "answer", "passed", "why"), TABLE)
def test_editor_and_grader_agree(
    question: str, label: object, answer: object, passed: bool, why: str
) -> None:
    """The grader decides as the table says."""
    result = grade(question, label, answer)
    assert result.passed is passed, (why, result.reason)
