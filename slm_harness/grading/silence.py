"""Telling when an answer says that there is nothing to say: Unknown, Not mentioned, N/A, None."""

import re
import unicodedata
from functools import lru_cache

from slm_harness.grading.word_list import words_of


def plain(text: str) -> str:
    """Lower case without accents."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


_BARE = frozenset(
    """
    unknown|unkown|uknown|unkwown|unclear|uncertain|undisclosed|unspecified|undetermined|undefined|unstated|unnamed|unconfirmed|unreported|unidentified
    unavailable|pending|none|nil|null|nan|n/a|na|n.a|n.a.|n a|n\\a|not applicable|inapplicable|nothing|nobody|no one|no-one|not known
    not a number|not available|no data|no answer|no information|no info|no mention|no details|tbd|tba|to be determined|?|??|???|-|--
    none mentioned|none known|none named|none identified|none specified|none stated|none given|none reported|none listed|none disclosed
    none involved|none found|none applicable|no third parties|no third party|no entity|no entities|no cause|no date|no breach|no data breach
    i don't know|i do not know|don't know|do not know|not sure|not determinable|cannot say|no idea|empty|blank|not mention|not in the article|not in article|not in text
    unbekannt|nicht bekannt|nicht angegeben|nicht erwahnt|nicht genannt|keine angabe|keine angaben|k.a|k. a|keine|keiner|keines|nichts|entfallt|nicht zutreffend|unklar|nicht verfugbar|trifft nicht zu
    inconnu|inconnue|inconnus|non mentionne|non mentionnee|non precise|non precisee|non specifie|non specifiee|non communique|non communiquee|non indique|non indiquee|aucun|aucune|neant|sans objet|non applicable|non disponible|pas mentionne|pas precise|pas connu|non connu|non connue|rien|non renseigne|non divulgue
    desconocido|desconocida|desconocidos|no mencionado|no mencionada|no se menciona|no especificado|no especificada|no se especifica|no se sabe|no se conoce|no indicado|no consta|ninguno|ninguna|nada|no aplica|no aplicable|no disponible|se desconoce|no revelado|sin especificar|no se indica
    sconosciuto|sconosciuta|ignoto|ignota|non menzionato|non menzionata|non specificato|non specificata|non indicato|non noto|non nota|non si sa|nessuno|nessuna|niente|nulla|non disponibile|non applicabile|non precisato|non pervenuto|non comunicato
    desconhecido|desconhecida|nao mencionado|nao mencionada|nao especificado|nao especificada|nao informado|nao informada|nao se sabe|nao disponivel|nao se aplica|nao aplicavel|nenhum|nenhuma|nao divulgado|nao consta|nao indicado|nao conhecido
    onbekend|niet bekend|niet vermeld|niet genoemd|niet gespecificeerd|niet opgegeven|niet van toepassing|nvt|n.v.t|geen|niets|niet aangegeven|niet beschikbaar|onduidelijk|geen informatie
    nej|okand|ukendt|ukjent|nieznany|nieznane|nieznana|неизвестно|未知|不明|不详|無し|なし
    """.replace("\n", "|").split("|")
)
_BARE_WORDS = frozenset(word.strip() for word in _BARE if word.strip())
_NONE_WORDS = frozenset(
    words_of(
        "none nobody no-one nothing nil keine keiner keines nichts aucun aucune rien neant ninguno ninguna nada"
        " nessuno nessuna niente nulla nenhum nenhuma geen niets なし"
    )
)

_TELL = (
    r"(?:say|state|specify|specified|mention|disclose|give|provide|indicate|reveal|identify|name|report|include|contain|"
    r"discuss|detail|list|tell|note|explain|clarify|make (?:it )?clear|describe|address|offer|elaborate|know|confirm|determine|"
    r"release|share|establish|publish|comment|refer|pin ?point|announce|quantify|attribute|set out|find|put (?:a|any) (?:number|figure|date|name))"
)
_TOLD = (
    r"(?:said|stated|specified|mentioned|disclosed|given|provided|indicated|revealed|identified|named|reported|included|"
    r"discussed|detailed|listed|told|noted|explained|clarified|made (?:clear|public|known)|described|addressed|known|confirmed|determined|"
    r"released|shared|established|published|available|applicable|clear|certain|announced|quantified|attributed|pinpointed|found|public|set out|referenced|sure|possible to)"
)
_FACT = (
    r"(?:information|info|mention|details?|data (?:is|are)|indication|evidence of|date|dates|number|figure|figures|count|total|tally|cause|reason|explanation|word|"
    r"names?|third[- ]part(?:y|ies)|entity|entities|organi[sz]ations?|compan(?:y|ies)|vendors?|suppliers?|breach|data breach|answer|such|"
    r"records? (?:of|count)|discovery|timeline|timeframe|time ?frame|specifics|breaches|outside (?:firm|company|party|parties|vendor))"
)
_SAYS_NOTHING = re.compile(
    r"\b(?:"
    rf"(?:does|do|did|has|have|had|could|can|would|will|is|was|were|are)(?:\s+(?:it|he|they))?(?:n't|\s?not|\s+never)\b(?:\s+\w+){{0,2}}?\s+(?:yet\s+)?(?:been\s+|be\s+)?(?:\w+ly\s+)?(?:{_TOLD}|{_TELL})"
    rf"|(?:is|are|was|were|there(?:'s| is| are| was| were)|gives?|provides?|contains?|with|has|have|names?|mentions?|offers?)\s+no\s+(?:\w+[ -]){{0,3}}?{_FACT}"
    rf"|\Ano\s+(?:(?!\d)\w+[ -]){{0,3}}?{_FACT}\b(?!\s+(?:was|were|is|are)\s+(?:taken|stolen|breached|lost))"
    rf"|\A(?:not|never)\s+(?:\w+\s+){{0,2}}?{_TOLD}"
    rf"|(?:not|never|n't)\s+(?:yet\s+|explicitly\s+|specifically\s+|publicly\s+|been\s+|directly\s+|clearly\s+|currently\s+|immediately\s+|be\s+)*{_TOLD}\b"
    r"|(?:remains?|is|are|was|were|still|currently|as yet|left|stays?|listed as|given as|marked as|stated as)\s+(?:\w+ly\s+|still\s+|as yet\s+|yet\s+)?(?:unknown|unclear|undisclosed|unspecified|undetermined|uncertain|unstated|unidentified|unnamed|unconfirmed|unexplained|to be determined|under investigation|being investigated|a mystery|pending)"
    r"|(?:remains?|is|are|still|\A) ?to be (?:determined|established|confirmed|seen|announced|counted|disclosed|published)"
    r"|(?:\A|is |are |was |were |still )being (?:counted|tallied|established|calculated|assessed|worked out)|(?:nobody|no-?one|no one) has (?:yet )?counted|count(?:ing)? (?:is|was) (?:not|still|n't)\b|still (?:counting|being)\b"
    r"|(?:cannot|can't|can not|could not|couldn't) (?:\w+ )?be (?:\w+ )?(?:determined|established|said|inferred|known|identified|found|ascertained|answered)"
    r"|(?:cannot|can't|can not|unable to|impossible to|not possible to) (?:\w+ )?(?:determine|tell|say|know|answer|find|identify|infer|establish|ascertain)"
    r"|none (?:is|are|was|were|has been|have been)(?: \w+)? (?:mentioned|named|given|stated|specified|identified|reported|listed|disclosed|known|involved)"
    r"|(?:no one|nobody) (?:can|could|is able to) (?:\w+ )?(?:say|tell|put|date|determine|know|pinpoint|be)\b"
    r"|no ?(?:one|body) knows|(?:don't|do not|doesn't|does not) know|under investigation|yet to (?:be )?(?:\w+ )?(?:determine|determined|say|disclose|disclosed|confirm|confirmed|reveal|revealed|establish|established|identify|identified)"
    r"|(?:left|leaves?|leaving|is|was|are|were|stays?|remains?|stands?)\s+(?:(?:the|that|this|its)\s+(?:[\w']+\s+){1,4}?)?(?:blank|unanswered|unfilled)\b|\b(?:box|field|entry|space|line|column|cell)\b[^.;]{0,40}\b(?:empty|open)\b"
    r"|(?:number|figure|count|total|date|cause)s?\b[^.;,\d]{0,40} (?:unknown|undisclosed|unclear|unspecified|pending)\b"
    r"|declined to (?:say|comment|disclose|confirm|give|specify|name)|refused to (?:say|comment|disclose|give|name)"
    r"|(?:without|lacks?|omits?|fails? to|failed to) (?:\w+ ){0,3}?(?:mention(?:ing)?|specif(?:y|ying)|stat(?:e|ing)|details?|giving|give|disclos(?:e|ing)|identify(?:ing)?|nam(?:e|ing))"
    r"|\b(?:unknown|undisclosed|unspecified|unnamed|unidentified|undetermined|unstated) (?:number|amount|quantity|date|day|time|cause|reason|third[- ]part|part(?:y|ies)|entity|organi[sz]ation|compan|vendor|supplier|firm)"
    r"|not applicable|n/a|not in the (?:article|text)|silent (?:on|about)"
    # German, French, Spanish, Italian, Portuguese, Dutch
    r"|(?:wird|wurde|werden|wurden|ist|sind|war)\b[^.;]{0,60}\b(?:nicht|keine?)\b[^.;]{0,40}\b(?:genannt|erwahnt|angegeben|bekannt|mitgeteilt|beziffert|klar|geklart)"
    r"|(?:artikel|text|bericht)\b[^.;]{0,40}\b(?:nennt|erwahnt|enthalt|macht|gibt|sagt)\b[^.;]{0,40}\b(?:nicht|keine?n?)\b|noch unklar|(?:ist|bleibt) un(?:klar|bekannt)"
    r"|(?:ne|n')\s?(?:\w+[ ']){1,4}?pas\b|n'(?:est|a|ont|ete)\b[^.;]{0,30}\b(?:pas|aucun\w*)|(?:ne|n')\s?\w+\s+aucun\w*|(?:est|reste|sont) inconnue?s?"
    r"|no (?:se )?(?:ha sido |han sido |fue |ha |han )?(?:menciona|especifica|indica|precisa|revela|dice|detalla|informa|divulga|conoce|sabe)\w*|(?:es|son|se) desconoc\w+"
    r"|non (?:e |viene |sono |vengono |ha |si )?(?:stat[oaie] |ancora )?(?:res[oaie] not|menziona|specifica|indica|precisa|rivela|dice|fornisce|nomina|divulga|comunica|not[oaie]\b|sa\b|conosc)\w*|(?:e|resta|rimane) (?:sconosciut|ignot)[oa]"
    r"|nao (?:e |foi |foram |sao |ha |se )?(?:menciona|especifica|indica|informa|revela|diz|divulga|detalha|conhec|sabe|fornece)\w*|(?:e|sao|foi) desconhecid\w+"
    r"|(?:wordt|worden|werd|is|zijn)\b[^.;]{0,60}\b(?:niet|geen)\b[^.;]{0,40}\b(?:vermeld|genoemd|bekend|gespecificeerd|aangegeven|duidelijk|gemeld)|(?:artikel|tekst|bericht)\b[^.;]{0,40}\b(?:vermeldt|noemt|geeft|zegt|meldt)\b[^.;]{0,40}\b(?:niet|geen)\b|(?:is|blijft) on(?:bekend|duidelijk)"
    r")"
)
_EDGES = " \t\n.,;:!\"'()[]{}<>*_`~|"
_STARTS = re.compile(
    r"\A\W*(?:unknown|none|not (?:mentioned|specified|stated|known|disclosed|given|applicable|provided|available|reported|named|clear)|n/a|unclear|undisclosed|unspecified"
    r"|unbekannt|keine angaben?|inconnue?|desconocid[oa]|sconosciut[oa]|desconhecid[oa]|onbekend)\b"
)


def bare(text: str) -> bool:
    """Whether ``text`` is one of the usual words for "unknown" and nothing else, or empty."""
    stripped = plain(text).strip(_EDGES)
    return not stripped or stripped in _BARE_WORDS


def none_word(text: str) -> bool:
    """Whether ``text`` is a bare "None" (in one of the languages), which also means nought or No."""
    return plain(text).strip(_EDGES) in _NONE_WORDS


def silent(text: str) -> bool:
    """Whether ``text`` says somewhere, in a word or a sentence, that the thing is not known."""
    if bare(text):
        return True
    low = plain(text)
    return bool(_STARTS.match(low) or _SAYS_NOTHING.search(low))


@lru_cache(maxsize=256)
def silence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where in ``text`` (already plain) the phrases stand that say that a thing is not known."""
    found = tuple(match.span() for match in _SAYS_NOTHING.finditer(text))
    start = _STARTS.match(text)
    return (start.span(), *found) if start else found
