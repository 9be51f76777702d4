"""The demo's annotators before a real gateway and a real Label Studio."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from fault_proxy import FaultProxy, gateway_timeout, lost_answer, unavailable
from gateways import PASSWORD, GatewayProcess, Offer
from tests.web.conftest import PEOPLE, MakeOffer, StartGateway

from datacoop.demo.annotators import (
    Browser,
    SimulatedAnnotator,
    Truth,
    annotate,
    shown_key,
    simulated_answer,
)
from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.errors import OutsideError, TransientError
from datacoop.label.form import parse_form
from datacoop.records.policies import LabellingPolicy

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

POLICY = LabellingPolicy(
    question="area", kind="choices", values=("family", "housing"), share_percent=100, votes=2
)


def person(number: int, password: str = PASSWORD) -> SimulatedAnnotator:
    return SimulatedAnnotator(
        email=PEOPLE[number], password=password, number=number, error_rate=0.5
    )


def work(gateway: GatewayProcess, offer: Offer) -> int:
    truths = {
        shown_key(payload): Truth(key=record_id.hex(), value="family")
        for record_id, payload in offer.records.items()
    }
    with ExitStack() as stack:
        browsers = [stack.enter_context(Browser(gateway.origin, person(n))) for n in range(2)]
        form = parse_form(offer.configuration)
        return annotate(browsers, offer.project, truths, form, POLICY, seed=7)


def stored(server: LabelStudioServer, offer: Offer) -> dict[str, list[dict[str, Any]]]:
    """Give all annotations by record id in hex, asked of Label Studio itself."""
    found = {}
    with httpx.Client(headers={"Authorization": f"Token {server.token}"}, timeout=60) as client:
        for record_id, task in offer.tasks.items():
            told = client.get(f"{server.url}/api/tasks/{task}/").raise_for_status().json()
            found[record_id.hex()] = told["annotations"]
    return found


def test_each_task_gets_the_answers_that_the_seed_fixes_once(
    server: LabelStudioServer, make_offer: MakeOffer, start_gateway: StartGateway
) -> None:
    offer = make_offer("simulated", [{"text": f"text {n}"} for n in range(6)])
    with start_gateway(offer) as gateway:
        assert work(gateway, offer) == 12
        assert work(gateway, offer) == 0
    for key, annotations in stored(server, offer).items():
        assert len({one["completed_by"]["id"] for one in annotations}) == len(annotations) == 2
        given = Counter(one["result"][0]["value"]["choices"][0] for one in annotations)
        assert given == Counter(
            simulated_answer(7, person(n), key, "family", POLICY.values) for n in range(2)
        )


@pytest.mark.parametrize("fault", [gateway_timeout, lost_answer, unavailable])
def test_a_failing_label_studio_doubles_and_loses_no_answer(
    server: LabelStudioServer,
    make_offer: MakeOffer,
    start_gateway: StartGateway,
    fault: Callable[..., None],
) -> None:
    offer = make_offer(f"simulated {fault.__name__}", [{"text": f"text {n}"} for n in range(2)])
    with FaultProxy(server.url) as proxy, start_gateway(offer, upstream=proxy.url) as gateway:
        proxy.plan("POST", "/annotations", fault, fault)
        work(gateway, offer)
    for annotations in stored(server, offer).values():
        assert len({one["completed_by"]["id"] for one in annotations}) == len(annotations) == 2


def test_an_answer_that_never_gets_through_is_told(
    server: LabelStudioServer, make_offer: MakeOffer, start_gateway: StartGateway
) -> None:
    offer = make_offer("simulated outage", [{"text": "one text"}])
    with FaultProxy(server.url) as proxy, start_gateway(offer, upstream=proxy.url) as gateway:
        proxy.plan("POST", "/annotations", *[unavailable] * 40)
        with pytest.raises(TransientError, match="annotations"):
            work(gateway, offer)


def test_who_is_not_let_in_answers_nothing(
    make_offer: MakeOffer, start_gateway: StartGateway
) -> None:
    offer = make_offer("simulated stranger", [{"text": "one text"}])
    with start_gateway(offer) as gateway:
        stranger = Browser(gateway.origin, person(0, "another password"))
        with pytest.raises(OutsideError, match="sign in"):
            stranger.__enter__()
