"""File and case numbers of courts, hospitals and offices."""

from datacoop.scrub.recognizers.values import Rule

_NUMBER = r"(?:numbers?|nos?|nr|nummern?|num|id|#|n[°ºo]s?|n)"
_KINDS = (
    r"(?:case|file|docket|application|claim|complaint|petition|matter|record|chart|folder|"
    r"reference|ref|registration|admission|encounter|episode|"
    r"dossier|affaire|requêtes?|pourvoi|minute|répertoire|rôle|"
    r"akte|aktenzeichen|geschäftszeichen|az|gz|fall|vorgang|patienten?|"
    r"hospital|patient|medical\srecord|mrn|urn|ipp|rg)"
)
_PLOTS = r"(?:plots?|parcels?|folio|parcelles?)"
_CODE = (
    r"(?:[A-Z]{1,4}[-./]?)?+(?=[A-Za-z]{0,6}\d)[A-Z\d]{1,20}+(?:\s?[/\-]\s?[A-Z\d]{1,20}+"
    r"|\.[A-Z\d]{1,20}+){0,8}+"
)
_COURTS_KO = (
    "가단|가합|가소|가기|나|다|다카|카|카기|카합|카단|타경|타채|타기|고단|고합|고정|고약|노|도|로|모|초기|초|"
    "드단|드합|드|르|므|느단|느합|스|즈단|구단|구합|구|누|두|루|헌가|헌나|헌라|헌마|헌바|헌사|형제|"
    "하단|하면|하합|개회|개기|회합|회단|비합|비단|차전|차|머|버|감고|감도|전고|보고|허|후|재나|재다|재노|재도|아|자"
)

_GERMAN_FILE = (
    r"(?:[BLS]\s)?(?:\d{1,3}|[IVX]{1,5}[a-z]?)\s[A-Z][A-Za-z]{0,5}(?:\s?\([A-Z][a-z]{0,4}\))?"
    r"\s\d{1,5}/\d\d(?![\d/])(?:\s[A-Z]{1,3}\b){0,2}+"
)
"""12 O 345/19, 8 AZR 418/15, III ZA 15/17, B 3 KR 12/15 R, L 7 AS 370/13 B ER"""

_REPORTS = (
    r"(?:AP|AuR|BAGE|BAnz|BB|BFHE|BGHR|BGHSt|BGHZ|BPatGE|BSGE|BStBl|BVerfGE|BVerfGK|BVerwGE|BauR"
    r"|BayVBl|BeckRS|Breith|Buchholz|DAR|DB|DStR|DStRE|DVBl|DÖV|EFG|EWiR|EzA|EzTöD|FamRZ|GRUR|HFR"
    r"|InfAuslR|JR|JZ|JuS|KTS|LM|MDR|MMR|MedR|MittBayNot|NJOZ|NJW|NStZ|NVwZ|NZA|NZG|NZI|NZM|NZS"
    r"|NZV|OLGZ|RdA|RzW|SGb|Slg|SozR|StV|StraFo|UR|USK|VRS|VersR|WM|WRP|WuM|ZBR|ZIP|ZInsO|ZTR|ZUM"
    r"|ZfBR|ZfS|ZflR|wistra)"
)
_MARGIN = r"(?:Rn|RdNr|Rdn|Rdnr|Rz|RZ|Tz)(?:n|rn)?\b"
_CITED = (
    rf"(?=(?:\su\.?\s?a\.?)?(?:\s?(?:[-–,;/(]|und)\s?(?:{_GERMAN_FILE})?){{0,8}}+\s?"
    rf"(?:(?:[a-z]{{2,12}}\s){{0,2}}{_REPORTS}\b(?:-\s?RR)?\s?(?:/\s?NV|[\d<§.,(]|Nr\b|B?II?\b)"
    rf"|BFH\s?/\s?NV|Höchstrichterliche\s|Neue\sZeitschrift\s|(?:juris|Juris|JURIS|nv|n\.v)\b"
    rf"|{_MARGIN}|ECLI|\[\s?ECLI|mwN\b|m\.\s?w\.\s?N|aaO\b|a\.\s?a\.\s?O"
    r"|(?:zu|unter)\s(?:[A-Z]{1,4}|\d)\b))"
)
"""What stands behind the number of a published decision that is cited: a law report, a margin
number, the part of the reasons. Such a decision was made anonymous, and leads to nobody."""

_LISTED = (
    r"(?<=[\d>]\s?[-–]\s)\S{1,5}\s(?:StR|Bv[A-Z]|A?ZR|A?ZB|ABR)\s\d{1,5}/\d\d"
    r"\s?(?:[-–]\s?)?(?:[;)]|und\svom)"
)
"""The number of a decision of a federal court within a list of them, behind its date."""

_SHEETS = r"plans?|feuilles?|sheets?|flur"
_MARK = r"(?:n[o°º]s?|nos?\.?)"
_LAND = (
    r"parcel|plot|plantation|land\b|terrain|citerne|tank\b|house\b|maison|résidence|superficie|surface"
    r"|verger|orchard|jardin|garden|grove|oliveraie|citronn"
)
_PLAN_REST = r"(?:\d{1,2}[EWNS]?|[EWNS])(?:\s?\.\s?[EWNS\d])?"

_LONG = r"(?=(?:[A-Z./-]{0,4}\d){3}|\d{1,2}\s?[/-]\s?\d)"
"""Three digits or two parts: a shorter number counts, and tells one case from no other."""


def _labelled(kinds: str, code: str) -> str:
    """Case no. 1996/302; plots nos. 60/1/2, 63/1 and 63/3; dossier n° 12/345."""
    return (
        rf"\b{kinds}\s{{0,2}}[(:]?\s{{0,2}}(?:{_NUMBER}\b\.?|#|n[°º])\s{{0,2}}[:.]?\s{{0,2}}\K{code}"
        rf"(?:\s?(?:,|and|et|und|&)\s?(?=\d){_CODE}){{0,40}}+"
    )


CASES = (
    Rule(
        entity="CASE_NUMBER",
        patterns=((_labelled(_KINDS, _LONG + _CODE), 0.6), (_labelled(_PLOTS, _CODE), 0.6)),
        least_digits=1,
        guard=rf"\d(?<=(?i:{_NUMBER}|#|n[°º])\s{{0,2}}[:.]?\s{{0,2}}(?:[A-Z]{{1,4}}[-./]?)?\d)",
    ),
    Rule(
        entity="CASE_NUMBER",
        patterns=(
            # 73652/01, of the European Court of Human Rights; 60/1/2, of a land registry
            (r"(?<![\d/.,-])\d{2,6}\s?/\s?\d\d(?![\d/]|[.,]\d)", 0.25),
            (r"(?<![\d/.-])\d{1,4}(?:\s?/\s?\d{1,4}){1,3}(?:[A-Z]\b)?(?![\d/])", 0.1),
        ),
        context=(
            "application",
            "applications",
            "requête",
            "requêtes",
            "affaire",
            "case no",
            "case nos",
            "aktenzeichen",
            "beschwerde nr",
            "nos.",
            "no.",
            "n°",
            "no",
            "plot",
            "plots",
            "parcel",
            "parcelle",
            "parcelles",
            "cadastr",
            "docket",
            "file no",
            "사건번호",
        ),
        least_digits=2,
        guard=r"(?<!\d)\d++\s?/\s?\d",
    ),
    # Its rest, where the text before was cut within it
    Rule(
        entity="CASE_NUMBER",
        patterns=(
            (
                rf"\A(?:{_PLAN_REST}(?:\s?(?:[.,]|and|et|und)\s?{_PLAN_REST}){{0,3}}(?:\s?\(\s?{_MARK}"
                rf"\s?\d+\s?\))?)(?=[\s,;)]{{1,4}}(?:[\p{{L}}\d'’-]+[\s,:]{{1,3}}){{0,6}}?(?i:{_LAND}))",
                0.5,
            ),
        ),
        least_digits=1,
        guard=r"\A[\dEWNS]",
        ignores_case=False,
    ),
    # The sheet and plan of a land registry: 11/15W.2, E.1
    Rule(
        entity="CASE_NUMBER",
        patterns=(
            (
                rf"(?i:{_SHEETS})\s(?:(?i:n[o°º]s?|nos\.?)\s)?"
                r"(?:\d{1,3}\s?[/.]\s?\d{1,3}\s?[EWNS]?"
                r"(?:\s?[.,]?\s?(?:\d[EWNS]?\b|[EWNS]\d?\b)){0,4}"
                r"(?:\s\(\s?(?:no\.|n°|no)\s\d+\s?\))?"
                r"(?:\s(?:and|et|und)\s(?:[EWNS]\s?\.\s?\d\b)?)?){1,3}",
                0.5,
            ),
            # The text ends within a number: plan 11.
            (rf"(?i:{_SHEETS})\s\d{{1,3}}(?=\s?[./]\s?\Z)", 0.5),
        ),
        least_digits=2,
        guard=rf"(?i:{_SHEETS})\s(?:n\S{{1,3}}\s)?\d",
        ignores_case=False,
    ),
    Rule(
        entity="CASE_NUMBER",
        patterns=(
            # [2019] EWCA Civ 12, [2020] SGHC 45
            (
                r"[\[(](?:19|20)\d\d[\])]\s(?:\d\s)?[A-Z][A-Za-z]{1,7}"
                r"(?:\s?\(?[A-Z][a-z]+\)?)?\s\d{1,5}(?:\s\([A-Z][a-z]+\))?",
                0.6,
            ),
            (
                r"(?<!\d)(?:19|20)\d\d\s(?:SCC|CSC|FCA?|CAF|CF|TCC|CCI|(?:ON|BC|AB|QC|MB|SK"
                r"|NS|NB|PE|NL|YK|NWT|NU)(?:CA|SC|QB|KB|CS|CQ|PC|CJ|TC|LRB))\s\d{1,5}\b",
                0.6,
            ),
            # Claim numbers of English courts: HQ18X01234, CO/1234/2019, KB-2023-001234
            (
                r"\b(?:CO|CA|A\d|HC|B\d|C\d)/\d{3,5}/(?:19|20)\d\d\b|\b(?:KB|QB|CL|BL|PT"
                r"|HC)-(?:19|20)\d\d-\d{6}\b|\bHQ\d\d[A-Z]\d{5}\b",
                0.6,
            ),
            (rf"(?<![\w.])(?!{_LISTED}){_GERMAN_FILE}(?!{_CITED})", 0.6),
            (r"(?<![\w.])\d{1,4}\s(?:Js|UJs|Gs|Ds|Ls|Cs|OWi|AR|VRs)\s\d{1,6}/\d\d\b", 0.6),
            # C-123/45, T-12/19 P
            (r"(?<![\w-])[CTF]-\d{1,4}/\d\d(?:\sP\b)?(?!\d)", 0.5),
            # RG 19/01234, pourvoi 18-12.345, 2019-123 QPC
            (r"\bR\.?G\.?\s?(?:n[°º]\s?|:\s?)?\d\d/\d{4,6}\b|\b[A-Z]?\s?\d\d-\d\d\.\d{3}\b", 0.5),
            # Court files of Canada: CV-19-00612345-0000, T-1234-19, 500-17-123456-789
            (
                r"\b(?:CV|FS|FC|CR|SC)-\d\d-\d{6,8}(?:-\d{4}|-\d{2}[A-Z]{2})?\b|\b(?:T|A"
                r"|IMM)-\d{1,5}-\d\d\b|\b\d{3}-\d{2}-\d{6}-\d{3}\b",
                0.5,
            ),
            # Court files of Singapore: HC/S 123/2019, DC/DC 1234/2020
            (r"\b(?:HC|DC|MC|SC|FC|CA)/[A-Z]{1,4}\s?\d{1,6}/(?:19|20)\d\d\b", 0.6),
        ),
        least_digits=2,
        guard=r"\d/\d\d|[12]\d{3}[\])]?\s(?:\d\s)?[A-Z]|[A-Z]-\d|R\.?G|\d\d-\d\d|HQ\d",
        ignores_case=False,
    ),
    Rule(
        entity="CASE_NUMBER",
        patterns=(
            (rf"(?<!\d)(?:19|20)?\d\d\s?(?:{_COURTS_KO})\s?\d{{2,7}}(?!\d|\s?[년월일개명원])", 0.6),
            (
                r"(?:등록번호|차트번호|환자번호|병록번호|접수번호|사건번호|진료번호)\s?(?:[은는이가]"
                r"|:)?\s?\K[A-Z]{0,3}-?\d[\d-]{3,15}",
                0.6,
            ),
        ),
        least_digits=2,
        guard="[가-힣]",
        any_script=True,
    ),
    # Without a number word between: MRN 0012345, IPP : 800123456
    Rule(
        entity="CASE_NUMBER",
        patterns=(
            (
                r"\b(?:MRN|URN|IPP|NDA|(?:Az|Gz)\b\.?|Aktenzeichen|Geschäftszeichen|Fallnummer"
                r"|Patientennummer|Patienten-ID|Aufnahmenummer|hospital\snumber"
                r"|patient\snumber|record\snumber|case\snumber|file\snumber"
                r"|numéro\sde\sdossier|dossier\smédical)\s?(?:is|was|lautet|ist|est"
                r"(?:\sle)?|:|#|-)?\s{0,2}\K[A-Z]{0,4}[-\s/]?\d[\dA-Z./-]{2,18}(?<=[\dA-Z])",
                0.6,
            ),
        ),
        words=(
            "mrn",
            "urn",
            "ipp",
            "nda",
            "az",
            "gz",
            "zeichen",
            "nummer",
            "patienten-id",
            " number",
            "dossier",
        ),
        least_digits=3,
    ),
)
