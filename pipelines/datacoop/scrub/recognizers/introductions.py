"""People who are introduced: the words around a name that leave no doubt that it is one.

A model takes a name that it never saw for another word where the sentence is short. After "my name
is" or before "à l'appareil" the sentence says what it is.
"""

from datacoop.scrub.recognizers.values import Rule

_SCORE = 0.3
"""Below that of a model that is sure, so that its borders are taken where both find a name."""

_LINK = r"(?:\s(?:de|du|des|di|da|del|della|van|von|vom|zu|zur|der|den|la|le|al|bin|binti|ibn))"
_TITLES = r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herrn?|Frau|Me|Mme|Mlle|M)\b\.?"
_PART = rf"(?!{_TITLES})\p{{Lu}}[\p{{L}}\p{{M}}'’]+(?:-\p{{Lu}}[\p{{L}}\p{{M}}'’]+)*"
_INITIAL = r"\p{Lu}\."
_REST = rf"(?:{_LINK}{{0,2}}\s(?:{_PART}|{_INITIAL})){{0,3}}"
_NAME = rf"(?:{_PART}|{_INITIAL}(?=\s\p{{Lu}})){_REST}"
_FULL = rf"(?:{_PART}|{_INITIAL})(?:{_LINK}{{0,2}}\s(?:{_PART}|{_INITIAL})){{1,4}}"
_TITLE = rf"(?:{_TITLES}\s)?"


def _after(cues: str, name: str = _NAME) -> str:
    return rf"\b(?i:{cues})\s{_TITLE}\K{name}"


def _before(name: str, cues: str) -> str:
    return rf"(?<![\p{{L}}\p{{M}}]){name}(?=,?\s(?i:{cues})\b)"


_ENGLISH = Rule(
    entity="PERSON",
    patterns=(
        (_after(r"names?\s(?:is|was|are)|(?:called|named)"), _SCORE),
        (_after(r"i\sam|i'm|i’m|this\sis", _FULL), _SCORE),
        (_after(r"(?:ask|asking|asked)\sfor|speak(?:ing)?\s(?:to|with)"), _SCORE),
        (_after(r"(?:counsel|solicitors?|lawyer|barrister|attorney)\sfor"), _SCORE),
        (_after(r"on\sbehalf\sof|in\sthe\sname\sof|signature\sof|signed\sby", _FULL), _SCORE),
        (_after(r"(?:thank\syou|thanks|regards|sincerely|faithfully)[,.!]?", _FULL), _SCORE),
        (
            _before(_NAME, r"(?:gave|gives)\sevidence|testified|is\scalling|speaking|pleaded"),
            _SCORE,
        ),
    ),
    words=(
        "name", "called", "i am", "i'm", "i’m", "this is", "ask", "speak", "counsel", "solicitor",
        "lawyer", "barrister", "attorney", "behalf", "signature", "signed", "thank", "regards",
        "sincerely", "faithfully", "evidence", "testified", "calling", "pleaded",
    ),
    ignores_case=False,
    any_script=True,
)  # fmt: skip

_NO_NAMES = (
    "President|Chairman|Chair|Speaker|Secretary|Minister|Prime|Attorney|Judge|Vice|Right|Assembly"
    "|Code|Counsel|Laws|Stat"
)
_RANKS = "Lt|Gen|Col|Maj|Capt|Sgt|Cpl|Brig|Cmdr"

_TITLED = Rule(
    entity="PERSON",
    patterns=(
        # Mr M. Tanner: behind such a title stands a name, initials and all
        (
            r"\b(?:Mrs?|Ms)\.?\s(?:Justice\s)?\K"
            rf"(?!(?:{_NO_NAMES})\b)(?:(?:\p{{Lu}}\.[-\s]?){{1,4}})?{_NAME}",
            _SCORE,
        ),
        (rf"\b(?:(?:{_RANKS})\.\s){{1,2}}(?!(?:{_NO_NAMES})\b){_NAME}", _SCORE),
        (r"\bDJ\s\p{Lu}[\p{L}\d]+", _SCORE),
    ),
    words=(
        "mr ", "mr.", "mrs ", "mrs.", "ms ", "ms.", "dj ",
        *(f"{rank.lower()}." for rank in _RANKS.split("|")),
    ),
    ignores_case=False,
    any_script=True,
    begins_with_word=True,
)  # fmt: skip

_FRENCH = Rule(
    entity="PERSON",
    patterns=(
        (_after(r"(?:je|il|elle)\s[ms]['’]appelle|(?:nommée?|dénommée?|prénom\sest)"), _SCORE),
        (_after(r"nom\s(?:est|de)|(?:s['’]agit|part)\sde|je\ssuis", _FULL), _SCORE),
        (_after(r"(?:conseil|avocate?|défenseur|signature|épouse|époux)\sde"), _SCORE),
        (
            r"\b(?i:(?:nom|conseil|avocate?|signature|recours|requête|épouse|époux|part)\sd['’])"
            rf"\K{_NAME}",
            _SCORE,
        ),
        (_after(r"c['’]est|ici", rf"{_NAME}(?=\sà\sl['’]appareil)"), _SCORE),
        (_after(r"(?:cordialement|salutations|remerciements|merci)[,.!]?", _FULL), _SCORE),
        (_before(_NAME, r"(?:demeure|demeurant|domiciliée?|est\sjoignable|née?\sle)"), _SCORE),
    ),
    words=(
        "appelle", "nom", "suis", "agit", "part d", "conseil", "avocat", "défenseur", "signature",
        "épou", "recours", "requête", "appareil", "cordialement", "salutations", "remerciements",
        "merci", "demeur", "domicili", "joignable", "né le", "née le",
    ),
    ignores_case=False,
    any_script=True,
)  # fmt: skip

_GERMAN = Rule(
    entity="PERSON",
    patterns=(
        (_after(r"name\s(?:ist|war|lautet)|hei(?:ß|ss)e|namens|genannt"), _SCORE),
        (_after(r"ich\sbin|hier\s(?:ist|spricht)|auf\sden\snamen|im\snamen\svon", _FULL), _SCORE),
        (_after(r"(?:rechtsanw[aä]lt(?:in)?|unterschrift)(?:\svon)?"), _SCORE),
        (_after(r"(?:grüßen?|grüssen?|hochachtungsvoll|dank|ihre?)[,.!]?", _FULL), _SCORE),
        (_before(_NAME, r"(?:wohnhaft|geboren\sam|geb\.)"), _SCORE),
    ),
    words=(
        "name", "heiße", "heisse", "genannt", "ich bin", "hier ", "anwalt", "anwält", "unterschr",
        "grüß", "grüss", "hochachtungsvoll", "dank", "ihr", "wohnhaft", "geboren", "geb.",
    ),
    ignores_case=False,
    any_script=True,
)  # fmt: skip

_SYLLABLES = r"[\uac00-\ud7a3]"
_NO_NAME = (
    r"(?!\S*(?:학생|직원|사람|환자|보호자|담당자|주민|세입자|임차인|임대인|국인|의사|간호사|회사원|"
    r"어머니|아버지|부모|대학|교사|상담사|운전자|피해자|민원인|신청인|고객|사장|원장|가족|처음))"
)
_KOREAN_NAME = rf"(?<!\S){_NO_NAME}{_SYLLABLES}{{3,5}}?"
_KOREAN = Rule(
    entity="PERSON",
    patterns=(
        # "I am …", "my name is …"
        (
            rf"(?:저는|나는|제가|이름은|성함은|성명은)\s\K{_KOREAN_NAME}"
            r"(?=(?:이고요|입니다|이에요|예요|이라고|라고|이며|이고|인데))",
            _SCORE,
        ),
        (rf"(?:성명|이름|성함)\s?[:：]\s?\K{_SYLLABLES}{{2,5}}(?!{_SYLLABLES})", _SCORE),
        # "… (by that name)", "Mr or Mrs …", "to my relative …"
        (rf"{_KOREAN_NAME}(?=\s(?:씨|군|양|님|이름으로|명의로)(?![\uac00-\ud7a3]{{3}}))", _SCORE),
        # "the applicant …", at the end of a line or before a particle
        (
            rf"(?:민원인|신청인|청구인|의뢰인|고소인|피고인|피해자|원고|피고|환자|보호자|세입자)\s\K{_KOREAN_NAME}"
            r"(?=(?:에게|께서|께|이|가|은|는|을|를|의|와|과)?(?:[,.]|\s*$))",
            _SCORE,
        ),
        # As a letter is signed
        (rf"(?<!\S){_SYLLABLES}{{2,5}}(?=\s(?:올림|드림|배상)(?!{_SYLLABLES}))", _SCORE),
        (
            rf"(?:가족인|배우자인|남편인|아내인|어머니인|아버지인|보호자인|대리인)\s\K{_KOREAN_NAME}"
            r"(?=(?:에게|께|한테|이|가|은|는|을|를|의|씨|[,.\s]))",
            _SCORE,
        ),
    ),
    guard=_SYLLABLES,
    ignores_case=False,
    any_script=True,
)

INTRODUCTIONS = (_ENGLISH, _TITLED, _FRENCH, _GERMAN, _KOREAN)
