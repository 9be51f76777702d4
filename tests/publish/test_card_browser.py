"""The card and the comparison in Chromium: what axe-core finds, phones, nothing fetched."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright
from pooling import build, make_pool, make_records, publish, take_in

from datacoop.jobs.stating import version_facts
from datacoop.pool.object_store import open_store
from datacoop.publish.card import card, comparison
from datacoop.publish.description import describe
from datacoop.publish.diff import difference

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Write the card of a second version, and what changed from the first."""
    pool = make_pool(open_store("memory://card-browser"))
    take_in(pool, make_records("harbour-1", 60), "harbour-1")
    first = publish(pool)
    more = make_records("meadow-1", 40, member="meadow")
    take_in(pool, more, "meadow-1", "meadow", quarantined_about={"scrub.too_costly": 20})
    second = build(pool).manifest
    before, after = (describe(version_facts(pool, one, {})) for one in (first, second))
    folder = tmp_path_factory.mktemp("pages")
    written = {"card": card(after), "diff": comparison(difference(before, after, (first, second)))}
    for name, text in written.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return [folder / f"{name}.html" for name in written]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_and_axe_finds_nothing(
    browser: Browser, pages: list[Path], width: int, scheme: str
) -> None:
    for file in pages:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            # The page's own policy lets no script run, and axe-core is one.
            bypass_csp=True,
        )
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        violations = Axe().run(page).response["violations"]
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in violations] == []
        assert asked == [file.as_uri()]
        context.close()
