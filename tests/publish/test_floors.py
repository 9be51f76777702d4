import pytest

from datacoop.pool.state import ScrubEvaluation
from datacoop.publish.floors import unmet_floors

MEASURED = ScrubEvaluation(
    contract="c" * 64, code_version="1", recall={"PERSON": (95, 100), "CODE": (2, 3)}
)


def unmet(floors: dict[str, int], found: ScrubEvaluation | None = MEASURED) -> list[str]:
    return unmet_floors(floors, found, contract="c" * 64, code_version="1")


def test_without_floors_nothing_is_asked() -> None:
    assert unmet({}, None) == []


@pytest.mark.parametrize(("floor", "holds"), [(94, True), (95, True), (96, False)])
def test_a_floor_is_reached_exactly(floor: int, holds: bool) -> None:
    assert (unmet({"PERSON": floor}) == []) is holds


def test_each_floor_that_is_not_reached_is_named_with_its_counts() -> None:
    assert unmet({"PERSON": 99, "CODE": 66, "DATE": 90}) == [
        "DATE: the gold has none; 90 % must be found",
        "PERSON: 95 of 100 found; 99 % must be",
    ]


def test_no_evaluation_and_one_of_other_rules_count_for_nothing() -> None:
    assert unmet({"PERSON": 1}, None) == ["the log has no evaluation of the scrub"]
    for other in (
        {"contract": "d" * 64, "code_version": "1"},
        {"contract": "c" * 64, "code_version": "2"},
    ):
        assert len(unmet_floors({"PERSON": 1}, MEASURED, **other)) == 1
