"""What names people and devices on networks: spelled-out e-mail, handles, places, devices."""

from datacoop.scrub.recognizers.values import Rule, Stock

_AT = (
    r"(?:\s{0,2}[\[({<]\s?(?:at|@|ät|arobase|골뱅이)\s?[\])}>]\s{0,2}|\s(?:at|ät|arobase"
    r"|klammeraffe|@)\s|\s?골뱅이\s?)"
)
_AT_SURE = (
    r"(?:\s{0,2}[\[({<]\s?(?:at|@|ät|arobase|골뱅이)\s?[\])}>]\s{0,2}|\s?골뱅이\s?|\s(?:arobase"
    r"|klammeraffe)\s)"
)
_DOT = (
    r"(?:\s{0,2}[\[({<]\s?(?:dot|punkt|point|\.|점|닷)\s?[\])}>]\s{0,2}|\s(?:dot|punkt|point)\s"
    r"|\s?[점닷]\s?)"
)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,40}[A-Za-z0-9])?"
_LOCAL = rf"[A-Za-z0-9][\w.+-]{{0,40}}(?:{_DOT}[\w+-]{{1,40}}){{0,3}}"

_TOP = (
    r"(?:com|org|net|edu|gov|info|io|co|me|biz|app|dev|uk|fr|de|kr|ca|sg|eu|ch|at|us|example|test)"
)

SPELLED_EMAIL = Rule(
    entity="EMAIL_ADDRESS",
    patterns=(
        (
            rf"(?<![\w.+-]){_LOCAL}{_AT}{_LABEL}(?:(?:{_DOT}"
            rf"|\.){_LABEL}){{0,3}}{_DOT}{_TOP}(?![A-Za-z])",
            0.8,
        ),
        (
            rf"(?<![\w.+-]){_LOCAL}{_AT_SURE}{_LABEL}(?:(?:{_DOT}"
            rf"|\.){_LABEL}){{0,3}}\.[A-Za-z]{{2,12}}",
            0.8,
        ),
        # name @ example . org
        (
            rf"(?<![\w.+-])[A-Za-z0-9][\w.+-]{{0,40}}\s?@\s?{_LABEL}"
            rf"(?:\s?\.\s?{_LABEL}){{0,3}}\s?\.\s?[A-Za-z]{{2,12}}(?![A-Za-z])",
            0.8,
        ),
    ),
    words=(
        "@",
        "at]",
        "at)",
        "at}",
        "at>",
        "at ]",
        "at )",
        "골뱅이",
        "arobase",
        "klammeraffe",
        "ät]",
        "ät)",
        " dot ",
        "[dot",
        "(dot",
        " punkt ",
        " point ",
    ),
    guard=(
        r"(?i)\s?@\s|\s@|[\[({<]\s?(?:at|@|ät|arobase|골뱅이)\s?[\])}>]|골뱅이|\sarobase\s"
        r"|klammeraffe|\s(?:at|ät)\s[a-z0-9-]{1,40}(?:\.[a-z0-9-]{1,40}){0,3}+\s?[\[({<]?\s?"
        r"(?:dot|punkt|point)"
    ),
    any_script=True,
)

_NETWORKS = (
    r"(?:facebook\.com|fb\.com|instagram\.com|twitter\.com|x\.com|threads\.net"
    r"|tiktok\.com/@?|t\.me|"
    r"github\.com|gitlab\.com|linkedin\.com/in|xing\.com/profile|youtube\.com/@|medium\.com/@|"
    r"reddit\.com/u(?:ser)?|snapchat\.com/add|pinterest\.\w{2,3}|vk\.com|blog\.naver\.com|"
    r"cafe\.naver\.com|brunch\.co\.kr/@|[\w-]+\.tistory\.com|story\.kakao\.com|open\.kakao\.com/me|"
    r"wa\.me|steamcommunity\.com/id|soundcloud\.com|flickr\.com/people|mastodon\.\w+/@)"
)

HANDLES = (
    Rule(
        entity="SOCIAL_HANDLE",
        patterns=(
            (rf"\b(?:https?://)?(?:www\.|m\.)?{_NETWORKS}/?[\w.@+-]{{2,60}}", 0.8),
            # A user's name and password in a URL, and pages that bear a user's name
            (r"\b[a-z][a-z0-9+.-]{1,12}://[^\s/@<>\"']{1,64}@[^\s<>\"']{1,200}", 0.8),
            (
                r"\bhttps?://[^\s<>\"'~]{3,120}?/(?:~|@|u/|users?/|profiles?/|members?/"
                r"|people/|author/)[^\s<>\"',;)]{1,64}",
                0.7,
            ),
        ),
        words=("://", ".com/", ".me/", ".net/", ".kr/"),
        any_script=True,
    ),
    Rule(
        entity="SOCIAL_HANDLE",
        patterns=(
            (r"(?<![\w@.+-])@[A-Za-z_][A-Za-z0-9_.]{1,29}(?<![.])(?![\w@])(?!\.[A-Za-z])", 0.1),
            (r"(?<![\w@.+-])@[A-Za-z_][A-Za-z0-9_.]{1,29}(?<![.])(?=[가-힣])", 0.1),
            (r"(?<![\w@])@[a-z_][\w.]{1,29}@[\w-]{1,60}(?:\.[\w-]{2,24}){1,3}", 0.6),
        ),
        context=(
            "twitter",
            "tweet",
            "instagram",
            "insta",
            "facebook",
            "tiktok",
            "telegram",
            "discord",
            "mastodon",
            "bluesky",
            "threads",
            "snapchat",
            "youtube",
            "handle",
            "username",
            "user name",
            "account",
            "follow",
            "dm",
            "profile",
            "messenger",
            "kakao",
            "트위터",
            "인스타",
            "텔레그램",
            "카카오",
            "아이디",
            "계정",
            "팔로우",
            "유튜브",
            "compte",
            "pseudo",
            "identifiant",
            "abonn",
            "suivez",
            "benutzername",
            "konto",
            "profil",
            "folgen",
            "kanal",
            "nutzername",
        ),
        words=("@",),
        any_script=True,
    ),
)

COORDINATES = Rule(
    entity="COORDINATES",
    patterns=(
        (
            r"(?<![\d.])[+-]?(?:[0-8]?\d|90)\.\d{4,15}\s?°?\s?[NS]?\s?[,;/ ]\s?[+-]?"
            r"(?:1[0-7]\d|\d{1,2})\.\d{4,15}(?:\s?°?\s?[EWO]\b)?",
            0.7,
        ),
        (
            r"(?<![\d.])(?:[0-8]?\d|90)(?:\.\d{1,10})?\s?°\s?(?:\d{1,2}"
            r"(?:\.\d{1,6})?\s?['’′]\s?(?:\d{1,2}(?:\.\d{1,6})?\s?(?:[\"”″]|''"
            r"|’’)\s?)?)?[NS]\s?[,;]?\s?(?:1[0-7]\d|\d{1,2})(?:\.\d{1,10})?\s?°\s?"
            r"(?:\d{1,2}(?:\.\d{1,6})?\s?['’′]\s?(?:\d{1,2}(?:\.\d{1,6})?\s?(?:[\"”″]|''"
            r"|’’)\s?)?)?[EWO]",
            0.8,
        ),
        (
            r"[NS]\s?(?:[0-8]?\d|90)°\s?\d{1,2}(?:\.\d{1,6})?['’′]?\s?[,;]?\s?[EWO]\s?"
            r"(?:1[0-7]\d|\d{1,2})°\s?\d{1,2}(?:\.\d{1,6})?['’′]?",
            0.8,
        ),
        (
            r"(?:위도|latitude|lat\.?|Breite)\s?[:=]?\s?[+-]?\d{1,2}\.\d{3,15}\s?[,;/]?\s?"
            r"(?:경도|longitude|long?\.?|Länge)\s?[:=]?\s?[+-]?\d{1,3}\.\d{3,15}",
            0.8,
        ),
    ),
    least_digits=4,
    margin=48,
    any_script=True,
)

DEVICES = (
    Rule(
        entity="DEVICE_ID",
        patterns=(
            (r"(?<!\d)\d{2}[ -]?\d{6}[ -]?\d{6}[ -]?\d(?!\d)", 0.1),
            (r"(?<!\d)\d{6}[ -]\d{2}[ -]\d{6}[ -]\d(?!\d)", 0.1),
        ),
        check="luhn",
        context=(
            "imei",
            "device",
            "handset",
            "mobile",
            "phone",
            "serial",
            "단말",
            "기기",
            "휴대",
            "일련번호",
            "appareil",
            "téléphone",
            "gerät",
            "handy",
            "telefon",
            "seriennummer",
        ),
        least_digits=15,
    ),
    Rule(
        entity="DEVICE_ID",
        patterns=(
            (
                r"(?<![A-Za-z0-9-])[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]"
                r"{4}-[0-9A-Fa-f]{12}(?![0-9A-Za-z-])",
                0.1,
            ),
        ),
        context=(
            "uuid",
            "guid",
            "udid",
            "idfa",
            "idfv",
            "gaid",
            "aaid",
            "advertising",
            "device",
            "session",
            "user id",
            "user",
            "단말",
            "기기",
            "식별자",
            "광고",
            "appareil",
            "identifiant",
            "publicitaire",
            "session",
            "gerät",
            "kennung",
            "werbe",
            "sitzung",
        ),
        least_digits=1,
        margin=40,
        guard=r"[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}",
    ),
)

WALLETS = (
    Rule(
        entity="CRYPTO",
        patterns=(
            (r"(?<![A-Za-z0-9])0x[0-9a-fA-F]{40}(?![0-9A-Za-z])", 0.7),
            # Bitcoin cash, Litecoin, Ripple, Cardano, Monero
            (
                r"(?<![A-Za-z0-9])(?:ltc1[02-9ac-hj-np-z]{38,59}"
                r"|bitcoincash:[02-9ac-hj-np-z]{42}|addr1[02-9ac-hj-np-z]{50,100}"
                r"|4[0-9AB][1-9A-HJ-NP-Za-km-z]{93})(?![0-9A-Za-z])",
                0.7,
            ),
        ),
        least_digits=1,
        has_letters=True,
        margin=110,
        guard=r"[A-Za-z0-9]{25}",
    ),
)

WEAK_PHONE = Rule(
    entity="PHONE_NUMBER",
    patterns=(
        (
            r"(?<![\w.,/$£€-])\+?\(?\d{1,15}+\)?(?:(?:[ .\-/]| - )\(?\d{1,7}+\)?"
            r"|\(\d{1,7}+\)?|(?<=\))\d{1,7}+){0,6}+(?:\s?(?:x|ext\.?|poste"
            r"|Durchwahl)\s?\d{1,6}+)?(?![\w]|[.,/-]\d)",
            0.1,
        ),
    ),
    check="short_phone",
    context=(
        "phone",
        "tel",
        "tél",
        "call",
        "calls",
        "called",
        "calling",
        "fax",
        "mobile",
        "cell",
        "cellphone",
        "sms",
        "text me",
        "text him",
        "text her",
        "answering",
        "reach",
        "contact",
        "dial",
        "ring",
        "whatsapp",
        "ext.",
        "office",
        "extension",
        "전화",
        "연락처",
        "휴대",
        "핸드폰",
        "팩스",
        "번호로",
        "문자",
        "appel",
        "portable",
        "joindre",
        "joignable",
        "telefon",
        "handy",
        "rufnummer",
        "anruf",
        "durchwahl",
        "mobil",
        "rückruf",
        "erreich",
    ),
    least_digits=6,
)

STOCK = (
    Stock(
        "IP_ADDRESS",
        "IpRecognizer",
        least_digits=1,
        margin=48,
        guard=r"\d\.\d{1,3}\.\d|:[0-9A-Fa-f]{0,4}:",
    ),
    Stock(
        "MAC_ADDRESS",
        "MacAddressRecognizer",
        least_digits=1,
        guard=r"[0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-]|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}",
    ),
    Stock(
        "CRYPTO",
        "CryptoRecognizer",
        least_digits=1,
        has_letters=True,
        margin=64,
        guard=r"[A-Za-z0-9]{25}",
    ),
    Stock("URL", "UrlRecognizer", guard=r"\w\.\w\w|://", any_script=True),
)
