"""Sign-in, sessions, forged requests, limits and failures, each on a gateway of its own process."""

import re
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fault_proxy import FaultProxy, gateway_timeout, late, lost_answer, unavailable
from gateways import PASSWORD, GatewayProcess, Offer, Person
from tests.web.conftest import MakeOffer, StartGateway, opened_store

from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.web.gateway.kept import KEPT_SECONDS

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

ADA = "ada@example.org"
BOB = "bob@example.org"


@pytest.fixture(scope="module")
def offer(make_offer: MakeOffer) -> Offer:
    return make_offer("gateway", [{"text": f"text {number}"} for number in range(60)])


@pytest.fixture
def gateway(start_gateway: StartGateway, offer: Offer) -> Iterator[GatewayProcess]:
    with start_gateway(offer) as running:
        yield running


def person(gateway: GatewayProcess, email: str = ADA) -> Person:
    somebody = Person(gateway.origin)
    assert somebody.sign_in(email).status == 303
    return somebody


def answer(value: str = "family", **more: Any) -> dict[str, Any]:
    item = {"from_name": "area", "to_name": "text", "type": "choices"}
    return {"result": [{**item, "value": {"choices": [value]}}], **more}


def stored(server: LabelStudioServer, offer: Offer) -> dict[int, list[dict[str, Any]]]:
    """Give all annotations by task, asked of Label Studio itself."""
    found = {}
    with httpx.Client(headers={"Authorization": f"Token {server.token}"}, timeout=60) as client:
        for task in offer.tasks.values():
            url = f"{server.url}/api/tasks/{task}/"
            found[task] = client.get(url).raise_for_status().json()["annotations"]
    return found


def test_a_session_ends_when_it_is_revoked(gateway: GatewayProcess, offer: Offer) -> None:
    ada, elsewhere, bob = person(gateway), person(gateway), person(gateway, BOB)
    assert ada.send("GET", "/api/users").status == 200
    ada.form("/sign-out", csrf=ada.csrf)
    assert ada.send("GET", "/api/users").status == 401
    assert elsewhere.send("GET", "/api/users").status == 200
    with opened_store(gateway) as store:
        account = store.account_of(ADA)
        assert account is not None
        store.end_sessions(account.id)
        # In another process, of which the gateway hears when it looks again.
        time.sleep(KEPT_SECONDS)
        assert elsewhere.send("GET", "/api/users").status == 401
        again = person(gateway)
        assert again.send("GET", "/api/users").status == 200
        store.remove_account(account.id)
        time.sleep(KEPT_SECONDS)
        assert again.send("GET", "/api/users").status == 401
    assert Person(gateway.origin).sign_in(ADA).status == 403
    assert bob.send("GET", "/api/users").status == 200
    kept = (gateway.folder / "gateway.db").read_bytes()
    assert bob.cookie.split("=")[1].encode() not in kept


def test_a_session_ends_by_itself(gateway: GatewayProcess) -> None:
    ada = person(gateway)
    token = ada.cookie.split("=")[1]
    with opened_store(gateway) as store:
        now = time.time()
        assert store.account_in_session(token, now) is not None
        assert store.account_in_session(token, now + 13 * 3600) is None


def test_the_store_holds_no_token_in_clear_and_is_for_its_owner_alone(
    gateway: GatewayProcess,
) -> None:
    with opened_store(gateway) as store:
        token = store.accounts()[0].studio_token
    for name in ("gateway.db", "gateway.key"):
        assert (gateway.folder / name).stat().st_mode & 0o077 == 0
    held = b"".join(path.read_bytes() for path in gateway.folder.glob("gateway.db*"))
    assert token.encode() not in held
    assert PASSWORD.encode() not in held


def test_a_forged_request_changes_nothing(
    gateway: GatewayProcess, offer: Offer, server: LabelStudioServer
) -> None:
    ada = person(gateway)
    task = ada.next_task(offer.project).json()["id"]
    target = f"/api/tasks/{task}/annotations"
    good = {"Origin": gateway.origin, "X-Datacoop-Csrf": ada.csrf}
    forged = [
        {**good, "Origin": "http://evil.example.org"},
        {**good, "Origin": "null"},
        {**good, "Origin": gateway.origin + ".example.org"},
        {"X-Datacoop-Csrf": ada.csrf},
        {**good, "X-Datacoop-Csrf": ""},
        {**good, "X-Datacoop-Csrf": person(gateway, BOB).csrf},
        {"Origin": gateway.origin},
    ]
    for headers in forged:
        kinds = {**headers, "Content-Type": "application/json"}
        assert ada.raw("POST", target, b'{"result": []}', kinds).status == 403
    plain = {**good, "Content-Type": "text/plain"}
    assert ada.raw("POST", target, b'{"result": []}', plain).status == 415
    assert ada.form("/sign-out", csrf="forged").status == 403
    crossed = {"Sec-Fetch-Site": "cross-site"}
    assert ada.send("GET", "/api/users", None, **crossed).status == 403
    assert stored(server, offer)[offer.tasks[next(iter(offer.records))]] == []
    assert {line["reason"] for line in gateway.denials()} >= {"origin", "csrf", "cross_site"}


def test_passwords_cannot_be_tried_without_end(gateway: GatewayProcess) -> None:
    nobody = Person(gateway.origin)
    statuses = [nobody.sign_in(ADA, f"wrong password {n}").status for n in range(12)]
    assert statuses[:9] == [403] * 9
    assert statuses[-1] == 429
    # The right password is not tried either, and others are not locked out.
    assert nobody.sign_in(ADA).status == 429
    assert nobody.sign_in(BOB).status == 303


def test_unknown_and_known_addresses_are_told_apart_by_nothing(gateway: GatewayProcess) -> None:
    nobody = Person(gateway.origin)
    known, unknown = (nobody.sign_in(e, "wrong") for e in (ADA, "nobody@example.org"))
    assert (known.status, known.body) == (unknown.status, unknown.body)


def test_somebody_who_sends_too_much_is_slowed_down(gateway: GatewayProcess, offer: Offer) -> None:
    ada, bob = person(gateway), person(gateway, BOB)
    statuses = (ada.next_task(offer.project).status for _ in range(1_000))
    assert 429 in statuses
    assert bob.next_task(offer.project).status == 200


def test_large_and_bogus_answers_are_refused_before_label_studio(
    start_gateway: StartGateway, offer: Offer, server: LabelStudioServer
) -> None:
    with FaultProxy(server.url) as upstream, start_gateway(offer, upstream=upstream.url) as gateway:
        ada = person(gateway)
        task = ada.next_task(offer.project).json()["id"]
        target = f"/api/tasks/{task}/annotations"
        seen = len(upstream.seen)
        huge = b'{"result": [' + b" " * 5_000_000 + b"]}"
        told = {"Origin": gateway.origin, "X-Datacoop-Csrf": ada.csrf}
        kind = {**told, "Content-Type": "application/json"}
        assert ada.raw("POST", target, huge, kind).status == 413
        zipped = {**kind, "Content-Encoding": "gzip"}
        assert ada.raw("POST", target, b"x", zipped).status == 415
        assert ada.raw("POST", target, b'{"result": [', kind).status == 400
        assert ada.raw("POST", target, b"[" * 100_000, kind).status == 400
        for bogus in ("garden", "<script>", ""):
            refused = ada.send("POST", target, answer(bogus))
            assert refused.status == 400
            assert "label.unknown_value" in refused.json()["detail"]
        assert ada.send("POST", target, {"result": []}).status == 400
        assert upstream.seen[seen:] == []
        log = gateway.log.read_text()
    assert "garden" not in log
    assert "ada@" not in log


def test_denials_are_counted_for_the_operator_alone(gateway: GatewayProcess) -> None:
    ada = person(gateway)
    ada.send("GET", "/api/projects/1/export")
    assert ada.send("GET", "/metrics").status == 404
    token = {"Authorization": "Bearer metrics token"}
    counted = Person(gateway.origin).raw("GET", "/metrics", None, token).body.decode()
    assert 'datacoop_gateway_denied_total{what="no_route"} 1' in counted


def test_a_denial_says_who_was_signed_in(gateway: GatewayProcess, offer: Offer) -> None:
    ada = person(gateway)
    with opened_store(gateway) as store:
        account = store.account_of(ADA)
    assert account is not None
    assert ada.send("POST", "/report", {}, **{"X-Datacoop-Csrf": "forged"}).status == 403
    assert ada.send("GET", "/lead").status == 403
    assert 429 in (ada.next_task(offer.project).status for _ in range(1_000))
    assert Person(gateway.origin).send("GET", "/api/users").status == 401
    told = {line["reason"]: line["annotator"] for line in gateway.denials()}
    who = account.annotator
    assert told == {"csrf": who, "not_lead": who, "rate": who, "signed_out": ""}


def test_every_answer_carries_what_keeps_a_browser_safe(
    gateway: GatewayProcess, offer: Offer
) -> None:
    ada = person(gateway)
    shell = f"/projects/{offer.project}/data?labeling=1"
    for path in ("/", "/sign-in", shell, "/api/users", "/own/label.js", "/nothing-here"):
        headers = ada.send("GET", path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        scripts = next((p for p in policy.split("; ") if p.startswith("script-src")), "")
        assert not re.search(r"unsafe|\*|http", scripts)
        assert "server" not in headers


def test_an_invitation_sets_a_password_once(gateway: GatewayProcess) -> None:
    with opened_store(gateway) as store:
        account = store.account_of(ADA)
        assert account is not None
        token = store.invite(account.id, time.time() + 60)
        late_token = store.invite(account.id, time.time() - 1)
        assert store.accept(token, "x", time.time()) is None, "a newer one ends the older"
        assert store.accept(late_token, "x", time.time()) is None
        token = store.invite(account.id, time.time() + 60)
    somebody = Person(gateway.origin)
    assert somebody.form("/invitation", token=token, password="short").status == 400
    assert somebody.form("/invitation", token=token, password="a longer password").status == 303
    assert somebody.form("/invitation", token=token, password="another password").status == 403
    assert somebody.sign_in(ADA, "a longer password").status == 303
    assert somebody.sign_in(ADA, PASSWORD).status == 403


def test_two_tabs_that_answer_at_once_make_one_annotation(
    gateway: GatewayProcess, offer: Offer, server: LabelStudioServer
) -> None:
    ada, other = person(gateway), person(gateway)
    task = ada.next_task(offer.project).json()["id"]
    assert other.next_task(offer.project).json()["id"] == task
    statuses: list[int] = []

    def submit(tab: Person) -> None:
        statuses.append(tab.send("POST", f"/api/tasks/{task}/annotations", answer()).status)

    tabs = [threading.Thread(target=submit, args=(tab,)) for tab in (ada, other) * 3]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert sorted(statuses) == [201] + [409] * 5


@pytest.mark.parametrize("fault", [gateway_timeout, lost_answer, unavailable, late(3)])
def test_an_answer_that_may_have_been_stored_is_stored_once(
    start_gateway: StartGateway, make_offer: MakeOffer, server: LabelStudioServer, fault: Any
) -> None:
    name = f"fault {getattr(fault, '__name__', '')}"
    offer = make_offer(name, [{"text": "one"}, {"text": "two"}])
    with (
        FaultProxy(server.url) as upstream,
        start_gateway(offer, upstream=upstream.url, timeout_seconds=2.5) as gateway,
    ):
        ada = person(gateway)
        task = ada.next_task(offer.project).json()["id"]
        target = f"/api/tasks/{task}/annotations"
        upstream.plan("POST", "/annotations", fault)
        statuses = [ada.send("POST", target, answer("family")).status]
        deadline = time.monotonic() + 60
        while statuses[-1] == 503 and time.monotonic() < deadline:
            statuses.append(ada.send("POST", target, answer("housing")).status)
        assert statuses[-1] == 201
        time.sleep(4 if fault not in (gateway_timeout, lost_answer, unavailable) else 0)
        [history] = ada.send("GET", f"/api/projects/{offer.project}/label-stream-history").json()
        assert ada.next_task(offer.project).json()["data"] == {"text": "two"}
    one, two = stored(server, offer).values()
    assert [a["id"] for a in one] == [history["annotationId"]]
    assert one[0]["result"][0]["value"]["choices"] == [
        "family" if len(statuses) == 1 else "housing"
    ]
    assert two == []


@pytest.mark.parametrize("wait_seconds", [0.0, 0.02, 0.05, 0.1, 0.2, 0.4])
def test_killed_between_an_answer_and_its_receipt_nothing_is_lost_or_doubled(
    start_gateway: StartGateway,
    make_offer: MakeOffer,
    server: LabelStudioServer,
    wait_seconds: float,
) -> None:
    offer = make_offer(f"killed {wait_seconds}", [{"text": "one"}, {"text": "two"}])
    with start_gateway(offer) as gateway:
        ada = person(gateway)
        task = ada.next_task(offer.project).json()["id"]
        assert ada.send("POST", f"/api/tasks/{task}/drafts", answer()).status == 201
        told: list[int] = []

        def submit() -> None:
            try:
                told.append(ada.send("POST", f"/api/tasks/{task}/annotations", answer()).status)
            except OSError:
                told.append(0)

        sender = threading.Thread(target=submit)
        sender.start()
        time.sleep(wait_seconds)
        gateway.kill()
        sender.join()
        # Whatever Label Studio was in the middle of it ends now.
        time.sleep(1)
        gateway.start()
        after = ada.next_task(offer.project).json()
        if after["data"] == {"text": "one"}:
            assert told != [201], "what was acknowledged is not asked again"
            # Not stored, so the draft is still there, and the same number takes the answer.
            assert after["id"] == task
            assert len(after["drafts"]) == 1
            assert ada.send("POST", f"/api/tasks/{task}/annotations", answer()).status == 201
        assert ada.next_task(offer.project).json()["data"] == {"text": "two"}
        [history] = ada.send("GET", f"/api/projects/{offer.project}/label-stream-history").json()
    one, two = stored(server, offer).values()
    assert [a["id"] for a in one] == [history["annotationId"]]
    assert two == []


def test_while_label_studio_is_down_nothing_is_lost(
    start_gateway: StartGateway, make_offer: MakeOffer, server: LabelStudioServer
) -> None:
    offer = make_offer("down", [{"text": "one"}, {"text": "two"}])
    with (
        FaultProxy(server.url) as upstream,
        start_gateway(offer, upstream=upstream.url) as gateway,
    ):
        ada = person(gateway)
        task = ada.next_task(offer.project).json()["id"]
        upstream.plan("POST", "/", *[unavailable] * 4)
        upstream.plan("GET", "/", *[unavailable] * 4)
        target = f"/api/tasks/{task}/annotations"
        assert ada.send("POST", target, answer()).status == 503
        assert ada.send("POST", target, answer()).status == 503
        while ada.send("POST", target, answer()).status != 201:
            assert sum(m == "GET" for m, _ in upstream.seen) < 12
        assert ada.send("POST", target, answer()).status == 409
    assert [len(annotations) for annotations in stored(server, offer).values()] == [1, 0]


def test_a_stop_is_orderly(start_gateway: StartGateway, offer: Offer) -> None:
    import os

    with start_gateway(offer) as gateway:
        person(gateway)
        os.kill(gateway.pid, signal.SIGTERM)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                Person(gateway.origin).raw("GET", "/healthz")
            except OSError:
                break
            time.sleep(0.1)
        else:
            raise AssertionError("it did not stop")
