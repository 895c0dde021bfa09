"""Telling a place beside a name from another organisation: by what surrounds it, then by its name."""

import re
from functools import lru_cache

from slm_harness.grading.common_words import PLACES, REGIONS
from slm_harness.grading.silence import plain
from slm_harness.grading.word_list import words_of

_TOWNS = words_of("""
    aberdeen abidjan abuja accra adana addis-ababa aix-en-provence albany alexandria algiers alicante almaty amman anchorage ankara annapolis antalya antananarivo arequipa arnhem
    ashgabat astana asuncion athens atlanta augsburg augusta aurora austin baghdad bakersfield baku baltimore bamako banff bangkok barnsley barranquilla basel basingstoke bath baton-rouge
    beirut belfort belgrade belo-horizonte bergen bern bhopal bilbao birkenhead blackburn blackpool bochum bogota boise bologna bolton bolzano bonn bordeaux boston bournemouth bradford brasilia
    bratislava bremen brighton brooklyn bruges bucharest buenos-aires buffalo bursa busan caen cairo calgary cali cambridge canterbury cape-town caracas cardiff carlisle cartagena casablanca catania
    chandigarh charleston charlotte chelmsford cheltenham chemnitz chengdu chester chesterfield chiang-mai chihuahua chittagong christchurch cincinnati cleveland cluj-napoca cochabamba coimbatore
    colchester cologne colombo columbus cordoba cork coventry crewe croydon curitiba dakar dallas damascus dar-es-salaam darlington darwin davao dayton debrecen derby des-moines detroit dhaka dijon
    djibouti doha doncaster dortmund douala dover dresden dubai dublin dubrovnik dudley duisburg dundee dunedin durban durham dusseldorf edmonton eindhoven erfurt essen exeter fez florence
    fortaleza fort-worth frankfurt freetown freiburg fremont fresno fukuoka galway gateshead gaborone gdansk gdynia geelong genoa georgetown gibraltar gijon gloucester goa gothenburg granada graz
    greensboro grenoble grimsby groningen guadalajara guangzhou guatemala-city guayaquil guildford haarlem hague haifa halifax hamburg hamilton hangzhou hannover hanoi hanover harare harrisburg
    harrogate hartford hartlepool hastings havana helena helsingborg hereford hiroshima hobart ho-chi-minh-city hong-kong honolulu huddersfield hull ibadan inverness ipswich islamabad istanbul izmir jackson
    jacksonville jakarta jerusalem johannesburg juneau kabul kampala kaohsiung karachi karlsruhe kathmandu katowice kaunas kazan kettering kharkiv khartoum kiel kigali kilkenny kingston kinshasa klaipeda
    knoxville kobe kochi koblenz kosice krakow kuala-lumpur kumasi kuwait-city kyiv kyoto lagos lahore lancaster lansing las-palmas las-vegas lausanne leicester leiden leipzig le-havre le-mans leuven lexington
    liege lille lima limassol limerick limoges lincoln linz liverpool ljubljana lodz londonderry los-angeles louisville luanda lubeck lublin lucerne lucknow lugano lusaka luton luxembourg lviv lyon lyons
    maastricht macau madison maidstone malaga malmo managua manama mandalay mannheim maputo maribor marrakesh marseille marseilles medellin medina memphis merida messina miami middlesbrough milan milton-keynes
    milwaukee minneapolis minsk mombasa monaco montpellier monterrey montevideo moscow mostar munich munster muscat mysore nagoya nagpur nairobi nantes naples nashville nassau neuchatel newark newcastle newport
    new-orleans new-york nice nicosia nijmegen nis northampton norwich nottingham nuremberg oakland oaxaca odense odesa oldham oporto oradea orlando osaka oslo ostend ostrava oulu oviedo oxford palermo palma panama-city
    paramaribo parma patna penang perpignan perth perugia peterborough philadelphia phnom-penh phoenix pittsburgh plovdiv plymouth podgorica poole port-au-prince porto porto-alegre port-louis port-of-spain portland portsmouth
    potsdam poznan preston pretoria pristina providence puebla punta-arenas pyongyang quito rabat raleigh ranchi rawalpindi reading recife reims rennes reno reykjavik richmond riga rijeka rio-de-janeiro riyadh
    rochester rosario rostock rotherham rouen sacramento salamanca salem salerno salford salisbury salt-lake-city salvador salzburg samarkand san-antonio san-diego san-francisco san-jose san-juan san-salvador
    santa-cruz santa-fe santiago santo-domingo sao-paulo sapporo sarajevo savannah scranton scunthorpe seville shenzhen shrewsbury skopje sofia southampton southend southport spokane split springfield
    stafford stavanger st-gallen st-louis stockport stockton stoke-on-trent strasbourg stuttgart sunderland surabaya surat suva swansea swindon syracuse szczecin szeged tabriz tacoma taipei tallahassee tallinn tampa
    tampere tangier tartu tashkent taunton tbilisi tegucigalpa tehran tel-aviv telford thessaloniki tijuana timisoara tirana toledo topeka torquay toulouse toulon tours trento trenton trier trieste tripoli tromso
    trondheim truro tucson tulsa tunis turin turku ulaanbaatar uppsala utrecht valencia valletta valparaiso varanasi varna vaduz venice verona vientiane vigo vilnius vladivostok wakefield walsall warrington
    warwick watford wellington whitehorse wichita wiesbaden wigan windhoek winnipeg woking wolverhampton worcester worthing wroclaw wuhan wuppertal yangon yaounde yerevan yokohama york yorkshire zagreb zaragoza
    sussex kent essex surrey norfolk suffolk devon cornwall somerset dorset shropshire lancashire cumbria northumberland hertfordshire berkshire oxfordshire wiltshire cambridgeshire leicestershire midlands
    bavaria saxony hesse brittany normandy provence alsace tuscany lombardy sicily sardinia piedmont veneto andalusia catalonia galicia flanders wallonia zealand jutland lapland ontario
""")
_COUNTRIES = words_of("""
    al ak az ar ca co ct de fl ga hi ia il ks ky la ma mi mn mo ms mt nc nd ne nh nj nm nv ny oh ok pa ri sc sd tn tx ut va vt wa wv wi wy dc ind mo miss ida nsw qld bc
    afghanistan albania albanian algeria algerian andorra angola angolan argentina argentine argentinian armenia armenian azerbaijan bahamas bahrain bangladesh bangladeshi barbados belarus belarusian belize benin
    bermuda bhutan bolivia bolivian bosnia bosnian botswana brunei bulgaria bulgarian burkina-faso burundi cambodia cambodian cameroon catalan chad chile chilean colombia colombian congo congolese costa-rica
    costa-rican croatia croatian cuba cuban curacao cypriot cyprus czech czechia dominica ecuador ecuadorian egypt egyptian el-salvador eritrea estonia estonian eswatini ethiopia ethiopian fiji fijian
    filipino gabon gambia ghana ghanaian greece greek greenland grenada guatemala guatemalan guinea guyana haiti haitian honduras honduran hungarian hungary iceland icelandic indonesia indonesian iran iranian
    iraq iraqi ivory-coast jamaica jamaican jordan jordanian kazakh kazakhstan kenya kenyan kosovo kuwait kuwaiti kyrgyzstan laos latvia latvian lebanese lebanon lesotho liberia libya libyan liechtenstein lithuania
    lithuanian luxembourg madagascar malawi malaysia malaysian maldives mali malta maltese mauritania mauritian mauritius moldova moldovan monaco mongolia mongolian montenegro moroccan morocco mozambique myanmar
    namibia namibian nepal nepalese nepali nicaragua niger nigeria nigerian oman omani pakistan pakistani palestine panama panamanian paraguay peru peruvian philippine philippines puerto-rico qatar qatari romania
    romanian rwanda samoa saudi saudi-arabia senegal senegalese serbia serbian seychelles slovak slovakia slovenia slovenian somalia somali sri-lanka sri-lankan sudan sudanese suriname syria syrian tajikistan tanzania
    tanzanian thai thailand tibet togo tonga trinidad tobago tunisia tunisian turkey turkiye turkish turkmenistan uganda ugandan uae emirates uruguay uruguayan uzbekistan vanuatu venezuela venezuelan vietnam
    danmark sverige norge suomi deutschland osterreich oesterreich schweiz suisse svizzera italia espana francia belgie belgique nederland polska cesko magyarorszag brasil turkiye nippon allemagne lietuva latvija eesti hrvatska srbija
    vietnamese welsh yemen yemeni zambia zambian zimbabwe zimbabwean scandinavia scandinavian nordic baltic balkan iberia caribbean latin-america asia oceania antarctica
""")
_WIDE = REGIONS | frozenset(name.replace("-", " ") for name in _COUNTRIES)
_GAZETTEER = PLACES | _WIDE | frozenset(name.replace("-", " ") for name in _TOWNS)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_COMPASS = frozenset(
    words_of("north south east west northern southern eastern western central upper lower new the")
)

ORGANISATION_WORD = re.compile(
    r"\b(?:banks?|university|college|council|groups?|hospitals?|trust|inc|ltd|plc|corp|company|services?|systems?|holdings?|technolog(?:y|ies)|solutions|software|health|insurance|"
    r"schools?|district|city of|county|agency|department|ministry|authority|commission(?:er)?|inspectorate|bureau|office|police|board|institute|association|society|foundation|federation|"
    r"union|club|labs?|laborator(?:y|ies)|forensics?|security|partners|associates|consult\w*|media|news|times|gazette|post|herald|daily|networks?|telecom|mobile|energy|water|power|"
    r"cloud|data|hosting|payroll|logistics|airlines?|airways|motors|foods?|pharma\w*|clinic|gmbh|llc|ag|oy|ab|sa|bv|co|crew|collective|gang|sons|brothers|industries|international)\b",
    re.IGNORECASE,
)
"""Words that make a name that of an organisation."""
_LOCATIVE = re.compile(
    r"\b(?:in|i|à|au|aux|en|på|bei|aus|de|del|do|di|du|dal|von|van|från|te|em|near|based in|across|outside|around|headquartered in|of|location:|city:|country:|town:|from|at its \w+ in)\s+(?:the\s+)?\Z",
    re.IGNORECASE,
)
_AFTER_COMMA = re.compile(r"(?:\A|,)\s*\Z")
_STATE_AFTER = re.compile(r",\s+(?P<place>[A-Z]\w*(?:\s[A-Z]\w+)?)\.?\W*(?:\Z|[);,.\n]|\s+[a-z])")
_MODIFIER_BEFORE = re.compile(r"\b(?:an?|this|that|its|the)\s+(?:[a-z]+\s+)*\Z", re.IGNORECASE)
_MODIFIER_AFTER = re.compile(r"\A(?:-?based\b|-[a-z]+|\s+(?!(?:and|or|was|were|is|are|has|had|have|which|who|that|also|in|of|by|at|on)\b)[a-z]+)")  # fmt: skip


@lru_cache(maxsize=2048)
def is_place(name: str, *, wide: bool = False) -> bool:
    """Whether ``name`` is that of a country, people or state, or (unless ``wide``) of a larger town."""
    listed = _WIDE if wide else _GAZETTEER
    words = [word for word in _WORD.findall(plain(name).replace("-", " ")) if word not in _COMPASS]
    return " ".join(words) in listed or (bool(words) and all(word in listed for word in words))


def stands_as_place(text: str, start: int, end: int, before: str, *, after_place: bool) -> bool:
    """Whether an unknown capitalised stretch says where something is, not who it is.

    Made-up and small towns are in no list, so that the grammar comes first: a preposition of place, a
    state behind a comma, brackets, an article with a noun behind ("a Wellington firm").
    """
    name, after = text[start:end], text[end : end + 40]
    if re.match(r"-?based\b", after.lstrip("- ")):
        return True
    if _MODIFIER_BEFORE.search(before[-30:]) and _MODIFIER_AFTER.match(after):
        return not before.rstrip().lower().endswith("the") or is_place(name)
    if ORGANISATION_WORD.search(name):
        return False
    if _LOCATIVE.search(before[-30:]) or is_place(name):
        return True
    state = _STATE_AFTER.match(after)
    if state and is_place(state["place"], wide=True):
        return True
    if after_place and _AFTER_COMMA.search(before[-3:]):
        return True
    return _bracketed(text, start, end)


_TOWN_NAME = re.compile(r"[^\W\d_][\w'.-]*(?:[ -][^\W\d_][\w'.-]*){0,3}")


def _bracketed(text: str, start: int, end: int) -> bool:
    """Whether a pair of brackets holds nothing but capitalised words: "Acme (Orchard Street, Colberry)"."""
    opening = text.rfind("(", 0, start)
    closing = text.find(")", end)
    if opening < 1 or closing < 0 or ")" in text[opening:start]:
        return False
    parts = text[opening + 1 : closing].split(", ")
    return len(parts) <= 3 and all(
        _TOWN_NAME.fullmatch(part) and part[0].isupper() for part in parts
    )
