from hypothesis import given
from hypothesis import strategies as st

from datacoop.scrub.spans import Finding, merge_overlaps, outside, placeholder_pattern

findings = st.lists(
    st.builds(
        lambda start, size, entity, score: Finding(start, start + size, entity, score),
        st.integers(0, 40),
        st.integers(1, 9),
        st.sampled_from(["EMAIL_ADDRESS", "PERSON", "PHONE_NUMBER"]),
        st.sampled_from([0.4, 0.85, 1.0]),
    )
)


texts = st.text("ab1 ,@", min_size=50, max_size=50)


def characters(found: list[Finding]) -> set[int]:
    return {at for one in found for at in range(one.start, one.end)}


def letters(text: str, found: list[Finding]) -> set[int]:
    return {at for at in characters(found) if text[at].isalnum()}


def test_the_surest_finding_keeps_its_place_and_neighbours_stay_apart() -> None:
    text = "Bo Li, 3 Elm Row, tel 020 79460001 or Al"
    found = [
        Finding(0, 34, "STREET_ADDRESS", 0.5),
        Finding(0, 5, "PERSON", 0.9),
        Finding(22, 34, "PHONE_NUMBER", 0.6),
        Finding(38, 40, "PERSON", 0.4),
    ]
    merged = merge_overlaps(text, found)
    assert [(text[one.start : one.end], one.entity) for one in merged] == [
        ("Bo Li", "PERSON"),
        ("3 Elm Row, tel", "STREET_ADDRESS"),
        ("020 79460001", "PHONE_NUMBER"),
        ("Al", "PERSON"),
    ]


def test_of_two_as_sure_the_longer_keeps_the_overlap() -> None:
    found = [Finding(0, 11, "FR_SIREN", 1.0), Finding(0, 17, "FR_SIRET", 1.0)]
    assert merge_overlaps("732 829 320 00074", found) == [Finding(0, 17, "FR_SIRET", 1.0)]


def test_a_word_is_never_parted() -> None:
    found = [Finding(0, 4, "PERSON", 0.9), Finding(2, 9, "PHONE_NUMBER", 0.5)]
    assert merge_overlaps("Anna12 345", found) == [
        Finding(0, 6, "PERSON", 0.9),
        Finding(7, 9, "PHONE_NUMBER", 0.5),
    ]


@given(texts, findings)
def test_no_letter_and_no_digit_of_a_finding_is_left(text: str, found: list[Finding]) -> None:
    merged = merge_overlaps(text, found)
    assert letters(text, merged) == letters(text, found)
    assert characters(merged) <= characters(found)
    assert sum(one.end - one.start for one in merged) == len(characters(merged))
    assert merged == sorted(merged)


@given(texts, findings)
def test_parting_twice_is_parting_once(text: str, found: list[Finding]) -> None:
    merged = merge_overlaps(text, found)
    assert merge_overlaps(text, merged) == merged


@given(texts, findings, st.randoms(use_true_random=False))
def test_the_order_of_findings_changes_nothing(
    text: str, found: list[Finding], random: st.DrawFn
) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis gives a Random
    assert merge_overlaps(text, shuffled) == merge_overlaps(text, found)


@given(findings, st.integers(0, 40), st.integers(1, 9))
def test_what_lies_outside_a_range_is_all_kept(found: list[Finding], low: int, size: int) -> None:
    kept = outside(found, [(low, low + size)])
    assert characters(kept) == characters(found) - set(range(low, low + size))


def test_a_placeholder_can_hold_no_number() -> None:
    pattern = placeholder_pattern(["PERSON", "PHONE_NUMBER"])
    assert pattern.fullmatch("<PHONE_NUMBER>")
    assert pattern.fullmatch("<PERSON_abcdefghijkl>")
    assert not pattern.fullmatch("<PHONE_NUMBER_912345678901>")
    assert not pattern.fullmatch("<ANNA_SMITH>")
