"""Labelling in Chromium through the gateway, as an annotator does it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import corpora
import httpx
import pytest
from gateways import PASSWORD, GatewayProcess, Offer
from playwright.sync_api import Page, expect, sync_playwright
from tests.web.conftest import CHOICES, MakeOffer, StartGateway

from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.web.gateway.pages import TEXTS

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


def submit_by_keys(page: Page) -> None:
    with page.expect_response(lambda r: "/annotations" in r.url and r.request.method == "POST"):
        page.keyboard.press("Control+Enter")


@dataclass(frozen=True, kw_only=True)
class Task:
    """How tasks of one kind look, and how they are answered."""

    configuration: str
    payload: Callable[[int], dict[str, str]]
    wait_for: str
    answer: Callable[[Page, int], None]
    """Give the first of two answers, or the second."""
    marks: Callable[[Page], list[str]]
    """What the page shows of the answer."""
    shown: tuple[list[str], list[str]]
    kept: tuple[list[dict[str, Any]], list[dict[str, Any]]]
    """What is stored of the answers: the first one, and the second after the first."""


def choose(page: Page, which: int) -> None:
    page.click(f".lsf-choices >> text={('family', 'housing')[which]}")


def mark(page: Page, which: int) -> None:
    """Mark a word as a mouse would that is drawn over it."""
    label, word = (("place", "Paris"), ("time", "June"))[which]
    page.click(f".lsf-labels >> text={label}")
    page.evaluate(
        """(word) => {
          const walker = document.createTreeWalker(
            document.querySelector(".lsf-richtext"), NodeFilter.SHOW_TEXT);
          let node;
          while ((node = walker.nextNode()) && !node.data.includes(word));
          const range = document.createRange();
          const start = node.data.indexOf(word);
          range.setStart(node, start); range.setEnd(node, start + word.length);
          getSelection().removeAllRanges(); getSelection().addRange(range);
          node.parentElement.dispatchEvent(new MouseEvent("mouseup", {bubbles: true}));
        }""",
        word,
    )
    expect(page.locator(".htx-highlight", has_text=word)).to_have_count(1)


def rate(page: Page, which: int) -> None:
    page.locator(".ant-rate [role=radio]").nth((3, 1)[which]).click()
    # The mouse away: under it the stars show what a click would give.
    page.mouse.move(0, 0)


def compare(page: Page, which: int) -> None:
    """Choose a side by keys alone, which Label Studio by itself does not let one do."""
    side = page.get_by_role("button", name=("one side", "other side")[which])
    side.focus()
    page.keyboard.press("Enter")


def chosen(page: Page) -> list[str]:
    return [
        f"choice {n}"
        for n, one in enumerate(page.locator(".lsf-choices input").all())
        if one.is_checked()
    ]


def compared(page: Page) -> list[str]:
    pressed = page.locator('[aria-pressed="true"]').all_inner_texts()
    return [text.split(",")[0] for text in pressed]


MET = "\N{GRINNING FACE} We met in Paris in June, number {}."
TASKS = {
    "choices": Task(
        configuration=CHOICES,
        payload=lambda n: {"text": f"text, number {n}."},
        wait_for=".lsf-choices",
        answer=choose,
        marks=chosen,
        shown=(["choice 0"], ["choice 1"]),
        kept=([{"choices": ["family"]}], [{"choices": ["housing"]}]),
    ),
    "spans": Task(
        configuration=SPANS,
        payload=lambda n: {"text": MET.format(n)},
        wait_for=".lsf-labels",
        answer=mark,
        marks=lambda page: page.locator(".htx-highlight").all_inner_texts(),
        shown=(["Paris"], ["Paris", "June"]),
        # In code points: a smiley before them counts one.
        kept=(
            [{"start": 12, "end": 17, "text": "Paris", "labels": ["place"]}],
            [
                {"start": 12, "end": 17, "text": "Paris", "labels": ["place"]},
                {"start": 21, "end": 25, "text": "June", "labels": ["time"]},
            ],
        ),
    ),
    "rating": Task(
        configuration=RATING,
        payload=lambda n: {"text": f"rate this, number {n}."},
        wait_for=".ant-rate",
        answer=rate,
        marks=lambda page: ["star"] * page.locator(".ant-rate-star-full").count(),
        shown=(["star"] * 4, ["star"] * 2),
        kept=([{"rating": 4}], [{"rating": 2}]),
    ),
    "pairwise": Task(
        configuration=PAIRWISE,
        payload=lambda n: {"text_a": f"one side, number {n}.", "text_b": "other side"},
        wait_for='[role="button"][aria-pressed]',
        answer=compare,
        marks=compared,
        shown=(["one side"], ["other side"]),
        kept=([{"selected": "left"}], [{"selected": "right"}]),
    ),
}


@pytest.mark.parametrize("kind", TASKS)
def test_tasks_are_labelled_from_sign_in_to_the_last_one(
    server: LabelStudioServer,
    make_offer: MakeOffer,
    start_gateway: StartGateway,
    chromium: str,
    kind: str,
) -> None:
    task = TASKS[kind]
    first, second = task.kept
    offer = make_offer(f"browser {kind}", [task.payload(n) for n in range(3)], task.configuration)

    def shows(page: Page, number: int) -> None:
        expect(page.locator(".lsf-main-view__annotation")).to_contain_text(f"number {number}.")
        # The page takes clicks and keys a moment after it shows the task.
        page.wait_for_timeout(500)

    def is_shown(page: Page, answer: list[str]) -> None:
        page.wait_for_function("() => !document.querySelector('.lsf-modal-ls_visible')")
        for _ in range(50):
            if task.marks(page) == answer:
                return
            page.wait_for_timeout(100)
        assert task.marks(page) == answer

    with start_gateway(offer) as gateway, browser_page(chromium, gateway) as page:
        sign_in(page, gateway)
        expect(page.locator("h2")).to_have_text(f"Collection browser {kind}")
        open_labelling(page, task.wait_for)
        shows(page, 0)
        task.answer(page, 0)
        submit(page)
        shows(page, 1)
        submit(page, "Skip")
        shows(page, 2)
        # A draft is saved by itself, and is there after the page was loaded anew.
        with page.expect_response(lambda r: "/drafts" in r.url) as saved:
            task.answer(page, 0)
        assert saved.value.status == 201
        page.reload()
        read_guidelines(page, task.wait_for)
        shows(page, 2)
        is_shown(page, task.shown[0])
        # Back to the first one, and another answer.
        for number in (1, 0):
            page.click('[aria-label="Previous task"]')
            shows(page, number)
        is_shown(page, task.shown[0])
        task.answer(page, 1)
        is_shown(page, task.shown[1])
        submit(page, "Update")
        for number in (1, 2):
            page.click('[aria-label="Next task"]')
            shows(page, number)
        is_shown(page, task.shown[0])
        submit(page)
        expect(page.locator("body")).to_contain_text("No More Tasks Left in Queue")
        page.goto(f"{gateway.origin}/")
        expect(page.locator("body")).to_contain_text("You have answered 2.")
        expect(page.locator("body")).to_contain_text(TEXTS["en"]["nothing_open"])
        page.click(f"text={TEXTS['en']['title_progress']}")
        assert page.locator("dl.facts dd").all_inner_texts() == ["2", "1"]
        page.click(f"text={TEXTS['en']['sign_out']}")
        page.goto(f"{gateway.origin}/projects/{offer.project}/data?labeling=1")
        assert page.url == f"{gateway.origin}/sign-in"
        denied = [line["reason"] for line in gateway.denials()]
    kept = [
        [(one["was_cancelled"], [item["value"] for item in one["result"]]) for one in answers]
        for answers in stored(server, offer)
    ]
    kept[0] = [(skipped, sorted(values, key=str)) for skipped, values in kept[0]]
    assert kept == [
        [(False, sorted(second, key=str))],
        [(True, [])],
        [(False, first)],
    ]
    assert set(denied) == {"signed_out"}


def test_spans_are_marked_by_keys_alone(
    server: LabelStudioServer, make_offer: MakeOffer, start_gateway: StartGateway, chromium: str
) -> None:
    said = "We met in Paris.\nIn June 이사했다."
    offer = make_offer("by keys", [{"text": said}], configuration=SPANS)
    with start_gateway(offer) as gateway, browser_page(chromium, gateway) as page:
        sign_in(page, gateway)
        open_labelling(page, ".lsf-labels")
        text = page.locator(".lsf-richtext__container")
        for _ in range(40):
            page.keyboard.press("Tab")
            if text.evaluate("(one) => one === document.activeElement"):
                break
        expect(text).to_have_accessible_name(TEXTS["en"]["mark_keys"])

        def press(key: str, times: int = 1) -> None:
            for _ in range(times):
                page.keyboard.press(key)

        chosen = "getSelection().toString()"
        # The first key shows the place: the first letter.
        press("ArrowRight", 1 + said.index("Paris"))
        assert page.evaluate(chosen) == "P"
        press("Shift+ArrowRight", len("Paris") - 1)
        label = page.locator(".lsf-label_selected")
        press("1")
        expect(label).to_contain_text("place")
        press("Enter")
        expect(page.locator(".htx-highlight")).to_have_text(["Paris"])
        # On from where the mark ended, over the end of the line; and then a whole word.
        expect(label).to_have_count(0)
        # Nobody presses keys as fast: Label Studio lays the label down a moment later.
        page.wait_for_timeout(500)
        press("2")
        expect(label).to_contain_text("time")
        for _ in range(12):
            press("ArrowRight")
            if page.evaluate(chosen) == "J":
                break
        press("Control+Shift+ArrowRight")
        assert page.evaluate(chosen).strip() == "June"
        press("Enter")
        expect(page.locator(".htx-highlight")).to_have_count(2)
        submit_by_keys(page)
        [kept] = stored(server, offer)[0]
    marks = [(one["value"]["labels"], one["value"]) for one in kept["result"]]
    words = [(labels, said[value["start"] : value["end"]].strip()) for labels, value in marks]
    assert words == [(["place"], "Paris"), (["time"], "June")]


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


HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "\"'><svg onload=alert(3)><!--",
    "<iframe src=https://away.example/frame></iframe>",
    "<style>@import 'https://away.example/style.css';</style>",
    "<a href=javascript:alert(4)>press here</a> [or here](javascript:alert(5))",
    "![picture](https://away.example/picture.png) <https://away.example/>",
    "</textarea></script><form action=https://away.example/><button>Submit",
    "{{7+7}} ${7+7} <%= 7+7 %>",
    "\u202eturned round\u202c \ufeff\u200b zero width",
    "<details open ontoggle=alert(6)><summary>unfold",
)
"""What a page must show as it is: each would do something where it was taken for more than text."""

INSIDE = "script, img, iframe, style, a, form, button, details, svg, object, embed, i, b"


def test_hostile_texts_and_guidelines_are_shown_as_text(
    make_offer: MakeOffer, start_gateway: StartGateway, chromium: str
) -> None:
    hostile = "\n".join(HOSTILE)

    def is_text(page: Page, where: str, lines: tuple[str, ...] = HOSTILE) -> None:
        assert page.locator(where).count() > 0
        for place in page.locator(where).all():
            text = place.inner_text()
            assert [line for line in lines if line not in text] == []
            assert place.locator(INSIDE).count() == 0

    offers = {
        kind: make_offer(
            f"hostile {kind}",
            [dict.fromkeys(task.payload(0), hostile)],
            task.configuration,
            guidelines=hostile,
        )
        for kind, task in TASKS.items()
    }
    with start_gateway(*offers.values()) as gateway, browser_page(chromium, gateway) as page:
        sign_in(page, gateway)
        is_text(page, ".guidelines")
        for kind, offer in offers.items():
            page.goto(f"{gateway.origin}/projects/{offer.project}/data?labeling=1")
            page.wait_for_selector(".lsf-modal-ls_visible")
            # Label Studio cleans its copy of the guidelines when it is stored, up to the comment.
            is_text(page, ".lsf-modal-ls__body", HOSTILE[:1])
            read_guidelines(page, TASKS[kind].wait_for)
            is_text(page, ".lsf-richtext__container")
            submit(page, "Skip")


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
