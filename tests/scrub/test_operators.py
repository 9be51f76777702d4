import pytest
from scrubbing import MEMBER, make_policy

from datacoop.scrub.operators import apply, is_kept, mask
from datacoop.scrub.spans import Finding

TEXT = "Anna came in March 1999."
NAME = Finding(0, 4, "PERSON", 0.9)


@pytest.mark.parametrize(
    ("operator", "text"),
    [
        ("replace", "<PERSON> came in March 1999."),
        ("keep", "Anna came in March 1999."),
        ("generalise", "<PERSON> came in March 1999."),
    ],
)
def test_each_operator_edits_in_its_way(operator: str, text: str) -> None:
    assert apply(TEXT, [NAME], "en", make_policy(operator=operator), MEMBER) == text


def test_a_pseudonym_stands_behind_its_entity() -> None:
    expected = f"<PERSON_{MEMBER.pseudonym('PERSON', 'Anna')}> came in March 1999."
    assert apply(TEXT, [NAME], "en", make_policy(operator="pseudonym"), MEMBER) == expected


@pytest.mark.parametrize(
    ("value", "year"),
    [("March 1999", "1999"), ("1999-03-04", "1999"), ("1999년 3월", "1999"), ("1999", "1999")],
)
def test_a_date_is_generalised_to_its_year(value: str, year: str) -> None:
    policy = make_policy(operators={"DATE_TIME": "generalise"})
    assert apply(value, [Finding(0, len(value), "DATE_TIME", 1.0)], "en", policy, MEMBER) == year


@pytest.mark.parametrize("value", ["1999-2003", "last week", "12.04.99"])
def test_a_date_of_no_single_year_is_replaced(value: str) -> None:
    policy = make_policy(operators={"DATE_TIME": "generalise"})
    found = [Finding(0, len(value), "DATE_TIME", 1.0)]
    assert apply(value, found, "en", policy, MEMBER) == "<DATE_TIME>"


def test_masking_tells_the_entity_alone() -> None:
    assert mask("a Anna b Bo", [Finding(2, 6, "PERSON", 1.0), Finding(9, 11, "PERSON", 1.0)]) == (
        "a <PERSON> b <PERSON>"
    )


def test_only_what_the_policy_keeps_is_kept() -> None:
    policy = make_policy(operators={"PERSON": "keep"})
    assert is_kept("PERSON", policy)
    assert not is_kept("CREDIT_CARD", policy)
    assert not is_kept("UNHEARD_OF", policy)
