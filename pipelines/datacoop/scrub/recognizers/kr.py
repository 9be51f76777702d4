"""South Korea: phones, plates, bank accounts; numbers of residents, firms, passports, drivers."""

from datacoop.scrub.recognizers.values import Country, Rule, Stock

_AREA = r"(?:2|[3-6]\d|1[016-9]|70|50\d|80)"
_BIRTH = r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_BANKS = (
    "은행",
    "계좌",
    "입금",
    "송금",
    "이체",
    "예금주",
    "농협",
    "수협",
    "신협",
    "새마을금고",
    "우체국",
    "카카오뱅크",
    "카뱅",
    "토스뱅크",
    "토스",
    "케이뱅크",
    "국민",
    "신한",
    "우리",
    "하나",
    "기업은행",
    "산업은행",
    "bank",
    "account",
    "konto",
    "compte",
)
_PLATE_LETTERS = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주아바사자하허호배"
_PLATE_REGIONS = (
    "서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주"
)
_REGION_ENDS = "".join(sorted({region[-1] for region in _PLATE_REGIONS.split("|")}))

KR = Country(
    rules=(
        Rule(
            entity="PHONE_NUMBER",
            patterns=(
                (rf"(?<!\d)\(?0{_AREA}\)?[ .\-)/]{{0,3}}\d{{3,4}}[ .\-]{{0,2}}\d{{4}}(?!\d)", 0.6),
                (
                    rf"(?<!\d)\(?(?:\+|00)?82\)?[ .\-]{{0,2}}\(?0?\)?{_AREA}[ .\-)]{{0,2}}"
                    r"\d{3,4}[ .\-]?\d{4}(?!\d)",
                    0.6,
                ),
                (r"(?<![\d\-])1[568]\d\d-\d{4}(?![\d\-])", 0.4),
            ),
            least_digits=8,
        ),
        # Numbers given since October 2020 have no check digit: a birthday and a hyphen are enough.
        Rule(
            entity="KR_RRN",
            patterns=(
                (rf"(?<![\d-]){_BIRTH}\s?-\s?[1-490]\d{{6}}(?![\d-])", 0.6),
                (rf"(?<!\d){_BIRTH}[ .]?[1-490]\d{{6}}(?!\d)", 0.1),
                (rf"(?<!\d){_BIRTH}\s?-\s?[1-490](?:\d{{0,5}}[*xX●○•]{{1,6}})", 0.6),
            ),
            context=(
                "주민",
                "등록번호",
                "rrn",
                "resident registration",
                "resident number",
                "생년월일",
            ),
            least_digits=7,
        ),
        Rule(
            entity="KR_FRN",
            patterns=(
                (rf"(?<![\d-]){_BIRTH}\s?-\s?[5-8]\d{{6}}(?![\d-])", 0.6),
                (rf"(?<!\d){_BIRTH}[ .]?[5-8]\d{{6}}(?!\d)", 0.1),
            ),
            context=("외국인", "등록번호", "frn", "foreigner registration", "alien registration"),
            least_digits=13,
        ),
        Rule(
            entity="KR_BRN",
            patterns=(
                (r"(?<![\d-])\d{3}[ -]\d{2}[ -]\d{5}(?![\d-])", 0.6),
                (r"(?<!\d)\d{10}(?!\d)", 0.2),
            ),
            check="kr_brn",
            context=(
                "사업자",
                "brn",
                "business registration",
                "business number",
                "tax registration",
            ),
            least_digits=10,
        ),
        Rule(
            entity="KR_PASSPORT",
            patterns=((r"(?<![A-Z0-9])[MSROD](?:\d{8}|\d{3}[A-Z]\d{4})(?![A-Z0-9])", 0.4),),
            least_digits=7,
            has_letters=True,
        ),
        Rule(
            entity="KR_DRIVER_LICENSE",
            patterns=(
                (r"(?<![\d-])(?:1[1-9]|2[0-68])-\d\d-\d{6}-\d\d(?![\d-])", 0.6),
                (r"(?<!\d)(?:1[1-9]|2[0-68])[ -]?\d\d[ -]?\d{6}[ -]?\d\d(?!\d)", 0.4),
            ),
            least_digits=12,
        ),
        Rule(
            entity="KR_DRIVER_LICENSE",
            patterns=((rf"(?:{_PLATE_REGIONS})\s?\d\d-\d{{6}}-\d\d(?!\d)", 0.6),),
            least_digits=10,
            any_script=True,
        ),
        Rule(
            entity="KR_CAR_PLATE",
            patterns=(
                (
                    rf"(?:(?:{_PLATE_REGIONS})\s?)?(?<!\d)\d{{2,3}}\s?[{_PLATE_LETTERS}]\s?"
                    rf"\d{{4}}(?!\d|\s?[년월원명])",
                    0.6,
                ),
                (
                    rf"(?:{_PLATE_REGIONS})\s?\d?\s?[{_PLATE_LETTERS}]\s?\d{{4}}(?!\d|\s?[년월원명])",
                    0.5,
                ),
            ),
            words=tuple(_PLATE_LETTERS),
            least_digits=1,
            guard=(
                rf"\d\s?[{_PLATE_LETTERS}]\s?\d{{4}}|[{_REGION_ENDS}]\s?[{_PLATE_LETTERS}]\s?\d"
                rf"{{4}}"
            ),
            any_script=True,
        ),
        Rule(
            entity="KR_BANK_ACCOUNT",
            patterns=(
                (r"(?<![\d-])\d{2,6}-\d{2,6}-\d{2,7}(?:-\d{1,5})?(?![\d-])", 0.1),
                (r"(?<!\d)\d{10,14}(?!\d)", 0.05),
                (r"(?<!\d)\d{3,6} \d{2,6} \d{3,6}(?: \d{1,5})?(?!\d)", 0.05),
            ),
            check="kr_account",
            context=_BANKS,
            least_digits=10,
        ),
        Rule(
            entity="KR_HEALTH_INSURANCE",
            patterns=((r"(?<![\d-])[1-9](?:-?\d{10})(?![\d-])", 0.1),),
            context=(
                "건강보험",
                "보험증",
                "증번호",
                "의료보험",
                "요양기관",
                "health insurance",
                "nhis",
            ),
            least_digits=11,
        ),
    ),
    stock=(
        Stock("KR_RRN", "KrRrnRecognizer", least_digits=13),
        Stock("KR_FRN", "KrFrnRecognizer", least_digits=13),
    ),
)
