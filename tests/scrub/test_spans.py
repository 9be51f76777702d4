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


def characters(found: list[Finding]) -> set[int]:
    return {at for one in found for at in range(one.start, one.end)}


def test_the_surest_finding_names_an_overlap_and_neighbours_stay_apart() -> None:
    found = [
        Finding(0, 9, "PHONE_NUMBER", 0.4),
        Finding(2, 8, "IP_ADDRESS", 0.6),
        Finding(9, 12, "PERSON", 0.85),
    ]
    assert merge_overlaps(found) == [
        Finding(0, 9, "IP_ADDRESS", 0.6),
        Finding(9, 12, "PERSON", 0.85),
    ]


def test_of_two_as_sure_the_longer_names_the_overlap() -> None:
    found = [Finding(0, 11, "FR_SIREN", 1.0), Finding(0, 17, "FR_SIRET", 1.0)]
    assert merge_overlaps(found) == [Finding(0, 17, "FR_SIRET", 1.0)]


@given(findings)
def test_merging_covers_the_same_characters_once(found: list[Finding]) -> None:
    merged = merge_overlaps(found)
    assert characters(merged) == characters(found)
    assert sum(one.end - one.start for one in merged) == len(characters(found))


@given(findings, st.randoms(use_true_random=False))
def test_the_order_of_findings_changes_nothing(found: list[Finding], random: st.DrawFn) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis gives a Random
    assert merge_overlaps(shuffled) == merge_overlaps(found)


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
