"""The tables of docs/scaling.md are the ones that their script makes."""

import sys

import pytest


@pytest.mark.slow
def test_the_page_has_the_tables_of_its_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend("benchmarks")
    import report_capacity

    text = report_capacity.PAGE.read_text(encoding="utf-8")
    assert report_capacity.page(text) == text
    for name in ("report_capacity", "report_scrub"):
        sys.modules.pop(name, None)
