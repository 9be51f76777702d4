"""South Korea: phones; the numbers of residents, foreigners, businesses, passports, drivers."""

from datacoop.scrub.recognizers.values import Country, Rule, Stock

_AREA = r"(?:2|[3-6]\d|1[016-9]|70|50\d|80)"

KR = Country(
    rules=(
        Rule(
            entity="PHONE_NUMBER",
            patterns=(
                (rf"(?<!\d)\(?0{_AREA}\)?[ .\-)]{{0,2}}\d{{3,4}}[ .\-]?\d{{4}}(?!\d)", 0.6),
                (
                    rf"(?<!\d)\+?82[ .\-]?\(?0?\)?{_AREA}[ .\-)]{{0,2}}"
                    r"\d{3,4}[ .\-]?\d{4}(?!\d)",
                    0.6,
                ),
                (r"(?<![\d\-])1[568]\d\d-\d{4}(?![\d\-])", 0.4),
            ),
            least_digits=8,
        ),
    ),
    stock=(
        Stock("KR_RRN", "KrRrnRecognizer", least_digits=13),
        Stock("KR_FRN", "KrFrnRecognizer", least_digits=13),
        Stock("KR_BRN", "KrBrnRecognizer", least_digits=10),
        Stock("KR_DRIVER_LICENSE", "KrDriverLicenseRecognizer", least_digits=12),
        Stock("KR_PASSPORT", "KrPassportRecognizer", least_digits=7, has_letters=True, floor=0.4),
    ),
)
