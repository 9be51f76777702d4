"""Words for peoples, beliefs, callings and health, in English, French, German and Korean.

In each language they are written as people of that language write them, so the language of a text
need not be known: a word that means something else in another of the four is left out.
"""

from collections.abc import Iterable
from itertools import groupby

from datacoop.scrub.recognizers.values import Rule

_ENGLISH = """
Afghan Albanian Algerian American Andorran Angolan Antiguan Arab Arabian Argentine Argentinean
Argentinian Armenian Aruban Asian Australian Austrian Azerbaijani Azeri Bahamian Bahraini
Bangladeshi Barbadian Basque Belarusian Belgian Belizean Beninese Berber Bermudian Bhutanese
Bolivian Bosnian Botswanan Brazilian Breton British Bruneian Bulgarian Burkinabe Burmese Burundian
Cambodian Cameroonian Canadian Catalan Chadian Chechen Chilean Chinese Circassian Colombian
Comorian Congolese Corsican Cossack Croat Croatian Cuban Cypriot Czech Danish Dane Djiboutian
Dominican Dutch Ecuadorean Ecuadorian Egyptian Emirati English Eritrean Estonian Ethiopian Fijian
Filipino Filipina Finn Finnish French Gabonese Gambian Georgian German Ghanaian Gibraltarian Greek
Greenlandic Grenadian Guatemalan Guinean Guyanese Haitian Hispanic Honduran Hungarian Icelander
Icelandic Indian Indonesian Iranian Iraqi Irish Israeli Italian Ivorian Jamaican Japanese Jordanian
Kazakh Kenyan Korean Kosovan Kosovar Kurd Kurdish Kuwaiti Kyrgyz Lao Laotian Latino Latina Latvian
Lebanese Liberian Libyan Liechtensteiner Lithuanian Luxembourger Macedonian Malagasy Malawian
Malaysian Maldivian Malian Maltese Maori Mauritanian Mauritian Mexican Moldovan Monegasque
Mongolian Montenegrin Moroccan Mozambican Namibian Nepalese Nepali Nicaraguan Nigerian Nigerien
Norwegian Omani Ossetian Ottoman Pakistani Palestinian Panamanian Paraguayan Peruvian Pole Polish
Portuguese Punjabi Qatari Romanian Russian Rwandan Rwandese Salvadoran Samoan Saudi Scandinavian
Scot Scots Scottish Senegalese Serb Serbian Sicilian Singaporean Slovak Slovakian Slovene Slovenian
Somali Somalian Spaniard Spanish Sudanese Surinamese Swede Swedish Swiss Syrian Taiwanese Tajik
Tamil Tanzanian Tatar Thai Tibetan Togolese Tongan Trinidadian Tunisian Turk Turkish Turkmen Ugandan
Ukrainian Uruguayan Uyghur Uzbek Venezuelan Vietnamese Welsh Yemeni Yugoslav Zambian Zimbabwean
Agnostic Ahmadi Alawite Alevi Anglican Atheist Baptist Buddhist Calvinist Catholic Copt Coptic Druze
Evangelical Gypsy Hindu Islamic Ismaili Jain Jew Jewish Lutheran Mennonite Methodist Mormon Moslem
Muslim Pentecostal Presbyterian Protestant Quaker Rastafarian Salafist Scientologist Shia Shiite
Sikh Sinhalese Sunni Wahhabi Yazidi Yezidi Zoroastrian
"""

_ENGLISH_PARTS = (
    "Anglo|African|Afro|East|West|North|South|Northern|Southern|Eastern|Western|New|Sierra|Costa"
    "|Puerto|Sri|Saint|Equatorial|Roman|Greek|Russian|Turkish"
)
_ENGLISH_PAIRS = (
    "(?:African[- ]American|Sierra Leonean|Costa Rican|Puerto Rican|Sri Lankan|New Zealander"
    "|Papua New Guinean|Cape Verdean)s?|San Marinese|Jehovah['’]s Witness(?:es)?"
    "|Roma(?=\\s(?:origin|famil|ethnic|wom[ae]n|m[ae]n\\b|minorit|communit|people|descent|child))"
    "|Christians|Christian(?=\\s(?:faith|famil|communit|minorit|belief|origin|religion))"
)

_FRENCH = """
afghan afghane albanais albanaise algérien algérienne allemand allemande alsacien alsacienne
américain américaine anglais anglaise andorran andorrane angolais angolaise arabe argentin argentine
arménien arménienne asiatique australien australienne autrichien autrichienne azerbaïdjanais
azerbaïdjanaise bangladais bangladaise basque belge béninois béninoise berbère biélorusse birman
birmane bolivien bolivienne bosniaque bosnien bosnienne brésilien brésilienne breton bretonne
britannique bulgare burkinabè burkinabé burundais burundaise cambodgien cambodgienne camerounais
camerounaise canadien canadienne catalane centrafricain centrafricaine chilien chilienne chinois
chinoise chypriote colombien colombienne comorien comorienne congolais congolaise coréen coréenne
corse croate cubain cubaine danois danoise écossais écossaise djiboutien djiboutienne dominicain
dominicaine égyptien égyptienne équatorien équatorienne érythréen érythréenne espagnol espagnole
estonien estonienne éthiopien éthiopienne finlandais finlandaise flamand flamande gallois galloise
français française gabonais gabonaise gambien gambienne géorgien géorgienne ghanéen ghanéenne
grecque guatémaltèque guinéen guinéenne haïtien haïtienne hongrois hongroise indienne indonésien
indonésienne irakien irakienne iranien iranienne irlandais irlandaise islandais islandaise israélien
israélienne italien italienne ivoirien ivoirienne jamaïcain jamaïcaine japonais japonaise jordanien
jordanienne kabyle kazakh kazakhe kényan kényane kirghize kosovar kosovare koweïtien koweïtienne
kurde laotien laotienne letton lettone lettonne libanais libanaise libérien libérienne libyen
libyenne lituanien lituanienne luxembourgeois luxembourgeoise macédonien macédonienne maghrébin
maghrébine malgache malien malienne maltais maltaise marocain marocaine mauricien mauricienne
mauritanien mauritanienne mexicain mexicaine moldave monégasque mongol mongole monténégrin
monténégrine mozambicain mozambicaine néerlandais néerlandaise népalais népalaise nigérian nigériane
nigérien nigérienne norvégien norvégienne ougandais ougandaise ouzbek ouzbèke pakistanais
pakistanaise palestinien palestinienne péruvien péruvienne philippin philippine polonais polonaise
portugais portugaise québécois québécoise roumain roumaine russe rwandais rwandaise salvadorien
salvadorienne saoudien saoudienne sénégalais sénégalaise serbe sierra-léonais sierra-léonaise
singapourien singapourienne slovaque slovène somalien somalienne soudanais soudanaise suédois
suédoise sri-lankais sri-lankaise syrien syrienne tadjik tadjike taïwanais taïwanaise tamoul tamoule
tanzanien tanzanienne tchadien tchadienne tchèque tchétchène thaïlandais thaïlandaise tibétain
tibétaine togolais togolaise tsigane tunisien tunisienne turc turcs turque turkmène wallon wallonne
ukrainien ukrainienne uruguayen uruguayenne vénézuélien vénézuélienne vietnamien vietnamienne
yéménite yougoslave zaïrois zaïroise zambien zambienne zimbabwéen zimbabwéenne alévi alévie anglican
anglicane athée bouddhiste calviniste catholique chiite copte évangélique hindou hindoue hindouiste
juif juive luthérien luthérienne mormon mormone musulman musulmane protestant protestante salafiste
sikh sikhe sunnite yézidi yézidie
"""

_GERMAN = """
afghanisch ägyptisch albanisch algerisch amerikanisch angolanisch arabisch argentinisch armenisch
aserbaidschanisch äthiopisch australisch bayerisch belarussisch belgisch bengalisch bolivianisch
bosnisch brasilianisch britisch bulgarisch chilenisch chinesisch dänisch deutsch englisch eritreisch
estnisch finnisch französisch gambisch georgisch ghanaisch griechisch guineisch haitianisch indisch
indonesisch irakisch iranisch irisch isländisch israelisch italienisch ivorisch jamaikanisch
japanisch jemenitisch jesidisch jordanisch jugoslawisch kambodschanisch kamerunisch kanadisch
kasachisch katalanisch kenianisch kirgisisch kolumbianisch kongolesisch koreanisch kosovarisch
kroatisch kubanisch kurdisch lettisch libanesisch libysch litauisch luxemburgisch malaysisch malisch
maltesisch marokkanisch mazedonisch mexikanisch moldauisch mongolisch montenegrinisch nepalesisch
niederländisch nigerianisch norwegisch österreichisch pakistanisch palästinensisch peruanisch
philippinisch polnisch portugiesisch ruandisch rumänisch russisch saudi-arabisch schottisch
schwedisch schweizerisch senegalesisch serbisch singapurisch slowakisch slowenisch somalisch
spanisch srilankisch südafrikanisch südkoreanisch sudanesisch syrisch tadschikisch tamilisch
thailändisch togoisch tschechisch tschetschenisch tunesisch türkisch turkmenisch ugandisch
ukrainisch ungarisch usbekisch venezolanisch vietnamesisch weißrussisch zyprisch zypriotisch
alevitisch anglikanisch buddhistisch calvinistisch hinduistisch islamisch jüdisch katholisch
koptisch lutherisch muslimisch protestantisch schiitisch sunnitisch
"""
_GERMAN_ER = """
Afghan Ägypt Alban Alger Amerikan Angolan Argentin Armeni Aserbaidschan Äthiopi Australi Belgi
Bolivian Bosni Brasilian Brit Eritre Engländ Georgi Ghana Indi Indonesi Irak Iran Isländ Israeli
Italien Jamaikan Japan Jemenit Jordani Kambodschan Kamerun Kanadi Kasach Kenian Kolumbian Kosovar
Kuban Libanes Liby Litau Luxemburg Malays Marokkan Mazedoni Mexikan Montenegrin Niederländ Nigerian
Norweg Österreich Pakistan Palästinens Peruan Philippin Portugies Ruand Schweiz Senegales Singapur
Spani Südafrikan Südkorean Syr Thailänd Togo Tunesi Ugand Ukrain Venezolan Zypri Isländ
"""
_GERMAN_E = """
Bulgar Chines Dän Est Finn Franzos Griech Jesid Jud Kroat Kurd Lett Mongol Russ Rumän Schott Schwed
Serb Slowak Slowen Tadschik Tschech Tschetschen Türk Ungar Usbek Vietnames Zypriot Alevit Buddhist
Katholik Kopt Moslem Muslim Protestant Schiit Sunnit
"""
_GERMAN_OTHERS = """
Deutsche Deutschen Deutscher Deutsches Christen Sinti Sinto Romni Katholik Alevit Buddhist
Protestant Schiit Sunnit
"""

_KOREAN_LANDS = (
    "한국 북한 조선 중국 일본 미국 영국 독일 프랑스 이탈리아 스페인 포르투갈 "
    "러시아 우크라이나 폴란드 캐나다 멕시코 브라질 아르헨티나 칠레 페루 호주 "
    "뉴질랜드 인도 파키스탄 방글라데시 네팔 스리랑카 미얀마 태국 베트남 캄보디아 "
    "라오스 말레이시아 싱가포르 인도네시아 필리핀 몽골 카자흐스탄 우즈베키스탄 "
    "키르기스스탄 터키 튀르키예 이란 이라크 이스라엘 시리아 이집트 나이지리아 가나 "
    "케냐 에티오피아 남아공 스웨덴 노르웨이 덴마크 핀란드 네덜란드 벨기에 스위스 "
    "오스트리아 체코 헝가리 루마니아 그리스 대만 홍콩 아일랜드 스코틀랜드"
)
_KOREAN_WORDS = (
    "유대인 아랍인 쿠르드족 쿠르드인 조선족 고려인 재일교포 재미교포 새터민 탈북민 "
    "탈북자 한족 위구르족 흑인 백인 혼혈인 기독교인 기독교도 천주교인 가톨릭교도 "
    "개신교도 불교도 불교신자 이슬람교도 무슬림 힌두교도 유대교도 원불교도 "
    "여호와의증인 모르몬교도"
)
_KOREAN_BELIEFS = (
    "기독교|천주교|가톨릭|개신교|불교|원불교|이슬람교?|힌두교|유대교|천도교|통일교|증산도"
)


_ENGLISH_CALLINGS = """
accountant actor actress ambassador anaesthetist analyst anthropologist apprentice archaeologist
architect artist assistant astronomer athlete auctioneer auditor author baker banker barber
biologist bodyguard bookkeeper bookseller breadwinner bricklayer brigadier broker builder
businessman businessmen businesswoman businesswomen butcher cabinetmaker cardiologist caretaker
carpenter cashier chairman chairmen chairwoman chairwomen chef chemist chiropractor choreographer
cleaner cleric clerk coach colonel columnist comedian conscript constable consultant contractor cook
corporal councillor courier craftsman craftsmen curator dancer deacon dealer dentist dermatologist
designer detective diplomat docker dockworker doctor driver economist educator electrician engineer
entrepreneur farmer firefighter firewoman firewomen fisherman fishermen florist footballer foreman
foremen forester freelancer gardener geologist glazier goldsmith grocer guard gynaecologist
hairdresser headmaster headmistress headteacher historian homemaker housewife imam inspector
interpreter janitor jeweller jockey joiner journalist labourer landlord lecturer librarian
lieutenant linguist locksmith machinist maid manager mason masseur mathematician mechanic midwife
miner missionary monk musician neurologist novelist nun nurse obstetrician officer oncologist
optician orthodontist owner paediatrician painter paramedic pastor pathologist peasant pensioner
pharmacist philosopher photographer physician physiotherapist pianist pilot plasterer plumber poet
policeman policemen policewoman policewomen politician postman postmen potter preacher priest
professor programmer psychiatrist psychologist psychotherapist publicist rabbi radiologist
receptionist researcher reservist restaurateur roofer sailor salesman salesmen saleswoman saleswomen
schoolboy schoolgirl schoolteacher scientist sculptor seaman seamen seamstress self-employed
sergeant serviceman servicemen servicewoman servicewomen shepherd shoemaker shopkeeper singer
smuggler sociologist soldier stewardess stockbroker stonemason storekeeper student surgeon surveyor
tailor teacher technician theologian therapist trader trainee translator tutor typist undertaker
unemployed urologist veteran veterinarian vicar violinist waiter waitress warden warder watchman
watchmen weaver welder wholesaler widow widower writer zoologist
"""
_ENGLISH_PAIRED = """
academy army artillery assistant authority bank bus civil company construction customs factory farm
general housing lorry military naval navy night office parking police post prison private public
railway research sales school security senior social staff taxi tax truck
"""
_ENGLISH_HEADS = """
assistant captain clerk director doctor driver employee guard inspector manager officer secretary
servant worker prisoner pupil
"""
_ENGLISH_STANDING = (
    r"(?:(?:[Aa]ssistant|[Aa]ssociate|[Vv]isiting|[Ff]ull)\s[Pp]rofessors?"
    r"|(?:non-commissioned|commissioned|warrant|petty)\sofficers?"
    r"|(?:university|college|high[- ]school|law|medical)\s(?:students?|graduates?|degrees?)"
    r"|asylum[- ]seekers?|refugees?|stateless\spersons?)"
)
_ENGLISH_ILLNESSES = """
AIDS HIV alcoholism anaemia angina anorexia arthrosis asthma astigmatism autism bronchitis bulimia
cancer carcinoma cataract cirrhosis dementia diabetes dyslexia eczema epilepsy glaucoma haemophilia
hernia hypertension insomnia leukaemia leukemia lymphoma melanoma migraine myopia osteoporosis
paranoia paraplegia pneumonia psoriasis psychosis sciatica scoliosis thrombosis tuberculosis tumour
"""
_ENGLISH_HEALTH = (
    r"(?:[a-z]{0,20}(?:arthritis|arthrosis|hepatitis|meningitis|neuralgia|neuropathy|plegia|sclerosis)"
    r"|(?:affective|anxiety|bipolar|cardiac|chronic|congenital|degenerative|delusional|depressive"
    r"|heart|kidney|learning|liver|lung|mental|neurological|paranoid|personality|post-traumatic"
    r"|psychiatric|psychotic|renal|respiratory|skin|stress)\s(?:(?:stress|health)\s)?(?:disabilit(?:y|ies)"
    r"|diseases?|disorders?|failure|handicap|illness(?:es)?|impairments?|problems|syndrome)"
    r"|fractures?\sof\s(?:the|his|her|both)\s(?:\w+\s){0,4}?(?:ankle|arm|collarbone|elbow|femur"
    r"|fibula|fingers?|foot|hand|hip|jaw|kneecap|leg|nose|pelvis|ribs?|shoulder|skull|spine|tibia"
    r"|vertebrae?|wrist)s?)"
)
_STATES = """
heterosexual homosexual gay lesbian bisexual transgender transsexual intersex blind deaf epileptic
diabetic schizophrenic schizophrenia paraplegic autistic alcoholic HIV-positive hétérosexuel
hétérosexuelle homosexuel homosexuelle lesbienne bisexuel bisexuelle transgenre séropositif
séropositive épileptique diabétique schizophrène paraplégique autiste alcoolique heterosexuell
homosexuell schwul lesbisch bisexuell transsexuell querschnittsgelähmt alkoholkrank drogenabhängig
schizophren HIV-positiv
"""
"""Orientation and health, where one word tells them."""

_FRENCH_CALLINGS = """
agriculteur agricultrice architecte boucher boulanger boulangère chômeur chômeuse coiffeur coiffeuse
comptable dentiste enseignant enseignante étudiant étudiante infirmier infirmière informaticien
informaticienne ingénieur ingénieure instituteur institutrice journaliste maçon menuisier musicien
musicienne ouvrier ouvrière pharmacien pharmacienne plombier professeur professeure psychiatre
psychologue retraité retraitée serveur serveuse traducteur traductrice vétérinaire veuf veuve
"""
_GERMAN_CALLINGS = """
Apotheker Architekt Bäcker Buchhalter Dolmetscher Elektriker Fleischer Frisör Friseur Informatiker
Ingenieur Journalist Kellner Krankenpfleger Kraftfahrer Landwirt Lehrer Maurer Mechaniker Musiker
Pfarrer Polizist Psychiater Psychologe Rentner Schreiner Schüler Soldat Student Taxifahrer Tischler
Übersetzer Verkäufer Witwer Zahnarzt
"""
_GERMAN_WOMEN = "Ärztin Arzt Krankenschwester Witwe Hebamme Zahnärztin Psychologin Köchin Koch"
_KOREAN_CALLINGS = (
    "간호사 건축가 경비원 공무원 교사 교수 군인 기자 농부 농민 대학생 대학원생 "
    "목사 미용사 배관공 변리사 세무사 수녀 스님 승려 약사 어부 연구원 요리사 "
    "운전기사 의사 자영업자 택시기사 회계사 회사원"
)


def any_of(words: Iterable[str]) -> str:
    """Return the pattern of any of some words; common beginnings are looked at once."""
    rest = sorted(set(words))
    ends = rest[:1] == [""]
    parts = [
        first + any_of(word[1:] for word in same)
        for first, same in groupby(rest[ends:], key=lambda word: word[0])
    ]
    whole = parts[0] if len(parts) == 1 and not ends else f"(?:{'|'.join(parts)})"
    return (whole + "?+") * bool(parts) if ends else whole


def _french() -> str:
    words = _FRENCH.split()
    capitals = (word.capitalize() for word in words if word not in ("protestant", "protestante"))
    return any_of((*words, *capitals))


def _german() -> str:
    people = [f"{stem}{end}" for stem in _GERMAN_ER.split() for end in _ER_ENDS]
    people += [f"{stem}{end}" for stem in _GERMAN_E.split() for end in _E_ENDS]
    return any_of((*people, *_GERMAN_OTHERS.split()))


_ER_ENDS = ("er", "ers", "ern", "erin", "erinnen")
_E_ENDS = ("e", "en", "in", "innen")
_MEN_WOMEN = any_of(word for stem in _GERMAN_CALLINGS.split() for word in (stem, stem + "in"))

GROUPS = (
    Rule(
        entity="NRP",
        patterns=(
            (
                rf"\b(?:{_ENGLISH_PAIRS}|(?:(?:{_ENGLISH_PARTS})[- ])?{any_of(_ENGLISH.split())}"
                rf"(?:s|wom[ae]n|m[ae]n)?)\b",
                0.5,
            ),
            (rf"\b{_french()}s?\b", 0.5),
            (rf"\b(?:{any_of(_GERMAN.split())}(?:e[nmrs]?)?|{_german()})\b", 0.5),
        ),
        ignores_case=False,
    ),
    Rule(
        entity="NRP",
        patterns=(
            (
                rf"(?:{any_of(_KOREAN_LANDS.split())}(?:계\s)?(?:인|\s?국적|\s?출신)"
                r"(?![가-힣]{0,1}(?:민|터|천))|"
                rf"{any_of(_KOREAN_WORDS.split())}|(?:{_KOREAN_BELIEFS})\s?(?:신자|신도))",
                0.5,
            ),
        ),
        guard="[가-힣]",
        any_script=True,
    ),
    Rule(
        entity="NRP",
        patterns=(
            (
                rf"\b(?:(?:{any_of(_ENGLISH_PAIRED.split())}|retired|former|medical|university"
                rf"|associate)[- ]){{0,2}}{any_of(_ENGLISH_CALLINGS.split())}s?\b"
                rf"|\b(?:{any_of(_ENGLISH_PAIRED.split())}\s){{1,2}}"
                rf"{any_of(_ENGLISH_HEADS.split())}s?\b",
                0.4,
            ),
            (rf"\b{any_of(_FRENCH_CALLINGS.split())}s?\b", 0.4),
            (rf"\b{any_of(_STATES.split())}(?:s|e[nrs]?)?\b", 0.4),
            (
                rf"\b(?:{_MEN_WOMEN}|{any_of(_GERMAN_WOMEN.split())})(?:e[nrs]?|[ns]|nen)?\b",
                0.4,
            ),
        ),
        ignores_case=False,
    ),
    Rule(
        entity="NRP",
        patterns=((rf"\b{_ENGLISH_STANDING}\b", 0.4),),
        words=(
            *("professor", "officer", "student", "graduate", "degree", "asylum", "refugee"),
            "stateless",
        ),
        ignores_case=False,
    ),
    Rule(
        entity="NRP",
        patterns=((rf"\b(?:{any_of(_ENGLISH_ILLNESSES.split())}s?|{_ENGLISH_HEALTH})\b", 0.4),),
        words=(
            *map(str.lower, _ENGLISH_ILLNESSES.split()),
            *("arthr", "hepatitis", "meningitis", "neuralgia", "neuropathy", "plegia", "sclerosis"),
            *("disabilit", "disease", "disorder", "failure", "handicap", "illness", "impairment"),
            *("problems", "syndrome", "fracture"),
        ),
        ignores_case=False,
    ),
    Rule(
        entity="NRP",
        patterns=((rf"(?<![가-힣]){any_of(_KOREAN_CALLINGS.split())}(?![가-힣]{{3}})", 0.4),),
        guard="[가-힣]",
        any_script=True,
    ),
)
