"""Words that more than one rule leans on."""

import re

_VERBS = (
    "stolen|stole|stealing|taken|took|accessed|exposed|leaked|leaking|compromised|copied|published"
    "|publishing|went online"
    "|downloaded|exfiltrated|posted|sold|selling|hacked|breached|harvested|scraped|obtained|dumped"
    "|intercepted|captured|captures|lost|viewed|extracted|disclosed in error|lying open|siphoned"
    "|made off with|got hold of|emailed|mailed|sent to the wrong|stealing|swiped|lifted|visible"
    "|could (?:be )?(?:read|seen?|viewed?|opened?)|seen by|for sale|dark web|open internet|open to"
    " (?:anyone|the public)|without a password|sent to the wrong|came across|left open|open to"
    " anyone|publicly available"
    "|unprotected|involved|affected|impacted|caught up"
)
LOSS = re.compile(rf"\b(?:{_VERBS})\b", re.I)
"""What happens to data in a breach."""

DATA = re.compile(
    r"\b(?:data(?:base|bases|set)?|records?|details|information|files?|documents?|passwords?"
    r"|accounts?|folios|credentials|emails?|addresses|card numbers|photo(?:graph)?s|passports?|bank"
    r" details|tax returns|reports|scans|histories|documents?|card numbers|identities|profiles|dna"
    r"|memory"
    r" sticks?|laptops?|spreadsheets?|names"
    r"|(?:social security|passport|aadhaar|pan|national insurance) numbers?|medical histor\w+)\b",
    re.I,
)
"""What is lost in a breach."""

PEOPLE = re.compile(
    r"\b(?:customers?|patients?|people|users?|members|borrowers|students|pupils|residents|citizens"
    r"|passengers"
    r"|guests|savers|shoppers|players|investors|donors|motorists|policyholders|tenants|employees"
    r"|staff|colleagues"
    r"|clients|subscribers|families|personal|names|taxpayers|carers|pensioners|nurses|officers"
    r"|drivers|households|savers|readers|buyers|applicants|workers|voters|parents)\b",
    re.I,
)
"""Whose data it is."""

ATTACK = re.compile(
    r"\b(?:data (?:breach|leak|theft|spill|exposure|incident)|breach(?:ed)?|cyber-?\s?(?:attack"
    r"|incident)s?|"
    r"hack(?:ed|ers?|ing)?|ransomware|intruders?|intrusion|break-in|ransom|dark web|extort\w*"
    r"|unauthori[sz]ed (?:\w+ )?"
    r"(?:access|party|person|user|individual|actor)\w*|attackers?|cyber-?criminals?|malware"
    r"|malicious code|leak(?:ed)?|stolen|exfiltrated|criminals|thieves|thief|theft)\b",
    re.I,
)
"""Somebody or something that breaches."""

NOT_REAL = re.compile(
    r"\b(?:exercises?|drills?|rehears\w+|simulat\w+|mock|imaginary|fictitious|fictional"
    r"|hypothetical"
    r"|tabletop|table-top|role-?play\w*|scenario|survey(?:ed)?|poll(?:ed)?|respondents"
    r"|questioned|webinar|novel|film|thriller|training day"
    r"|breach(?:es|ed)? of (?:contract|the peace|promise|copyright|planning|lease|covenant)"
    r"|(?:sea|flood|river) (?:wall|defences?|bank)|levee|dam|embankment|could (?:steal|be"
    r" stolen))\b",
    re.I,
)
"""Signs that the sentence tells of a rehearsal, a survey or another kind of breach."""

NO_LOSS = re.compile(
    r"\b(?:(?:no|nobody[’']s|none of the|not any) (?:\w+ ){0,4}(?:data|details|records|information"
    r"|files"
    r"|accounts?)(?: \w+){0,4} (?:lost|accessed|stolen|taken|compromised|affected|exposed|at risk"
    r"|leaked|viewed|copied)|(?:was|is) not (?:a |the result of a )?(?:cyber|hack|data breach)"
    r"|(?:did not|never) (?:reach|obtain|access|get)|foiled|thwarted"
    r"|no (?:evidence|sign|indication) (?:that|of) (?:\w+ ){0,6}(?:accessed|stolen|taken|lost"
    r"|breach))\b",
    re.I,
)
"""Denials that anything was lost."""

ADVICE = re.compile(
    r"\b(?:be (?:wary|alert|vigilant|careful|cautious)|beware|vigilan\w+|watch out|look out|urged"
    r"|advised|recommend\w*|should (?:change|be|watch|check|not)|reset their|change their|new"
    r" passwords"
    r"|claiming to (?:be|come)|follow-up scams?|credit monitoring|identity (?:theft )?protection"
    r"|warned (?:\w+ ){0,3}to|warning (?:\w+ ){0,3}to|fraudsters may|scammers|to avoid)\b",
    re.I,
)
"""Warnings of what may follow a breach: they name phishing without its being the cause."""
