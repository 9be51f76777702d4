"""Labelling in Chromium through the gateway, as an annotator does it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import corpora
import httpx
import pytest
from gateways import PASSWORD, GatewayProcess, Offer
from playwright.sync_api import Page, expect, sync_playwright
from tests.web.conftest import MakeOffer, StartGateway

from datacoop.demo.label_studio_server import LabelStudioServer

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
PATIENCE_MS = 60_000
PHONE = {"width": 360, "height": 740}

SPANS = """<View>
  <Labels name="part" toName="text"><Label value="place"/><Label value="time"/></Labels>
  <Text name="text" value="$text"/>
</View>"""
RATING = """<View>
  <Text name="text" value="$text"/>
  <Rating name="clear" toName="text" maxRating="5" required="true"/>
</View>"""
PAIRWISE = """<View>
  <Pairwise name="better" toName="one,two"/>
  <Text name="one" value="$text_a"/>
  <Text name="two" value="$text_b"/>
</View>"""


@contextmanager
def browser_page(
    executable: str, gateway: GatewayProcess, size: dict[str, int] | None = None
) -> Iterator[Page]:
    """Open a page; at the end nothing may have left the gateway or have failed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        page = browser.new_context(viewport=size, locale="en-GB").new_page()  # type: ignore[arg-type] # two numbers
        page.set_default_timeout(PATIENCE_MS)
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.dismiss()))
        foreign: list[str] = []
        page.on("request", lambda request: foreign.append(request.url))
        yield page
        browser.close()
    assert dialogs == []
    kept = ("data:", "blob:", gateway.origin)
    assert [url for url in foreign if not url.startswith(kept)] == []


def sign_in(page: Page, gateway: GatewayProcess, email: str = "ada@example.org") -> None:
    page.goto(f"{gateway.origin}/")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{gateway.origin}/")


def open_labelling(page: Page, wait_for: str) -> None:
    page.click("a.button")
    read_guidelines(page, wait_for)


def read_guidelines(page: Page, wait_for: str) -> None:
    page.wait_for_selector(wait_for)
    # The guidelines lie over the task until they were read.
    page.wait_for_selector(".lsf-modal-ls_visible")
    page.keyboard.press("Escape")
    page.wait_for_selector(".lsf-modal-ls_visible", state="detached")


def stored(server: LabelStudioServer, offer: Offer) -> list[list[dict[str, Any]]]:
    """Give the annotations of each task, in the order of the records."""
    found = []
    with httpx.Client(headers={"Authorization": f"Token {server.token}"}, timeout=60) as client:
        for record_id in offer.records:
            url = f"{server.url}/api/tasks/{offer.tasks[record_id]}/"
            found.append(client.get(url).raise_for_status().json()["annotations"])
    return found


def submit(page: Page, button: str = "Submit") -> None:
    with page.expect_response(
        lambda r: "/annotations" in r.url and r.request.method != "GET"
    ) as got:
        page.click(f'button:has-text("{button}")')
    assert got.value.status in (200, 201), got.value.text()


def test_choices_are_labelled_from_sign_in_to_the_last_task(
    server: LabelStudioServer, make_offer: MakeOffer, start_gateway: StartGateway, chromium: str
) -> None:
    offer = make_offer("browser choices", [{"text": f"text number {n}"} for n in range(4)])
    with start_gateway(offer) as gateway, browser_page(chromium, gateway) as page:
        sign_in(page, gateway)
        expect(page.locator("h2")).to_have_text("Collection browser choices")
        open_labelling(page, ".lsf-choices")
        expect(page.locator("body")).to_contain_text("text number 0")
        page.click(".lsf-choices >> text=family")
        submit(page)
        expect(page.locator("body")).to_contain_text("text number 1")
        submit(page, "Skip")
        expect(page.locator("body")).to_contain_text("text number 2")
        # The page takes its keys a moment after it shows the task.
        page.wait_for_timeout(1_000)
        # A draft is saved by itself, and is there after the page was loaded anew.
        with page.expect_response(lambda r: "/drafts" in r.url) as saved:
            # By keyboard: the hotkey of the choice.
            page.keyboard.press("2")
        assert saved.value.status == 201
        page.reload()
        read_guidelines(page, ".lsf-choices")
        expect(page.locator("body")).to_contain_text("text number 2")
        expect(page.locator(".lsf-choices input:checked")).to_have_count(1)
        submit(page)
        expect(page.locator("body")).to_contain_text("text number 3")
        # Back to the first one, and another answer.
        for number in (2, 1, 0):
            page.click('[aria-label="Previous task"]')
            expect(page.locator("body")).to_contain_text(f"text number {number}")
        page.click(".lsf-choices >> text=housing")
        submit(page, "Update")
        page.goto(f"{gateway.origin}/")
        open_labelling(page, ".lsf-choices")
        expect(page.locator("body")).to_contain_text("text number 3")
        page.click(".lsf-choices >> text=family")
        submit(page)
        expect(page.locator("body")).to_contain_text("No More Tasks Left in Queue")
        page.goto(f"{gateway.origin}/")
        expect(page.locator("body")).to_contain_text("You have answered 4")
        page.click("text=Sign out")
        page.goto(f"{gateway.origin}/projects/{offer.project}/data?labeling=1")
        assert page.url == f"{gateway.origin}/sign-in"
        denied = [line["reason"] for line in gateway.denials()]
    kept = [
        [(one["was_cancelled"], [item["value"] for item in one["result"]]) for one in task]
        for task in stored(server, offer)
    ]
    assert kept == [
        [(False, [{"choices": ["housing"]}])],
        [(True, [])],
        [(False, [{"choices": ["housing"]}])],
        [(False, [{"choices": ["family"]}])],
    ]
    assert set(denied) == {"signed_out"}


def test_spans_are_marked_in_the_text_they_stand_in(
    server: LabelStudioServer, make_offer: MakeOffer, start_gateway: StartGateway, chromium: str
) -> None:
    text = "\N{GRINNING FACE} We met in Paris."
    offer = make_offer("browser spans", [{"text": text}], SPANS)
    with start_gateway(offer) as gateway, browser_page(chromium, gateway) as page:
        sign_in(page, gateway)
        open_labelling(page, ".lsf-labels")
        page.click(".lsf-labels >> text=place")
        page.evaluate(
            """() => {
              const walker = document.createTreeWalker(
                document.querySelector('[data-testid="richtext-container"], .lsf-richtext'),
                NodeFilter.SHOW_TEXT);
              let node;
              while ((node = walker.nextNode()) && !node.data.includes("Paris"));
              const range = document.createRange();
              const start = node.data.indexOf("Paris");
              range.setStart(node, start); range.setEnd(node, start + 5);
              getSelection().removeAllRanges(); getSelection().addRange(range);
              node.parentElement.dispatchEvent(new MouseEvent("mouseup", {bubbles: true}));
            }"""
        )
        submit(page)
    [[annotation]] = stored(server, offer)
    [item] = annotation["result"]
    assert item["type"] == "labels"
    value = item["value"]
    assert value["labels"] == ["place"]
    # In code points: a smiley before it counts one.
    assert text[value["start"] : value["end"]] == value["text"] == "Paris"


def test_ratings_and_comparisons_are_labelled(
    server: LabelStudioServer, make_offer: MakeOffer, start_gateway: StartGateway, chromium: str
) -> None:
    rated = make_offer("browser rating", [{"text": "rate this"}], RATING)
    compared = make_offer("browser pairwise", [{"text_a": "left one", "text_b": "right"}], PAIRWISE)
    with start_gateway(rated) as gateway, browser_page(chromium, gateway) as page:
        sign_in(page, gateway)
        open_labelling(page, ".ant-rate, .lsf-rating")
        page.locator(".ant-rate-star, .lsf-rating__star, [class*=rating] [role=radio]").nth(
            3
        ).click()
        submit(page)
    [[annotation]] = stored(server, rated)
    assert [item["value"] for item in annotation["result"]] == [{"rating": 4}]
    with start_gateway(compared) as gateway, browser_page(chromium, gateway) as page:
        sign_in(page, gateway)
        open_labelling(page, "text=left one")
        page.click("text=left one")
        submit(page)
    [[annotation]] = stored(server, compared)
    assert [item["value"] for item in annotation["result"]] == [{"selected": "left"}]


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 800}], ids=["phone", "desktop"])
@pytest.mark.parametrize("language", ["en", "fr", "de", "ko"])
def test_own_pages_fit_and_are_used_by_keyboard(
    start_gateway: StartGateway,
    make_offer: MakeOffer,
    chromium: str,
    size: dict[str, int],
    language: str,
) -> None:
    offer = make_offer("pages", [{"text": "text"}])
    with start_gateway(offer) as gateway, browser_page(chromium, gateway, size) as page:
        page.goto(f"{gateway.origin}/sign-in?language={language}")
        assert page.locator("html").get_attribute("lang") == language
        # The e-mail address has the focus; nothing but keys from here on.
        page.keyboard.type("ada@example.org")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{gateway.origin}/")
        for _ in range(2):
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= size["width"]
            page.goto(f"{gateway.origin}/sign-in?language={language}")


@pytest.mark.corpora
def test_hostile_texts_are_shown_as_text(
    make_offer: MakeOffer, start_gateway: StartGateway, chromium: str
) -> None:
    payloads = corpora.path("bad_xss") / "Intruder" / "xss-payload-list.txt"
    naughty = corpora.path("bad_blns") / "blns.json"
    lines = payloads.read_text(encoding="utf-8", errors="replace").splitlines()
    lines += [text for text in json.loads(naughty.read_text(encoding="utf-8")) if text.strip()]
    # Many to a task, because a page takes seconds; each with a line of its own.
    size = 400
    parts = [lines[n : n + size] for n in range(0, len(lines), size)]
    texts = ["\n".join([*part, f"end of task {n}"]) for n, part in enumerate(parts)]
    offer = make_offer("hostile", [{"text": text} for text in texts], votes=1)
    with start_gateway(offer, unlimited=True) as gateway, browser_page(chromium, gateway) as page:
        sign_in(page, gateway)
        open_labelling(page, ".lsf-choices")
        for number in range(len(texts)):
            expect(page.locator("body")).to_contain_text(f"end of task {number}")
            page.wait_for_timeout(500)
            markers = page.locator(".lsf-richtext__container img, .lsf-richtext__container svg")
            assert markers.count() == 0
            assert page.locator(".lsf-richtext__container script").count() == 0
            submit(page, "Skip")
        expect(page.locator("body")).to_contain_text("No More Tasks Left in Queue")
