"""United Kingdom: phones; NHS, National Insurance, passport and licence numbers; postcodes."""

from datacoop.scrub.recognizers.values import Country, Rule, Stock

GB = Country(
    rules=(
        Rule(
            entity="PHONE_NUMBER",
            patterns=(
                (r"(?<!\d)\(?0[1-37-9](?:[ \-()]{0,2}\d){8,9}(?!\d)", 0.5),
                (r"(?<!\d)\+?44[ \-]?\(?0?\)?[ \-]?[1-37-9](?:[ \-()]{0,2}\d){8,9}(?!\d)", 0.6),
            ),
            least_digits=10,
        ),
    ),
    stock=(
        Stock("UK_NHS", "NhsRecognizer", least_digits=10),
        Stock("UK_NINO", "UkNinoRecognizer", least_digits=6),
        Stock("UK_PASSPORT", "UkPassportRecognizer", least_digits=7, has_letters=True, floor=0.4),
        Stock("UK_DRIVING_LICENCE", "UkDrivingLicenceRecognizer", least_digits=6, has_letters=True),
        Stock("UK_POSTCODE", "UkPostcodeRecognizer", least_digits=1, has_letters=True, floor=0.4),
        Stock(
            "UK_VEHICLE_REGISTRATION",
            "UkVehicleRegistrationRecognizer",
            least_digits=1,
            has_letters=True,
        ),
    ),
)
