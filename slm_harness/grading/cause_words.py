"""What the words of the field mean: many words and phrases for one concept, in several languages.

A concept begins a line. ``!`` marks what is done or gone wrong, ``@`` a person, ``~`` a word too common
to carry a cause; all else is a thing. ``word*`` stands for every word that begins so, ``=word`` for that
form alone, and any other word for its inflections too. Accents are left out, as in ``silence.plain``.
"""

from collections.abc import Sequence
from functools import lru_cache

from slm_harness.grading.stems import stem
from slm_harness.grading.word_list import words_of

_CONCEPTS = """
!phishing: phish* spearphish* smish* vishing quishing phising phissing pishing hameconnage filoutage natfiske | electronic fishing | fishing email | fishing mail | ηλεκτρονικο ψαρεμα
!fake: fake bogus spoof* fraud fraudulent counterfeit sham lookalike imitat* mimic* =false phoney phony forged mock deceptive deceitful pretend* =posing =posed purport* masquerad* impersonat* fictitious misleading gefalscht* fingiert* falso falsa falsk* fausse faux contraffatt* vervalst* nagemaakt* valse | passed itself off | passing itself off | made to look like | dressed up as | looked like | looking like | seemed to come from | seemed to be from | appeared to come from | claimed to be | claiming to be | claimed to come from | not real
!trick: trick* fool fooled duped deceiv* lure* persuad* conned hoodwink* scam* manipulat* bait* social-engineer* getauscht* hereingelegt trompe* piege* engan* ingann* misleid* lurad* | social engineering | talked into | talked round | fell for | fallen for | fall for | falling for | taken in by | was taken in | into believing
!give: give gave given =enter =entered =entering typed typing type submitted hand handed surrendered divulged supplied filled inserted input eingegeben eintipp* saisi* introdu* inserit* ingevoerd* angav | handed over | gave away | keyed in
!click: click* klick* clique* geklikt | followed a link | followed the link | opened a link
!ransomware: ransomware ransomwear rancongiciel* erpressungs* verschlusselungstrojan* gijzelsoftware utpressnings* ransomsoftware lockergoga cryptolocker | extortion software | extortion malware | encrypting malware | encryption malware | ransom attack | ransom malware | file encrypting malware | blackmail software | software extorsivo
!ransom: ransom extort* blackmail* losegeld* rancon rescate riscatto resgate losgeld
!encrypt: encrypt* scrambl* verschlussel* chiffr* cifr* crittograf* versleutel* krypter*
!lock: lock locked locking gesperrt
!malware: malware trojan virus spyware schadsoftware maliciel* | malicious software | malicious program | infected software | harmful software
!infostealer: infostealer* keylog* stealer* | password stealing * | password stealer | information stealer
!injection: injection* sqli injektion* inyeccion iniezione injecao injectie sql-injection* | sql injection
!stuffing: stuffing | credential stuffing | password spraying
!bruteforce: bruteforc* | brute force* | guessed passwords | guessing passwords
!insider: insider rogue disgruntled dishonest crooked innentater
!snoop: snoop* prying pried nosed =browsed =browsing peek* spied spying peep* | looked up | looked people up | pulled up | without need | no business | out of curiosity
!abuse: abus* misus* overstepped missbrauch* zweckentfremd*
!sell: sell sold sale sells selling verkauf* vendu* vendio vendito vendeu verkocht* salde | peddled | passed on for money | for money
!copy: copy copied copies copying downloaded downloading download exported exporting siphon* exfiltrat* kopier* copie* copio*
!photograph: photograph* | took pictures | pictures of | photos of | took photos | filmed
!breakin: breakin burglar* housebreak* einbruch inbraak effraction | break in | broke in | broke into | broken into | breaking in | breaking into
!steal: steal stole stolen stealing theft thefts thief thieves robbed robbery snatched swiped pilfer* pinched nicked purloin* lifted =taken gestohlen* diebstahl gestolen diefstal vol vole* robad* robo furt* rubat* stulen stulna stold | made off with
!take: =took =takes
!lose: lose lost loss loses losing losses misplace* mislaid mislay vanish* disappear* verlor* verlust perdu* perdid* =perte =persa =perso =persi perdita verloren verlies verloor borttappad* tappad* forsvunn* extravi* | went missing | gone missing | never arrived | did not arrive | failed to arrive | never reached | did not reach | left behind | no longer be found | could not be found | cannot be found | nowhere to be found | abhanden gekommen
!public: public =publicly =open =openly unprotected unsecured insecure unsicher* ungeschutzt* unguarded worldreadable offentlich* offen publiquement publique publico* publica* pubblic* openbaar openbare oppen oppet oppna offentlig* accesible* accessibile | to the world | open to | left open | wide open | by anyone | by anybody | to anyone | to anybody | to everyone | to everybody | visible to all | open to all | for anyone | for anybody | anyone could | anybody could | anyone can | anyone with | everyone could | anyone who | anyone on | answered anyone | let anyone | allowed anyone | by strangers | fur jeden | fur alle | von jedem
!expose: expos* reachable accessible readable viewable visible abrufbar zuganglich erreichbar toegankelijk
!misconfigure: misconfig* missconfig* misconfiguration fehlkonfigur* konfigurationsfehler configured =configuration konfiguration* mauvaise-configuration | badly configured | wrongly configured | incorrectly configured | configuration error | configuration mistake | configuration lapse | bad settings | wrong setting | wrong settings | setting error | setup error | set up wrongly | set up incorrectly | improperly configured | poorly configured | falsch konfigurier* | mal configur* | felkonfigur*
tried: =tried =trying =tested =testing
anyone: anyone anybody everyone everybody jedermann
private: private
exist: exist* =available =out
setting: setting option permission checkbox
!patch: patch* update* updating upgrade* fix fixed fixes fixing repair* hotfix sicherheitsupdate* aktualisier* actualiz* actualis* aggiorn* atualiz* bijgewerkt bijwerk* uppdater* sakerhetsuppdat* korrektur* correctif* parche parches | security release | brought up to date | kept up to date | up to date | mis a jour | mise a jour | mises a jour
!install: install* applied apply applies applying deploy* implement* eingespiel* aufgespiel* geinstall* | put in | putting in | rolled out | put in place | carried out
!delay: delay* =behind postpon* defer* overdue procrastinat* | put off | putting off | too late | weeks after | months after | not yet | for weeks | for months
!outdated: outdated obsolete unsupported endoflife veraltet* obsolet* verouderd* foraldra* perime* desactualiz* | out of date | end of life | old version
!flaw: flaw* vulnerab* bug weakness* hole loophole =exploit =exploits schwachstelle* sicherheitslucke* lucke* faille* vulnerabil* falla falha* kwetsbaarheid* beveiligingslek* lek sarbarhet* sakerhetshal brist glitch* faulty | security gap | security hole | design error | programming error | programming mistake | coding error | coding mistake | software error | software fault
!zeroday: zeroday 0day zero-day | zero day | 0 day
known: =known knew publicised publicized bekannt* connue* conocid* bekend* kand | publicly known | publicly disclosed | publicly reported | public knowledge
!reuse: reus* recycl* wiederverwend* reutiliz* reutilis* hergebruik* ateranvand* | same password | same passwords | used again | same credentials | same login | same one | identical passwords
elsewhere: elsewhere | other site* | other website* | several site* | several website* | multiple site* | multiple website* | various websites | other service* | another site | another website | another service | other account* | old leaks | earlier leaks | previous leaks | previous breaches | earlier breaches | other breaches | older breaches | other firms | other companies | other platforms | other leaks | different websites | different sites | different services | many websites | more than one site | more than one website | angling forum | unrelated site* | unrelated breach*
!leak: leak* spilled auslaufen durchgesickert fuite* filtrad* gelekt lackta
!publish: publish* post posted posting upload* veroffentlich* publie* publicad* pubblicat* | made public | left in | checked in | committed to | put online
!default: =default =standard factory-set factory preset preinstalled standardpassw* standaardwachtwoord* =initial werkseinstell* | as delivered | out of the box | comes with | came with | shipped with | ships with | is delivered | was delivered | supplied with | manufacturer's password | par defaut | por defecto | predefinit* | factory set
!change: chang* replac* geander* gewijzigd rotat*
!wrong: wrong incorrect unintended mistaken falsche falschen mauvais* errone* equivocad* sbagliat* errad* verkeerd* fel felaktig* | instead of | another person | someone else | somebody else | in place of | meant for | intended for | destined for
!misdirect: misdirect* misaddress* missent misdeliver*
!send: send sent sending sends mailed emailed emailing e-mailed forwarded dispatched mailing delivered gesendet geschickt verschickt* versend* envoy* envie* enviad* enviar* inviat* verstuurd* verzonden skickad* skickat* | went to
!attach: attach* anhang* angehang* bijlage* bifog* adjunt* allega* | joint a
!mistake: mistake* error accident accidental accidentally inadvertent* mistakenly blunder oversight erroneously wrongly unintentional* carelessness slip-up versehen* irrtum* fehler erreur* accidentel* errore* vergiss* misstag par-erreur unabsichtlich | human error | clerical error | by mistake
!close: close closed closing disabl* deactivat* cancel* revok* terminat* remov* delet* deprovision* shut blocked blocking gesperrt geschlossen* deaktivier* abgeschaltet* desactiv* disattivat* afgesloten stangts stangt inaktiver* avslutat* | switch off | switched off | switching off | switch back | switched back | turned off | turning off | turn off | shut down | taken away | took off | taken off | taken down
!active: active =live enabled =valid =usable aktiv* actif* activo* attiv* actief | still worked | still working | still works | still open | still valid | left open | kept open | stayed open
!dormant: dormant orphan* unused stale forgotten verwaist* inactive | no longer used
!former: =former formerly departed =ex resigned retired quit dismissed ehemalig* fruher* ancien ancienne anciens exmitarbeit* exempleado* exdipenden* tidigare =previous | left the company | left the firm | left the council | left the organisation | left the organization | left the business | left the job | left her job | left his job | left the staff | left his post | left her post | left his employ* | left her employ* | left their job | gone from the company | no longer work* | no longer employ* | no longer there | no longer on the staff | no longer with | no longer at | stopped working | used to work | once worked | previously worked | worked there before | had long gone | was long gone | long departed | longtemps partie
!hide: hidden hide concealed versteckt* ausgeblendet* cachee* ocult* nascost* verborgen* dold* | out of sight
!skim: skim* formjack* magecart | web skimm* | card skimm*
!backdoor: backdoor* hintertur* | back door | back doors
!tamper: tamper* altered poisoned trojanised trojanized malicious infected rigged tainted doctored booby-trapped infizier* manipulier*
!divert: divert* redirect* intercept* rerout* re-rout* hijack* umgeleitet* abgefangen* | another number | other number
!guess: guess* enumerat* predictable sequential consecutive | adding one | counting up | counted up
!check: check* verif* validat* authoris* authoriz* pruf* gepruft* controle* comprob* verificat*
!wipe: wip* eras* shred* overwrit* scrub*
!arrive: arriv* angekommen
!inject: inject*
input: =input box field search form user-input | typed in | what is typed | what was typed | search box
command: command* query queries befehl* commande* comand* abfrage*
script: script* code snippet programme skript* codes
key: key keys token tokens apikey* schlussel* cle clave chiave sleutel nyckel | access key | api key | secret key | digital key
repository: repository repositories repo repos github gitlab | code sharing site | code sharing platform | code hosting site
authentication: authentic* authentif* authentisier* autentic*
credential: credential* password* passwd passphrase passcode pwd logindetail* passwort* kennwort* zugangsdaten anmeldedaten kontrasena* contrasena* senha* wachtwoord* losenord* identifiant* pairs combos | login detail* | sign in detail* | log in detail* | log on details | mot de passe | mots de passe | user name and password | username and password
signin: signin login logins logon anmeldung inloggen inloggning connexion | signed in | sign in | signing in | logged in | log in | logging in | logged on | log on | logging on | signed on
account: account* benutzerkonto konto kontos konten compte* cuenta* conto utente conta gebruikersaccount konton zugang* | user id | user profile
access: access zugriff acces accesso acceso acesso toegang atkomst
admin: admin* administrator* root superuser privileged systemverwalter
mfa: mfa 2fa multifactor multi-factor two-factor twofactor | second factor | second authentication factor | multi factor | two factor authentication | two step verification | two factor | 2 factor
otp: otp otps | one time code* | one time password* | one time pass* | sms code* | verification code* | text message code*
helpdesk: helpdesk servicedesk =support | help desk | service desk | support desk | support staff | it support | support team | support line | customer support | support agent | help line | helpline
call: call caller phone* telephon* phoned anruf* appel* llamada*
message: email e-mail mail emails mails message* letter sms text newsletter-mail courriel* correo* nachricht* bericht* meddeland* mejl e-post epost posta
page: page pages website* webpage* site sites portal* seite webseite* pagina* sida webbsida screen landing-page
link: link links url hyperlink
person: recipient* address addresses addressee* empfanger* destinatair* destinatari* ontvanger* mottagar*
@employee: employee* staff staffer worker* clerk* colleague* technician* engineer* nurse* officer* teller* accountant* dispatcher* secretary bookkeeper* cashier* receptionist* analyst* manager* assistant* operator* guide guides volunteer* treasurer* trustee* warden* driver drivers librarian* teacher* lecturer* doctor* dentist* auditor* archivist* trainee* intern interns apprentice* foreman keeper* salesman postmaster* planner* porter* steward* pharmacist* programmer* developer* registrar pharmacist* caseworker* administrator-employee mitarbeit* angestellt* beschaftigt* employe* salarie* empleado* dipendent* funcionari* medewerker* werknemer* anstalld* tjansteman buchhalter* sachbearbeiter* | member of staff | staff member* | members of staff | team member* | team leader* | call centre worker | somebody on the staff | someone on the staff | one of its own people | its own people | one of its own
vendor: vendor* supplier* contractor* provider* thirdparty third-party subcontractor* outsourc* lieferant* dienstleist* fournisseur* prestatair* sous-traitant* proveedor* fornitor* fornecedor* leverancier* leverantor* | third party | outside firm | outside company | service firm | hosting firm | hosting company | software house | external firm | external company | software firm | software company | it firm | service company | it company | hosting provider
@courier: courier* carrier postman haulier messenger kurier* koerier* budfirma | delivery firm | delivery company | delivery service | parcel firm
@attacker: attacker* hacker* intruder* criminal* crook* extortionist* gang angreifer* pirate* cybercriminal* angripare | threat actor* | cyber criminal*
@stranger: stranger* outsider* somebody someone unbekannt* unknown-person
!hacking: hack hacked hacking hacks | hacking attack | hacked into
!compromise: compromis* kompromitt*
server: server* host
database: database* db datenbank* databas* basededatos | data base | base de donnees | base de datos
cloud: cloud nube molnet nuage
storage: storage bucket* blob s3 speicher* stockage almacen* opslag lagring container
folder: folder* director* ordner* dossier* carpeta* cartella* =mapp
backup: backup* sicherung* sauvegarde* | back up | back ups
vpn: vpn vpns | remote access gateway | remote access box | remote access appliance | remote access device | virtual private network
gateway: gateway* appliance* box-appliance
remoteaccess: rdp =remote | remote desktop | remote access | remote support | remote login | remote maintenance | fernzugriff | remote connection
port: port ports
firewall: firewall* brandvagg* pare-feu cortafuegos brandmuur
transfer: transfer* | file sharing | file exchange
laptop: laptop* notebook* portatil ordinateur-portable barbara | portable computer | ordinateur portable | ordenador portatil | computer portatile
computer: computer* pc machine rechner ordinateur* ordenador* dator
usb: usb thumbdrive pendrive pen-drive stick sticks memorystick datenstick usb-stick* | memory stick* | thumb drive* | flash drive* | pen drive* | usb drive* | usb key* | cle usb
drive: drive drives disk disks disc harddisk festplatte* schijf harddisk* ssd disque* | hard disk* | hard drive* | storage device* | storage medi* | data carrier*
phone: smartphone* handset* handy | mobile phone* | cell phone*
device: device devices tablet gerat* appareil* dispositivo* apparaat apparat
tape: tape tapes magnetband*
paper: paper paperwork binder* printout* | paper record* | paper file* | paper document* | paper form* | paper copies
car: car cars vehicle van trunk auto voiture coche bil
api: api apis interface* schnittstelle* interfaz endpoint*
transport: bus buses train trains tram taxi cab plane ferry | public transport
app: app apps application* anwendung*
file: file files datei* fichier* archivo fil
spreadsheet: spreadsheet* excel workbook* tabelle tabellenblatt* tableur* worksheet* | excel file | excel sheet
list: list lists register
newsletter: newsletter* rundbrief* | monthly mailing
card: card cards karte* carte tarjeta
checkout: checkout payment | check out | order page | payment page | payment form
plugin: plugin* plug-in* extension* addon* add-on* widget*
software: software programm program programs product logiciel* programa
supplychain: supplychain supply-chain | supply chain
mailbox: mailbox* inbox* postfach
~data: data record records information details daten donnees datos dati dados gegevens uppgifter numbers content
~customer: customer* client clients user users patient patients member members subscriber* people person persons kunden
~company: company companies firm organisation organization business department institution council hospital bank
~system: system systems network networks it
~security: security safety
~internet: internet web online
~thing: =left =exploited =exploiting exploitation ausgenutzt thing way means fact case sort type-of new unauthorised unauthorized unauthorisedly successfully successful properly simply apparently
"""
ACTS, PEOPLE, COMMON = set[str](), set[str](), set[str]()
NAMES: set[str] = set()
_KINDS = {"!": ACTS, "@": PEOPLE, "~": COMMON}
_ONE: dict[str, str] = {}
_STEMMED: dict[str, str] = {}
_BEGINNING: dict[str, str] = {}
_PHRASES: dict[str, list[tuple[tuple[str, ...], str]]] = {}
_MISSPELT: dict[str, str] = {}
_LONGEST = 40
_LONG = 9
"""Letters from which on a word with one slip is still that word: shorter ones become others."""


def _without_one(word: str) -> list[str]:
    return [word, *(word[:at] + word[at + 1 :] for at in range(1, len(word)))]


def _enter(entry: str, concept: str) -> None:
    if entry.startswith("="):
        _ONE[entry[1:]] = concept
    elif entry.endswith("*"):
        _BEGINNING.setdefault(entry[:-1].replace("-", ""), concept)
    else:
        whole = entry.replace("-", "")
        _ONE.setdefault(whole, concept)
        _STEMMED.setdefault(stem(whole), concept)
    bare = entry.strip("=*").replace("-", "")
    if len(bare) >= _LONG:
        for form in _without_one(bare):
            _MISSPELT.setdefault(form, concept)


def _fill() -> None:
    for line in _CONCEPTS.strip().splitlines():
        head, _, rest = line.partition(": ")
        concept = head.lstrip("!@~")
        NAMES.add(concept)
        if head[0] in _KINDS:
            _KINDS[head[0]].add(concept)
        singles, *phrases = rest.split(" | ")
        for entry in words_of(singles):
            _enter(entry, concept)
        for phrase in phrases:
            first, *others = words_of(phrase)
            if others:
                _PHRASES.setdefault(first, []).append((tuple(others), concept))
            else:
                _enter(first, concept)
    for found in _PHRASES.values():
        found.sort(key=lambda one: -len(one[0]))


_fill()


def joined(word: str, first: str) -> bool:
    """Whether a word written with hyphens, taken without them, is one word: e-mail, sign-in."""
    if word in _ONE or stem(word) in _STEMMED:
        return True
    return any(word[:end] in _BEGINNING for end in range(len(word), len(first), -1))


@lru_cache(maxsize=8192)
def concept(word: str) -> str | None:
    """The concept of a word that is in lower case without accents and hyphens, if it has one."""
    if len(word) > _LONGEST:
        return None
    found = _ONE.get(word)
    if found is None:
        for end in range(len(word), 2, -1):
            found = _BEGINNING.get(word[:end])
            if found:
                break
    # A driver is no drive: who does a thing is called by another word than the thing.
    if found is None and not word.endswith(("er", "ers")):
        found = _STEMMED.get(stem(word))
    if found is None and len(word) >= _LONG:
        found = next((_MISSPELT[form] for form in _without_one(word) if form in _MISSPELT), None)
    return found


def phrase_at(words: Sequence[str], at: int) -> tuple[str, int] | None:
    """The longest phrase that begins with ``words[at]``: its concept and its number of words."""
    for others, meaning in _PHRASES.get(words[at], ()):
        end = at + 1 + len(others)
        if end <= len(words) and all(map(_fits, words[at + 1 : end], others)):
            return meaning, 1 + len(others)
    return None


def _fits(word: str, wanted: str) -> bool:
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted
