"""The gateway's own pages in Chromium: what axe-core finds, keys alone, phones, other scripts."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from gateways import GatewayProcess, Offer, record_id
from playwright.sync_api import Page, expect
from tests.web.conftest import CHOICES, MakeOffer, StartGateway
from tests.web.test_browser import browser_page, read_guidelines, sign_in
from tests.web.test_pages import (
    ADA,
    BOB,
    DAY,
    LEA,
    LEAD_PAGES,
    NAMES,
    OWN_PAGES,
    fill,
    pages,
    person,
)

from datacoop.label.votes import pseudonym
from datacoop.records.intervals import clopper_pearson
from datacoop.web.gateway.pages import OWN_FILES, TEXTS

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 900}}
ALL_PAGES = ("/sign-in", *OWN_PAGES, *LEAD_PAGES)
ARABIC = "هذا نص قصير عن السكن. راسلنا."
HANGUL = "이사한 뒤에 보증금을 돌려받지 못했습니다."
HEBREW = "עברנו דירה ולא קיבלנו את הפיקדון."


def standing(right: int, answered: int, paused_utc: str | None = None) -> list[Any]:
    return [right, answered, *clopper_pearson(right, answered), paused_utc]


def offers() -> list[Offer]:
    """Make two collections with something in every table and plot, in several scripts."""
    people = [*NAMES.values(), *(pseudonym(b"others", n) for n in range(7))]
    values = ["family and children", "주거", "السكن"]
    texts = [
        "We moved out and the deposit is gone.",
        ARABIC,
        HANGUL,
        HEBREW,
        "",
        "A long one. " * 40,
    ]
    records = {record_id(n): {"text": text} for n, text in enumerate(texts)}
    keys = [key.hex() for key in records]
    kinds = [("en", ["housing"]), ("ar", ["housing"]), ("ko", ["law", "work"]), ("he", ["law"])]
    votes = [
        [key, who, values[(i * i + n * (i % 2)) % 3]]
        for n, key in enumerate(keys)
        for i, who in enumerate(people[: 3 + n])
    ]
    picture = {
        "kinds": {key: kinds[n % 4] for n, key in enumerate(keys)},
        "demands": {key: (1 + n % 3, 1 / (1 + n)) for n, key in enumerate(keys)},
        "values": values,
        "votes": votes,
        "disputed": {keys[2]: 0.41, keys[3]: 0.52, keys[5]: 0.58},
        "pairs": [
            [*sorted((one, other)), 4 + i + j, round(1 - 1.3 * ((i * 7 + j * 3) % 11) / 10, 2)]
            for i, one in enumerate(people)
            for j, other in enumerate(people[:i])
        ],
        "standings": {
            people[0]: standing(37, 40),
            people[1]: standing(22, 40, "2026-01-03T09:00:00.000000"),
            people[4]: standing(12, 20),
            people[5]: standing(2, 3),
        },
        "gold_answers": {NAMES[email]: [True] * 31 + [False] * 9 for email in NAMES},
        "floor": 0.55,
    }
    first = Offer(
        collection="letters",
        project=7,
        configuration=CHOICES,
        records=records,
        tasks={key: number for number, key in enumerate(records, 1)},
        title="Letters about housing, family and work",
        guidelines="# What to choose\n\n" + "Choose what the letter is mostly about. " * 40,
        picture=picture,
    )
    second = Offer(
        collection="rasail",
        project=8,
        configuration=CHOICES,
        records={},
        tasks={},
        title="رسائل عن السكن",
        guidelines=f"{ARABIC}\n{HANGUL}\n{HEBREW}",
    )
    return [first, second]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    with pages(tmp_path_factory.mktemp("pages"), *offers(), unlimited=True) as running:
        done = [
            (email, n, DAY + 40_000 * n + i, 20.0 + 7 * n, n == 1)
            for i, email in enumerate((ADA, LEA))
            for n in range(5)
        ]
        fill(running, *done)
        lea, ada = person(running, LEA), person(running, ADA)
        for somebody, word in ((ada, "Two tasks are missing."), (lea, f"{ARABIC} {HANGUL}")):
            row = "2023-11-14 letters"
            assert somebody.form("/counts", csrf=somebody.csrf, row=row, word=word).status == 303
        for _ in range(2):
            bob = person(running, BOB)
            task = bob.next_task(7).json()["id"]
            told = {"task": task, "kind": "personal"}
            assert bob.send("POST", "/report", told).status == 204
        first = {"collection": "letters", "record": record_id(0).hex(), "decision": "barred"}
        assert lea.form("/lead/reports", csrf=lea.csrf, **first).status == 303
        yield running


def faults_of(page: Page) -> list[str]:
    """Give what axe-core finds, after everything that can be unfolded is."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_axe_finds_nothing_and_pages_fit(
    gateway: GatewayProcess, chromium: str, size: dict[str, int], scheme: Any
) -> None:
    with browser_page(chromium, gateway, size) as page:
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{gateway.origin}/sign-in")
        assert faults_of(page) == []
        sign_in(page, gateway, LEA)
        # English last: the other tests read it.
        for language in ("de", "en") if scheme == "light" else ("fr", "ko", "en"):
            page.select_option("#language", language)
            page.click("form[action='/language'] button")
            for path in (*OWN_PAGES, *LEAD_PAGES, "/lead/projects/8"):
                page.goto(gateway.origin + path)
                assert page.locator("html").get_attribute("lang") == language
                assert faults_of(page) == [], (path, language)
                width = page.evaluate("document.documentElement.scrollWidth")
                assert width <= size["width"], (path, language)


def test_texts_run_as_their_letters_do(gateway: GatewayProcess, chromium: str) -> None:
    start = """(one) => { const range = document.createRange(); range.selectNodeContents(one);
      const box = one.getBoundingClientRect(); const [first] = range.getClientRects();
      return [getComputedStyle(one).direction, first.right > box.right - 30]; }"""
    with browser_page(chromium, gateway, SIZES["desktop"]) as page:
        sign_in(page, gateway, LEA)
        title = page.locator("h2", has_text="رسائل")
        # A title begins where its section does; a text where its letters do.
        assert title.evaluate(start) == ["rtl", False]
        assert page.locator(".guidelines p", has_text=ARABIC).evaluate(start) == ["rtl", True]
        assert page.locator("h2", has_text="Letters").evaluate(start)[0] == "ltr"
        page.goto(f"{gateway.origin}/lead/projects/7")
        page.locator("details", has_text=HEBREW).locator("summary").click()
        assert page.locator("dd", has_text=HEBREW).evaluate(start) == ["rtl", True]
        page.goto(f"{gateway.origin}/lead/counts")
        expect(page.locator("p.word", has_text=HANGUL)).to_be_visible()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has the focus is called `name`."""
    for _ in range(60):
        page.keyboard.press("Tab")
        said = page.evaluate("document.activeElement.innerText || document.activeElement.name")
        if said.startswith(name):
            return
    raise AssertionError(f"Tab does not reach {name}")


def test_pages_are_used_by_keys_alone(gateway: GatewayProcess, chromium: str) -> None:
    with browser_page(chromium, gateway, SIZES["desktop"]) as page:
        sign_in(page, gateway, LEA)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
        tab_to(page, TEXTS["en"]["title_counts"])
        page.keyboard.press("Enter")
        page.wait_for_url("**/counts")
        tab_to(page, "word")
        page.keyboard.type("By keys alone.")
        tab_to(page, TEXTS["en"]["send"])
        page.keyboard.press("Enter")
        expect(page.locator("p.word").first).to_have_text("By keys alone.")
        tab_to(page, TEXTS["en"]["title_lead"])
        page.keyboard.press("Enter")
        page.wait_for_url("**/lead")
        tab_to(page, TEXTS["en"]["title_lead_reports"])
        page.keyboard.press("Enter")
        page.wait_for_url("**/lead/reports")
        tab_to(page, TEXTS["en"]["show_record"])
        page.keyboard.press("Enter")
        expect(page.locator("dl.record").first).to_be_visible()


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours by WCAG 2.2, section 1.4.3."""

    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_numbers_in_shaded_cells_can_be_read() -> None:
    css = OWN_FILES["gateway.css"].decode().replace("#fff;", "#ffffff;")
    shades = dict(re.findall(r"\.shade(\d) \{ fill: (#\w{6})", css))
    inks = {
        number: colour
        for selectors, colour in re.findall(r"((?:\.on\d[, ]+)+)\{ fill: (#\w{6})", css)
        for number in re.findall(r"\d", selectors)
    }
    assert shades.keys() == inks.keys() == set("01234")
    assert min(contrast(shades[number], inks[number]) for number in shades) >= 4.5


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_a_task_is_reported_from_the_labelling_page_by_keys_alone(
    make_offer: MakeOffer, start_gateway: StartGateway, chromium: str, size: dict[str, int]
) -> None:
    payloads = [{"text": ARABIC}, {"text": "text number 1"}, {"text": "text number 2"}]
    offer = make_offer(f"report {size['width']}", payloads)
    with start_gateway(offer) as gateway, browser_page(chromium, gateway, size) as page:
        sign_in(page, gateway)
        page.click("a.button")
        read_guidelines(page, ".lsf-choices")
        expect(page.locator("body")).to_contain_text(ARABIC)
        # It runs from right to left, its full stop too.
        at = """(line) => [0, line.firstChild.length - 1].map((place) => {
          const range = document.createRange();
          range.setStart(line.firstChild, place); range.setEnd(line.firstChild, place + 1);
          return range.getBoundingClientRect().left; })"""
        first, last = page.locator(".lsf-richtext__line").first.evaluate(at)
        assert last < first
        # What ends a task is in sight, on a phone too.
        for name in ("Skip", "Submit"):
            expect(page.locator(f'button:has-text("{name}")')).to_be_in_viewport(ratio=1)
        button = page.locator(".datacoop-bar button")
        expect(button).to_have_text(TEXTS["en"]["report"])
        # Nothing lies over it.
        button.click(trial=True)
        button.focus()
        page.keyboard.press("Enter")
        dialog = page.locator("dialog.datacoop-report")
        expect(dialog).to_be_visible()
        # The page's own keys rest: this one would choose an answer.
        page.keyboard.press("1")
        page.keyboard.press("Escape")
        expect(dialog).not_to_be_visible()
        expect(page.locator(".lsf-choices input:checked")).to_have_count(0)
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        read_guidelines(page, ".lsf-choices")
        expect(page.locator("body")).to_contain_text("text number 1")
        denied = [line["reason"] for line in gateway.denials()]
        bob = person(gateway, BOB)
        assert bob.next_task(offer.project).json()["data"] == payloads[1]
    assert set(denied) == {"signed_out"}
