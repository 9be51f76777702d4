"""Places in Korean, where the model misses many; plots of land and courts of towns in English."""

from datacoop.scrub.recognizers.groups import any_of
from datacoop.scrub.recognizers.values import Rule

_PLACES = (
    "서울 부산 대구 인천 광주 대전 울산 세종시 경기도 강원도 충청북도 충청남도 "
    "전라북도 전라남도 경상북도 경상남도 제주도 제주 충북 충남 전북 전남 경북 경남 "
    "수원 성남 용인 고양시 화성시 부천 남양주 안산 안양 평택 시흥시 파주 의정부 "
    "김포 광명시 군포 하남시 오산시 이천시 양주시 구리시 안성 포천 의왕 여주 "
    "동두천 과천 춘천 원주시 강릉 동해시 태백 속초 삼척 청주 충주 제천 천안 "
    "공주시 보령 아산시 서산 논산 계룡시 당진 전주 군산 익산 정읍 남원 김제 목포 "
    "여수 순천 나주 광양 포항 경주 김천 안동 구미시 영천 상주시 문경 경산 창원 "
    "진주시 통영 사천시 김해 밀양 거제 양산시 서귀포 독도 울릉도 평양 개성공단 "
    "판문점 휴전선 강남구 서초구 송파구 종로구 마포구 영등포구 용산구 성북구 관악구 "
    "해운대 명동 여의도 강남 홍대 이태원 한국 대한민국 북한 중국 일본 미국 영국 "
    "독일 프랑스 이탈리아 스페인 포르투갈 러시아 우크라이나 폴란드 캐나다 멕시코 "
    "브라질 아르헨티나 칠레 페루 콜롬비아 쿠바 호주 뉴질랜드 인도네시아 파키스탄 "
    "방글라데시 네팔 스리랑카 미얀마 태국 베트남 캄보디아 라오스 말레이시아 싱가포르 "
    "필리핀 몽골 카자흐스탄 우즈베키스탄 튀르키예 터키 이란 이라크 이스라엘 시리아 "
    "요르단 레바논 사우디아라비아 카타르 이집트 리비아 나이지리아 케냐 에티오피아 "
    "스웨덴 노르웨이 덴마크 핀란드 네덜란드 벨기에 스위스 오스트리아 체코 헝가리 "
    "루마니아 그리스 대만 홍콩 마카오 아일랜드 스코틀랜드 유럽 아시아 아프리카 "
    "한반도 뉴욕 워싱턴 로스앤젤레스 시카고 런던 파리 베를린 도쿄 오사카 교토 "
    "베이징 상하이 모스크바 로마 마드리드 바르셀로나 방콕 하노이 시드니 두바이"
)
_ENDINGS = (
    "시|도|군|구|역|에|의|은|는|이|가|을|를|과|와|로|으로|에서|에는|에도|에선|까지|부터|도|만|"
    "지역|시내|출신|시민|시장|시청|특별시|광역시|특별자치시|특별자치도"
)

COURTS = (
    "Administrative|Appeals?|Appellate|Arbitration|Assize|Cassation|Circuit|City|Civil"
    "|Commercial|Constitutional|County|Criminal|Crown|District|Employment|Enforcement|Family"
    "|Federal|High|Higher|Juvenile|Labour|Magistrates?(?:['’]s?)?|Martial|Military|Municipal"
    "|National|Probate|Provincial|Regional|Rights|Security|Sheriff|Social|State|Superior"
    "|Supreme|Tax|Trial|Youth"
)
"""Words before `Court` where it is one of law, and no street of houses."""

_OF_A_STATE = "The|That|This|Another|First|Second|Third|European|General|Central|International"

PLACES = (
    Rule(
        entity="LOCATION",
        patterns=(
            (
                rf"(?<!\w){any_of(_PLACES.split())}(?:(?:{_ENDINGS}){{1,2}})?(?![가-힣])",
                0.5,
            ),
        ),
        guard="[가-힣]",
        any_script=True,
    ),
    # plot no. 12/3 of block B
    Rule(
        entity="LOCATION",
        patterns=(
            (
                r"\b(?:plots?|parcels?|blocks?)\s(?:nos?\.\s)?(?:\d[\d/]{0,12}|\p{Lu}\b)"
                r"(?:\s(?:of|in)\s(?:block|plot|section)\s(?:\p{Lu}|\d{1,5})\b)?",
                0.5,
            ),
        ),
        words=("plot", "parcel", "block"),
        ignores_case=False,
    ),
    # The Lowtown District Court (Amtsgericht)
    Rule(
        entity="ORGANIZATION",
        patterns=(
            (
                rf"\b(?!(?:{_OF_A_STATE}|{COURTS})\b)\p{{Lu}}[\p{{L}}-]{{1,40}}+\s(?:(?:{COURTS})\s){{1,3}}"
                r"Courts?\b(?:\s\(\p{Lu}[^()\d]{3,40}\))?",
                0.4,
            ),
        ),
        words=(" court",),
        ignores_case=False,
    ),
)
