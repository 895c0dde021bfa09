"""The words that tell what role a number plays, for ``count_roles``: superseded, claimed, a part, the whole."""

import re

ABOUT = r"(?:about|around|some|approximately|roughly|nearly|almost|over|under|more than|fewer than|less than|up to|at least|just|only|another|a further|a total of|an estimated|the|its|their|at|to|a)"
HEDGES = rf"(?:{ABOUT}\s+){{0,4}}\Z"
JOINT = re.compile(
    rf"\A\s*(?:[a-z'-]+\s+){{0,2}}?(?:,|and|or|und|et|y|e|&|\+|/|then|,\s*and|,\s*then)\s+(?:then\s+)?{HEDGES}"
)

DOCUMENT = r"(?:notices?|letters?|statements?|reports?|announcements?|counts?|tall(?:y|ies)|figures?|estimates?|numbers?|filings?|bulletins?|versions?|notifications?|totals?|disclosures?|e-?mails?|posts?|press releases?|press notes?|notes?|messages?|briefings?|tweets?|readings?|guess(?:es)?|assessments?)"
OLD = r"(?:first|earlier|earliest|initial|original|previous|preliminary|provisional|prior|former|old|older|outdated|superseded|interim|early|opening)"
EARLIER = re.compile(
    rf"\b(?:initially|originally|earlier|previously|formerly|at first|to begin with|in the beginning|(?:was|were|stood at|been) first|(?:had|was|were|been) (?:first |at first |initially )?(?:said|put|reported|estimated|thought|believed|given|announced|feared|told)|first (?:thought|said|reported|believed|estimated|put|feared|announced|gave|told|spoke|came)|"
    rf"{OLD} (?:\w+ ){{0,2}}?{DOCUMENT}|(?:revised|corrected|changed|updated|raised|increased|grew|grown|rose|risen|upgraded|reduced|lowered|cut|jumped|went|up|down|climbed|moved|rather) (?:\w+ ){{0,3}}?from|(?:replaces|replacing|replaced|supersedes|superseding|corrects|correcting|instead of)(?! by\b)|"
    r"no longer|ursprunglich|zunachst|zuerst|d'abord|initialement|inicialmente|al principio|primero|in un primo momento|inizialmente|aanvankelijk|eerst)\b"
)
NOW = re.compile(
    r"\d|\b(?:later|now|then|since|finally|actually|actual|currently|current|eventually|subsequently|latest|final|corrected|updated|revised|replaced by|superseded by|meanwhile|to(?! (?:be|have|begin)\b))\b"
)
AFTER_FIRST = re.compile(
    rf"\bafter (?:first |earlier |initially |at first |previously )?(?:saying|reporting|announcing|naming|giving|stating|putting (?:it|the (?:number|figure)) at|speaking of|talking of|estimating)?\s*{HEDGES}"
)
OUTDATED = re.compile(
    rf"\A[^,;.()]{{0,40}}?(?:\b(?:at first|initially|originally|previously|at the time|then said|first (?:thought|said|reported|believed|estimated|feared|announced))\b(?!(?:\s+(?!then\b|later\b|now\b|but\b)[a-z]+){{0,4}}\s+\d)"
    rf"|\b(?:in|of|from|was|were|is|being|as|by|per|according to)\s+(?:only |just |merely )?(?:the|an?|its|their|his|her|that|what)\s+(?:[a-z']+\s+)?{OLD}\s+(?:\w+\s+)?{DOCUMENT}"
    rf"|\b(?:has|have|had|was|were)\s+(?:since\s+|later\s+|now\s+|subsequently\s+)?(?:been\s+)?(?:since\s+|later\s+|now\s+|subsequently\s+)?(?:corrected|revised|updated|withdrawn|superseded|replaced|dropped|abandoned|retracted|outdated|raised|increased|reduced|lowered)\b"
    r"|\b(?:no longer|is out of date|was out of date|was too (?:high|low)|proved (?:too|wrong)|turned out (?:to be )?(?:too|wrong))\b)"
)
MISTAKEN = re.compile(
    r"\b(?:in error|by (?:an? )?(?:slip|mistake|error|oversight)|an? (?:typo|misprint|slip|typing error|clerical error|mistake|miscount|overcount|undercount|double count)|mistaken(?:ly)?|erroneous(?:ly)?|wrongly|incorrect(?:ly)?|twice over)\b"
)
OUTDATED_ASIDE = re.compile(
    rf"\A[^(\d]{{0,30}}\(\s*(?:(?:the|an?|its|their|in|from|as)\s+){{0,3}}(?:at first|initially|originally|previously|earlier|superseded|outdated|since (?:corrected|revised)|later (?:corrected|revised)|{OLD} (?:\w+ ){{0,2}}?{DOCUMENT})\b[^()\d]{{0,30}}\)"
)
CHANGED_TO = re.compile(
    r"\A\s*(?:[a-z]+\s+){0,2}[(,;-]*\s*(?:(?:but|and|which|a figure|was|were|this|it|later|since|then|subsequently|has|been)\s+){0,4}(?:corrected|revised|updated|raised|increased|reduced|lowered|superseded|rising|upgraded) (?:up |down |upwards? |downwards? )?to\b"
)
LATER = re.compile(
    rf"\A\s*(?:[a-z'-]+\s+){{0,3}}?(?:[a-z'-]+)?\s*[,;(-]+\s*(?:but |and |which |it |that |was |were |is |has |had |been ){{0,4}}(?:later|then|now|finally|eventually|subsequently|in the end|at last|afterwards|most recently)\s+(?:(?:[a-z']+\s+){{0,3}}?)?{HEDGES}"
)
RISES_TO = re.compile(
    rf"\b(?:corrected|revised|updated|raised|increased|reduced|lowered|cut|replaced|superseded)\s+(?:up |down |upwards? |downwards? )?(?:to|by)\s+{HEDGES}"
)
RISES_FROM = re.compile(rf"(?:\A|[,;:.])\s*from\s+{HEDGES}")
FROM = re.compile(rf"\A\s*(?:[a-z]+\s+){{0,2}}?from\s+{HEDGES}")
RISING = re.compile(
    r"\b(?:rose|rises|risen|grew|grown|went|gone|climbed|jumped|swelled|fell|fallen|sank|shrank|dropped|changed|corrected|revised|updated|raised|lowered|cut|increased|reduced|up|down)\b[^.;]{0,20}\Z"
)
ROSE = re.compile(
    r"\A[^.;]{0,50}\b(?:rose|grew|went|climbed|jumped|swelled|fell|sank|shrank|dropped|changed|corrected|revised|raised|lowered)\b[^.;\d]{0,20}\bto\b"
)
WAS = re.compile(rf"\b(?:was|were|had been|stood at)\s+{HEDGES}")
IS_NOW = re.compile(
    r"\A[^.;\d]{0,40}\b(?:but|and|while|though)\b[^.;\d]{0,40}\bnow\s+(?:(?:is|stands?|puts?|put|says|it|at|to|be|about|around|some)\s+){0,4}\d"
)

CROOKS = r"(?:hackers?|attackers?|gangs?|criminals?|threat actors?|extortionists?|thie(?:f|ves)|intruders?|crooks?|sellers?|fraudsters?|blackmailers?|culprits?|perpetrators?|forum (?:posts?|users?)|leak sites?|posts?|posters?|listings?|adverts?|advertisements?|offers?|ransomware \w+|darknet \w+|dark web \w+)"
CLAIM = re.compile(
    rf"\b(?:claim\w*|alleg\w*|boast\w*|brag\w*|purport\w*|assert(?:s|ed|ing)?|unconfirmed|unverified|not (?:been |yet )*(?:confirmed|verified)|rumou?r\w*|supposedly|behaupt\w*|angeblich\w*|pretend\w*|pretendument|supuest\w*|presunt\w*|alleged\w*|zogenaamd|vermeintlich"
    rf"|(?:according to|per|(?:said|put|named|given|stated|offered|advertised|posted|listed|mentioned|floated|spread) by)\s+(?:the |an? )?(?:\w+ ){{0,2}}?{CROOKS}"
    rf"|(?:laut|selon|segun|secondo|volgens)\s+(?:\w+[ ']){{0,2}}?(?:hackern?|hackers|angreifern?|tatern?|erpressern?|pirates|attaquants|pirati|atacantes|delincuentes|criminali|aanvallers|daders)"
    rf"|{CROOKS}(?: \w+){{0,4}}? (?:say|says|said|put|puts|posted|posts|speaks?|spoke|talks?|talked|mentions?|mentioned|gives?|gave|names?|promises?|promised|advertis\w+|offer\w*|list\w*|sell\w*)"
    rf"|(?:is|are|was|were|been) (?:offering|advertising|selling|hawking)|(?:offers?|offered|advertises|advertised|put up) (?:\w+ ){{0,4}}?(?:for sale|online|on (?:telegram|a forum|the dark))|for sale|on offer|disputed|contested|doubtful|unproven|exaggerated|if (?:\w+ ){{0,4}}?(?:right|believed)|believes?)\b|\b{CROOKS}(?:'s?)?:"
)
SAYS = re.compile(
    r"\b(?:says?|said|according to|told|puts?|estimates?|reckons?|speaks? of|spoke of|talks? of|talked of|offer(?:s|ed|ing)?|advertis\w+|sells?|selling|lists?|listed|posted|demand\w*|mentions?|mentioned)\b"
)

WHOLE = re.compile(
    r"\b(?:out of|among|of its|of their|of the|from its|from a total of|of all|none of|no(?:t|ne)? (?:one|any) of)\s+(?:(?:total|roughly|about|some|more|than|around|over|nearly|its|the|an?|their|estimated|of|approximately)\s+){0,3}\Z"
    r"|(?:\A|[.;:,(])\s*of (?:(?:the|its|their|about|some|all|around|nearly|over) ){0,3}\Z"
)
SHARE_OF = re.compile(
    r"\b(?:(?:one|two|three|four|\d{1,2}) (?:in|out of) (?:two|three|four|five|six|seven|eight|nine|ten|\d{1,2})|half|thirds?|quarters?) of (?:its |the |their |about |some |over |all )*\Z"
)
PART_OF = re.compile(r"\d (?:[a-z]+\)? )?(?:out )?of (?:its |the |their |about |some |over )?\Z")
SIZE = re.compile(
    rf"\b(?:has|had|have|serves?|served|holds?|held|keeps?|kept|employs?|employed|counts?|runs?|ran|contains?|contained|lists|insures?|supplies|treats?|looks after|with|of) (?:more |altogether |in all |in total ){{0,2}}{HEDGES}"
)
HOLDER = re.compile(
    r"\b(?:company|firm|group|organi[sz]ation|bank|hospital|clinic|school|college|university|charity|council|utility|shop|chain|club|insurer|operator|carrier|agency|database|databank|register|registry|archive|table|list|book|file|system|server|it|which|that|itself|who)\b[^,;.\d]{0,40}\Z"
)
PART_BEFORE = re.compile(
    rf"\b(?:including|incl\.?|includes?|included|among (?:them|whom|these|which)|comprising|made up of|broken down into|namely)[\s,:]*\s{HEDGES}|\bin {HEDGES}(?=\d[\d,.']*\s+(?:\w+\s+)?(?:cases|instances)\b)"
)
OF_WHICH = re.compile(
    r"\b(?:of|for|from|among|amongst) (?:whom|which|them|these|those|the latter)\b[^.;\d]{0,60}\Z"
    r"|\b(?:davon|darunter|dont|de los cuales|de las cuales|entre ellos|di cui|waarvan|dos quais|das quais)\b[^.;\d]{0,30}\Z"
)
OF_WHICH_AFTER = re.compile(
    r"\A\s*(?:[a-z]+\s+){0,2}?(?:of|among) (?:whom|them|which|these|those)\b|\A\s*(?:[a-z]+\s+){0,2}?(?:such|more detailed) "
)
CASES = re.compile(r"\bin (?:[a-z]+ ){0,3}\Z")
CASES_AFTER = re.compile(r"\A\s*(?:of (?:the|those|these) )?(?:cases|instances)\b")
DETAIL = re.compile(
    r"\A\s*(?:[a-z'-]+\s+){0,3}?(?:with|without|had|have|has|having|whose|who|where|were|was|also|plus|lost|carrying|containing|showing)\b"
)
PART_JOINT = re.compile(rf"\A[^.;()]{{0,50}}(?:,|\band)\s+{HEDGES}")
ELSEWHERE = re.compile(
    r"\b(?:separate|unrelated|different|other|another|earlier|previous|older|second|(?:19|20)\d\d)\s+(?:\w+\s+){0,2}?(?:breach(?:es)?|incidents?|cases?|attacks?|leaks?|thefts?|hacks?|stor(?:y|ies)|affairs?)\b|\bunrelated\b"
)
TAKEN = re.compile(
    r"\b(?:affected|breached|stolen|stole|taken|took|leaked|exposed|compromised|accessed|copied|lost|exfiltrated|downloaded|hit|impacted|involved|caught|concerned|estimated|notified|read|seen|viewed|hacked|affects|involves|concerns)\b"
)
COMPARED = re.compile(
    rf"\b(?:compared (?:with|to)|against|versus|vs\.?|twice|double|triple|times|as many as in)\s+{HEDGES}"
)
COMPARED_AFTER = re.compile(
    r"\A\s*(?:[a-z]+\s+)?(?:more|fewer|less|higher|lower) than (?:the |was |were |had been |it )*(?:\w+ )?(?:\d|first|earlier|previous|initial|original|before|thought|said|last|at first|feared|announced|reported|estimate)"
)
UNREAL = re.compile(
    r"\b(?:fictional|fictitious|made[ -]up|invented|imaginary|simulated|dumm(?:y|ies)|mock|pretend|pretended|synthetic|hypothetical|not real|never existed|(?:do|did|does) not exist|n't real|an? (?:exercise|drill|simulation|novel|game)|erfunden\w*|fictifs?|ficticios?|inventat[ioae])\b"
)
