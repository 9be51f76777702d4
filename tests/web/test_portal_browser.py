"""The portal's pages in Chromium: what axe-core finds, phones, and that nothing leaves."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright
from pooling import COLLECTION, OPERATOR, make_records, publish, published_pool, take_in
from portals import listening, make_grant, make_pass
from tests.pool.test_notices import erase
from tests.web.test_browser import ARGUMENTS
from tests.web.test_pages_browser import SIZES, faults_of
from tests.web.test_portal import CREATED, SOON, memory

from datacoop.jobs.erasure import apply_erasures
from datacoop.web.portal.pages import TEXTS

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_axe_finds_nothing_and_pages_fit(
    chromium: str, size: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    pool = published_pool(memory("browser"), rows=40)
    for number in (2, 3):
        take_in(
            pool,
            make_records(f"harbour-{number}", 900),
            f"harbour-{number}",
            quarantined_about={"validate.text_too_short": 30},
        )
        publish(pool)
    erase(pool, "harbour-3", 2)
    apply_erasures(pool, OPERATOR, created_utc=CREATED)
    _, shown = make_grant(pool, memory("grants"))
    foreign: list[str] = []
    with listening(pool, memory("accesses")) as origin, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        page = browser.new_context(viewport=size, locale="en-GB").new_page()
        page.on("request", lambda request: foreign.append(request.url))

        def looked_at(name: str) -> None:
            page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
            assert faults_of(page) == [], name
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], name

        page.goto(f"{origin}/")
        assert page.url == f"{origin}/sign-in"
        looked_at("sign-in")
        page.fill("#shown", "{}")
        page.click("main button")
        assert page.inner_text("[role=alert]") == TEXTS["en"]["reason_grant_invalid"]
        page.fill("#shown", make_pass(pool, SOON, portal=origin).decode())
        page.click("main button")
        for language in ("en", "fr", "ko", "de"):
            page.select_option("#language", language)
            page.click("footer button")
            looked_at(f"home-{language}")
            for name, path in {
                "version": f"/versions/{COLLECTION}/2",
                "withdrawn": f"/versions/{COLLECTION}/3",
                "submissions": "/submissions",
            }.items():
                page.goto(origin + path)
                assert page.get_attribute("html", "lang") == language
                looked_at(f"{name}-{language}")
            page.goto(f"{origin}/")
        # The pool's own pages run nothing, axe-core neither.
        for name in ("card.html", "changes"):
            page.goto(f"{origin}/versions/{COLLECTION}/2/{name}")
            page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
            assert page.inner_text("h1")
        page.goto(f"{origin}/")
        page.click("header form button")
        page.fill("#shown", shown.decode())
        page.click("main button")
        assert page.locator("nav li").count() == 1
        browser.close()
    assert [url for url in foreign if not url.startswith(origin)] == []
