"""Titles: words of courtesy and rank beside a name, in small letters and without a full stop.

Each list serves another end, so they differ; what they share stands here once.
"""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_EVERYWHERE = _words("""
    mr mrs ms miss mx dr prof professor sir dame lord lady judge justice
    herr frau mm mme mlle monsieur madame maître
""")

FRENCH_LETTERS = _words("m me")
"""Titles in French alone: in other languages a name may begin with the initial `M.`."""

UNMARKED = frozenset(
    _EVERYWHERE
    + _words("doctor hon rev fräulein herrn doktor richter richterin mmes mlles mes mademoiselle")
    + _words("docteur professeur")
)
"""Leading titles that gold may mark with a name and a scrub may leave; `FRENCH_LETTERS` beside."""

UNLEARNT = frozenset(_EVERYWHERE + FRENCH_LETTERS + _words("drs herrn mmes mes"))
"""Leading titles of gold names that models do not learn as part of the name."""

KEPT = frozenset(
    _EVERYWHERE
    + FRENCH_LETTERS
    + _words("rev hr fr dipl ing med jur maitre docteur professeur mademoiselle")
)
"""Titles inside a name that a surrogate keeps: they tell nobody."""

GERMAN_TITLES = _words("""
    herr herrn frau fräulein familie eheleute dr prof professor professorin doktor med jur phil
    dipl ing mag hr fr rechtsanwalt rechtsanwältin ra rain richter richterin vorsitzende
    vorsitzender vorsitzenden staatsanwalt staatsanwältin notar notarin
""")
"""Words that stand right before a name, in lower case."""

ENGLISH_TITLES = _words("""
    mr mrs ms miss mx dr prof professor sir lord lady dame madam mdm mister justice judge rev
    reverend fr father sister brother st saint captain capt sgt sergeant lt lieutenant col colonel
    gen general major officer detective inspector constable senator sen congressman rep gov
    governor president pm minister hon baroness count prince princess king queen pope nurse doctor
    attorney solicitor barrister counsel uncle aunt auntie aunty coach hi hello dear thanks
""")
"""Words that stand right before a name, in lower case."""

FRENCH_TITLES = _words("""
    m mm mme mmes mlle mlles me mes monsieur madame mademoiselle messieurs mesdames maître docteur
    dr dre pr professeur professeure sir lord lady veuve époux sœur frère père abbé juge président
    présidente ministre général colonel capitaine commandant lieutenant sergent
""")
"""Words that stand right before a name, in lower case."""

KOREAN_TITLES = _words("""
    씨 님 군 양 옹 모씨 환자 환자분 보호자 의사 간호사 교수 박사 선생 선생님 원장 과장 부장 차장
    대리 사원 팀장 실장 대표 회장 사장 이사 이사장 감독 선수 코치 배우 가수 작가 기자 판사 검사
    변호사 재판장 대법관 원고 피고 피고인 피해자 증인 신청인 청구인 민원인 담당자 주무관 사무관
    시장 구청장 군수 지사 의원 장관 대통령 총리 위원 위원장 대변인 남편 아내 부인 아들 딸 어머니
    아버지 형 동생 누나 언니 오빠 친구 이름 성명 성함 고객 고객님 상담원 상담사 기사 경위 경감
    경사 경장 순경 대위 소령 중령 대령 병장 상병 일병 연구원 연구원장 엔지니어 소장 국장 본부장 역
    분
""")
"""Words that stand right before or after a name."""
