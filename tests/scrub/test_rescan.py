import pytest

from datacoop.records.policies import EntityPolicy
from datacoop.scrub.pseudonyms import Pseudonymizer
from datacoop.scrub.rescan import is_ours
from datacoop.scrub.surrogates import could_be_surrogate, surrogate

KEYS = [Pseudonymizer(key=bytes([number]) * 32) for number in range(8)]
VALUES = {
    "PERSON": [
        "Deborah Whitcombe",
        "Dr. Whitcombe",
        "d'Anne Okafor",
        "whitcombe",
        "김서연",
        "서연",
    ],
    "EMAIL_ADDRESS": ["d.whitcombe@example.net"],
    "PHONE_NUMBER": ["020 7946 0958", "+44 20 7946 0958"],
    "STREET_ADDRESS": ["17 Larch Avenue", "Larch Avenue"],
}


@pytest.mark.parametrize("language", ["en", "de", "fr", "ko"])
@pytest.mark.parametrize(
    ("entity", "value"), [(entity, one) for entity, many in VALUES.items() for one in many]
)
def test_every_surrogate_is_known_for_one(entity: str, value: str, language: str) -> None:
    for key in KEYS:
        made = surrogate(entity, value, language, key)
        assert made is None or could_be_surrogate(entity, made, language)


@pytest.mark.parametrize(
    ("entity", "value"), [(entity, one) for entity, many in VALUES.items() for one in many]
)
def test_what_is_not_of_our_lists_is_no_surrogate(entity: str, value: str) -> None:
    assert not could_be_surrogate(entity, value, "ko" if value[0] in "김서" else "en") or (
        value == "서연"
    )


def test_a_name_beside_a_surrogate_is_not_covered_by_it() -> None:
    made = surrogate("PERSON", "Deborah Whitcombe", "en", KEYS[0])
    assert could_be_surrogate("PERSON", f"Mr {made}", "en")
    assert not could_be_surrogate("PERSON", f"{made} Whitcombe", "en")


def test_only_what_an_operator_writes_is_ours() -> None:
    year = EntityPolicy(operator="generalise", to="year")
    assert is_ours("DATE_TIME", "2024", "en", year)
    assert not is_ours("DATE_TIME", "3 May 2024", "en", year)
    assert not is_ours("EMAIL_ADDRESS", "a@example.org", "en", EntityPolicy(operator="replace"))
    assert not is_ours("EMAIL_ADDRESS", "a@example.org", "en", None)
