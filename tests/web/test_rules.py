"""The gateway's rules without a server: routes, bodies, limits, the page, the catalogue."""

import base64
import hashlib
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacoop.label.form import parse_form
from datacoop.web.gateway import pages
from datacoop.web.gateway.bodies import annotation_body
from datacoop.web.gateway.limits import Buckets, Rate
from datacoop.web.gateway.routes import TABLE, Guard, find
from datacoop.web.gateway.shell import dress

QUESTIONS = parse_form(
    '<View><Text name="t" value="$text"/><Choices name="q" toName="t" required="true">'
    '<Choice value="a"/></Choices></View>'
).questions
GOOD = [{"from_name": "q", "to_name": "t", "type": "choices", "value": {"choices": ["a"]}}]


@given(st.binary(max_size=60), st.binary(max_size=40), st.sampled_from(["GET", "POST", "PATCH"]))
def test_what_is_found_was_written_plainly(path: bytes, query: bytes, method: str) -> None:
    found = find(method, b"/" + path, query)
    if found is not None:
        assert re.fullmatch(rb"[A-Za-z0-9/_@.-]*", path)
        assert b".." not in path
        assert b"//" not in path


@pytest.mark.parametrize("zeros", ["0", "01", "-1", "+1", "1.0", "1234567890", "\u0661"])
def test_a_number_is_written_in_one_way(zeros: str) -> None:
    assert find("GET", f"/api/tasks/{zeros}".encode(), b"") is None


def test_only_the_own_pages_are_open_to_everybody() -> None:
    names = {route.name for route in TABLE if route.guard is Guard.OPEN}
    assert names == {
        "sign_in_form", "sign_in", "invitation_form", "accept_invitation", "oidc_start",
        "oidc_callback", "own_file", "metrics", "health", "nothing",
    }  # fmt: skip


@given(st.dictionaries(st.text(max_size=12), st.none() | st.booleans() | st.integers()))
def test_a_body_has_no_key_that_is_not_named(more: dict[str, Any]) -> None:
    sent = annotation_body({**more, "result": GOOD, "was_cancelled": False}, QUESTIONS, None)
    assert set(sent.body) <= {"result", "lead_time", "started_at", "was_cancelled"}
    draft = annotation_body({**more, "result": GOOD}, QUESTIONS, None, is_draft=True)
    assert set(draft.body) <= {"result", "lead_time", "was_postponed"}


@pytest.mark.parametrize(
    "value", [True, -1, float("nan"), float("inf"), "1", None, 1e300, 10**400, [1]]
)
def test_a_time_that_is_none_is_dropped(value: Any) -> None:
    sent = annotation_body({"result": GOOD, "lead_time": value}, QUESTIONS, None)
    assert sent.reason == ""
    assert "lead_time" not in sent.body


def test_a_skipped_task_has_no_answer() -> None:
    sent = annotation_body({"result": GOOD, "was_cancelled": True}, QUESTIONS, None)
    assert sent.body == {"result": [], "was_cancelled": True}
    assert annotation_body({"result": [], "was_cancelled": 1}, QUESTIONS, None).reason
    assert annotation_body({"result": []}, QUESTIONS, None).reason == "label.no_answer"


def test_a_bucket_empties_and_fills() -> None:
    bucket = Buckets(Rate(burst=2, a_second=1))
    assert [bucket.take("a", 0.0) for _ in range(3)] == [True, True, False]
    assert bucket.take("b", 0.0)
    assert bucket.take("a", 1.0)
    assert not bucket.take("a", 1.0)
    assert not bucket.take("a", 0.5), "a clock that goes back fills nothing"


SAID = dict.fromkeys(pages.TEXTS["en"], '"<b>')


def test_the_page_runs_its_own_scripts_and_no_others() -> None:
    shell = dress("<html><head></head><script>\r\nfirst()</script></html>", "token", SAID)
    digest = base64.b64encode(hashlib.sha256(b"\nfirst()").digest()).decode()
    assert f"'sha256-{digest}'" in shell.policy
    assert "unsafe" not in shell.policy.partition("script-src")[2].partition(";")[0]
    assert "<b>" not in shell.html
    assert shell.html.index("/own/label.js") < shell.html.index("first()")


def test_every_language_has_every_text() -> None:
    assert set(pages.TEXTS) == {"en", "fr", "de", "ko"}
    for texts in pages.TEXTS.values():
        assert set(texts) == set(pages.TEXTS["en"])
        assert all(texts.values())


@pytest.mark.parametrize(
    ("wished", "accepted", "language"),
    [("", "", "en"), ("", "ko-KR,en;q=0.8", "ko"), ("de", "ko", "de"), ("xx", "nl, fr", "fr")],
)
def test_the_language_is_the_one_wished_or_accepted(
    wished: str, accepted: str, language: str
) -> None:
    assert pages.choose_language(wished, accepted) == language
