import hashlib
from collections import Counter
from collections.abc import Callable

import pytest
from ballots import QUESTION, VALUES, make_policy
from fault_proxy import FaultProxy, gateway_timeout, lost_answer, unavailable
from hypothesis import given
from hypothesis import strategies as st

from datacoop.demo.accounts import Account
from datacoop.demo.annotators import (
    SimulatedAnnotator,
    annotate,
    chosen_annotators,
    simulated_answer,
)
from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.errors import TransientError
from datacoop.label.answers import read_answers
from datacoop.label.form import parse_form
from datacoop.label.label_studio import LabelStudio
from datacoop.label.routing import Task
from datacoop.label.votes import Vote

CHOICES = "".join(f'<Choice value="{value}"/>' for value in VALUES)
CONFIGURATION = f"""<View>
  <Text name="talk" value="$text"/>
  <Choices name="{QUESTION}" toName="talk" choice="single">{CHOICES}</Choices>
</View>"""
FORM = parse_form(CONFIGURATION)
POLICY = make_policy(votes=3)


def make_annotators(accounts: list[Account], error_rate: float = 0.2) -> list[SimulatedAnnotator]:
    return [
        SimulatedAnnotator(account=account, number=number, error_rate=error_rate)
        for number, account in enumerate(accounts)
    ]


def invented(count: int = 5) -> list[SimulatedAnnotator]:
    accounts = [Account(user_id=n, email=f"{n}@example.org", token="t") for n in range(count)]
    return make_annotators(accounts)


def key(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def test_the_error_rate_is_kept_over_many_tasks() -> None:
    [annotator] = invented(1)
    answers = Counter(simulated_answer(7, annotator, key(n), "soon", VALUES) for n in range(5_000))
    assert answers["soon"] / 5_000 == pytest.approx(0.8, abs=0.02)
    assert answers["routine"] / 5_000 == pytest.approx(0.1, abs=0.02)


def test_annotators_err_independently() -> None:
    one, two = invented(2)
    both = sum(
        "soon"
        not in {
            simulated_answer(7, one, key(n), "soon", VALUES),
            simulated_answer(7, two, key(n), "soon", VALUES),
        }
        for n in range(5_000)
    )
    assert both / 5_000 == pytest.approx(0.04, abs=0.01)


@given(st.integers(0, 9), st.integers(0, 200), st.sampled_from(VALUES))
def test_an_answer_is_a_value_and_always_the_same(seed: int, number: int, truth: str) -> None:
    annotator = invented()[2]
    first = simulated_answer(seed, annotator, key(number), truth, VALUES)
    assert first in VALUES
    assert simulated_answer(seed, annotator, key(number), truth, VALUES) == first


def test_tasks_go_evenly_to_as_many_annotators_as_votes_are_asked() -> None:
    work: Counter[int] = Counter()
    for number in range(2_000):
        chosen = chosen_annotators(7, invented(), key(number), 3)
        assert len({annotator.number for annotator in chosen}) == 3
        work.update(annotator.number for annotator in chosen)
    assert all(count == pytest.approx(1_200, rel=0.08) for count in work.values())


def make_work(studio: LabelStudio, project: int, count: int) -> dict[str, str]:
    """Add tasks to a project, and give the true value of each."""
    keys = [key(number) for number in range(count)]
    studio.add_tasks(
        project, [Task(record_id=bytes.fromhex(k), payload={"text": "a text"}) for k in keys]
    )
    return {k: VALUES[number % 3] for number, k in enumerate(keys)}


def collect(studio: LabelStudio, project: int) -> tuple[Vote, ...]:
    collected = read_answers(studio.answers(project), FORM, POLICY, b"key")
    assert collected.invalid == ()
    return collected.votes


@pytest.mark.integration
def test_every_task_gets_its_votes_once_even_in_a_second_run(
    server: LabelStudioServer,
    studio: LabelStudio,
    accounts: list[Account],
    new_project: Callable[[str], int],
) -> None:
    project = new_project(CONFIGURATION)
    truths = make_work(studio, project, 6)
    workers = make_annotators(accounts)
    told: list[tuple[int, int]] = []

    def work(seed: int) -> int:
        return annotate(
            server.url,
            project,
            workers,
            truths,
            FORM,
            POLICY,
            seed=seed,
            progress=lambda done, total: told.append((done, total)),
        )

    assert work(7) == 18
    assert told[-1] == (18, 18)
    assert work(7) == 0
    votes = collect(studio, project)
    assert len({(vote.record_id, vote.annotator) for vote in votes}) == len(votes) == 18
    assert set(Counter(vote.record_id for vote in votes).values()) == {3}


@pytest.mark.integration
@pytest.mark.parametrize("fault", [gateway_timeout, lost_answer, unavailable])
def test_a_failing_server_doubles_and_loses_no_answer(
    server: LabelStudioServer,
    studio: LabelStudio,
    accounts: list[Account],
    new_project: Callable[[str], int],
    fault: Callable[..., None],
) -> None:
    project = new_project(CONFIGURATION)
    truths = make_work(studio, project, 3)
    workers = make_annotators(accounts)
    with FaultProxy(server.url) as proxy:
        proxy.plan("POST", "/annotations", fault, fault)
        annotate(proxy.url, project, workers, truths, FORM, POLICY, seed=7)
    votes = collect(studio, project)
    assert len({(vote.record_id, vote.annotator) for vote in votes}) == len(votes) == 9


@pytest.mark.integration
def test_answers_that_never_get_through_are_counted(
    server: LabelStudioServer,
    studio: LabelStudio,
    accounts: list[Account],
    new_project: Callable[[str], int],
) -> None:
    project = new_project(CONFIGURATION)
    truths = make_work(studio, project, 1)
    with FaultProxy(server.url) as proxy:
        proxy.plan("POST", "/annotations", *[unavailable] * 20)
        with pytest.raises(TransientError, match="3 answers did not get through"):
            annotate(proxy.url, project, make_annotators(accounts), truths, FORM, POLICY, seed=7)
