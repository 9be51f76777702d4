from datacoop.pool.leaks import AuditLook
from datacoop.publish.leak_bounds import unmet_bounds

FRAME = "f" * 64


def look(**changes: object) -> AuditLook:
    made = {
        "frame": FRAME, "number": 1, "rows": 1_000, "sample": 300, "leaks": 0, "most": 10,
        "outcome": "met", "entry": 9,
    }  # fmt: skip
    return AuditLook(**(made | changes))  # type: ignore[arg-type]


def unmet(limit: int | None, *looks: AuditLook, rows: int = 1_000) -> list[str]:
    return unmet_bounds(limit, FRAME, {"de": rows}, {"de": looks})


def test_without_a_bound_nothing_is_asked() -> None:
    assert unmet(None) == []


def test_a_bound_is_met_exactly() -> None:
    assert unmet(10, look(most=10)) == []
    assert unmet(10, look(most=11, leaks=1, outcome="more")) == [
        "de: up to 11 of 1000 rows may leak, 10 are allowed (seen: 1 of 300; the audit says more)"
    ]


def test_a_language_without_an_audit_and_an_audit_of_other_rows_count_for_nothing() -> None:
    told = ["de: no leak audit of these 1000 rows is finished"]
    assert unmet(10) == told
    assert unmet(10, look(frame="e" * 64)) == told


def test_of_several_looks_the_last_one_counts() -> None:
    assert unmet(10, look(most=30, outcome="more"), look(number=2, sample=600)) == []
    assert len(unmet(10, look(), look(number=2, sample=600, most=30, outcome="more"))) == 1
