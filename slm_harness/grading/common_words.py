"""Words that are no part of an organisation's name when they stand beside one."""

from slm_harness.grading.word_list import words_of

FUNCTION = frozenset(
    words_of("""
    a an the this that these those it its they them their he she his her we our you your i my who whom whose which what when where why how
    and or but nor so yet for of in on at by to from with without within into onto over under about after before during since until through via as than
    is are was were be been being am has have had having do does did done can could may might must shall should will would not no yes none neither either
    both all any some each every other another such same only also just even still too very more most much many few one two three four five six seven
    eight nine ten if then there here because while although though however against between among per due out up off down again further once
    including include includes included involving involved plus namely called named known respectively along together well
    der die das den dem des ein eine und oder von bei mit für im am zu le la les un une des et ou de du au aux el los las y e o il lo gli i di da del della dos het een en van
    """)
)
"""Words that a name does not begin or end with."""

LEGAL = frozenset(
    words_of("""
    inc incorporated ltd limited plc llc llp lp corp corporation co company companies gmbh ag sa spa srl sarl sas bv nv ab oy oyj as asa aps kk kg kgaa se
    pty pte pvt ltda lda sl cv berhad bhd pbc na kft zrt nyrt doo ood ead eood sro spol uab sia ooo pao zao tov ehf hf ltee ltda sarl eurl sasu scop sti tbk sdn pt cic cio ev eg mbh ug ohg aktiengesellschaft gesellschaft
    """)
)
"""Legal forms: a name with one is the same name."""

REGIONS = frozenset(
    words_of("""
    uk us usa u.s u.k eu britain british england english scotland scottish wales welsh ireland irish america american united states kingdom europe european
    germany german france french spain spanish italy italian portugal portuguese netherlands dutch belgium belgian switzerland swiss austria austrian poland polish
    sweden swedish norway norwegian denmark danish finland finnish japan japanese china chinese india indian australia australian canada canadian zealand mexico
    mexican brazil brazilian russia russian ukraine ukrainian israel israeli korea korean singapore taiwan taiwanese africa african asia asian global international
    california texas florida ohio york illinois washington london paris berlin based
    alabama alaska arizona arkansas colorado connecticut delaware georgia hawaii idaho indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan
    minnesota mississippi missouri montana nebraska nevada oklahoma oregon pennsylvania tennessee utah vermont virginia wisconsin wyoming carolina dakota hampshire jersey
    ala ariz calif colo conn fla ill kan mass mich minn neb nev okla ore penn tenn wis wyo
    ontario quebec manitoba saskatchewan alberta queensland tasmania guernsey rajasthan karnataka maharashtra kerala gujarat
    """)
)
"""Countries, peoples and states that stand as description beside a name."""

PLACES = REGIONS | frozenset(
    words_of("""
    edinburgh glasgow cardiff belfast dublin birmingham manchester leeds sheffield bristol sydney melbourne brisbane adelaide canberra auckland toronto montreal vancouver ottawa
    mumbai delhi bengaluru bangalore chennai hyderabad jaipur kolkata pune prague brno brussels antwerp ghent amsterdam rotterdam vienna zurich geneva madrid barcelona lisbon
    rome milan stockholm oslo copenhagen helsinki warsaw budapest athens chicago seattle houston dallas denver atlanta omaha tokyo seoul beijing shanghai
    """)
)
"""These and large cities."""

COMPASS = frozenset(words_of("north south east west northern southern eastern western central"))
"""Words that belong to the place that follows them: South Australia."""

COMMON = frozenset(
    words_of("""
    data breach breaches breached incident incidents attack attacks attacked attacker attackers hacker hackers hack hacked cyber cyberattack cyberattacks cybersecurity
    security ransomware phishing malware gang group groups criminal criminals cybercriminals thieves thief threat actor actors intruder intruders unauthorised unauthorized
    party parties third third-party vendor vendors supplier suppliers provider providers contractor contractors subcontractor partner partners client clients customer customers
    user users patient patients employee employees staff member members subscriber subscribers people individuals records record account accounts file files
    information systems system network networks server servers database databases email emails website site software platform service services cloud hosting payroll
    entity entities organisation organization organisations organizations company companies firm firms business businesses corporation institution institutions agency
    victim victims affected impacted compromised exposed stolen leaked accessed involved suffered hit targeted disclosed announced confirmed reported notified said says
    water electricity energy utility utilities retailer retail retailers bank banks insurer insurance hospital hospitals healthcare health clinic school schools university
    college council government department ministry telecom telecoms carrier operator airline airlines hotel chain maker manufacturer giant startup charity lender broker
    exchange processor store stores shop shops online local regional national public private parent subsidiary unit division arm owner brand holding
    british-based the-based name names answer article entity: breached: spokesperson spokesman spokeswoman chief executive officer ceo cto ciso cio cfo president director
    manager mr mrs ms dr professor police regulator regulators law enforcement gdpr hipaa it hr pii ssn ssns api vpn mfa sql cve
    january february march april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday
    jan feb mar apr jun jul aug sep sept oct nov dec mid early late today yesterday
    according based unknown note however additionally moreover furthermore separately meanwhile instead unfortunately specifically initially later originally
    main primary first-party external outside involved entities affected: cause occurred happened discovered discovery date number total several multiple various
    part million billion thousand responsibility claimed investigated executive
    solicitors attorneys lawyers accountants notaries messrs high low medium confidence true false
    new popular major large small leading former current unnamed unidentified
    """)
)
"""Common words of the trade: beside a name they describe it, alone they are a description."""

INSTITUTIONS = frozenset(
    words_of(
        "bank university college school hospital council insurance airline airlines hotel hotels clinic charity agency ministry department police"
    )
)
"""Words that, right behind a name, make it the name of something else."""

PLACED = INSTITUTIONS | frozenset(
    words_of(
        "banks colleges schools councils hospitals airways water energy electricity gas health healthcare telecom power railways motors"
        " systems software services cloud hosting payroll platform network networks partners group exchange inc ltd limited plc llc corp corporation gmbh"
    )
)
"""Words that, together with a place, are the name of an institution: London Water, Bank of America."""
