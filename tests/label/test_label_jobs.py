"""Votes from a file, disputed records, experts' decisions: the commands on a real pool."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from click.testing import CliRunner, Result
from plays import CREATED, Stage, make_play, make_stage, many_lines, write_settings

from datacoop.cli.main import datacoop as group
from datacoop.demo.accounts import Account
from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.errors import RefusedError, SettingsError
from datacoop.jobs.building import label_table
from datacoop.jobs.collected import collected_decisions
from datacoop.jobs.contracts import add_collection, contract_of
from datacoop.jobs.labels import current_labels
from datacoop.pool.blobs import bytes_to_batches
from datacoop.records.collection import Collection, parse_collection

pytestmark = [pytest.mark.integration, pytest.mark.slow]

NAME = "classification"
A, B, C = "fits", "does_not_fit", "unsure"
VOTES = ((A, A), (A, B, B), (A, B, C), (C, B, A), (B, C, A))
DECIDING = {"asking": "until_settled", "expert_below_percent": 50}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    made, play = make_stage(tmp_path_factory.mktemp("votes")), make_play(many_lines(30))
    made.submit(play)
    made.intake(play)
    files = dict(contract_of(made.pool, made.pool.require(), NAME).files)
    changed = yaml.safe_load(files["collection.yaml"])
    changed["labelling"] |= {"share_percent": 100, "deciding": DECIDING}
    files["collection.yaml"] = yaml.safe_dump(changed, sort_keys=False)
    add_collection(made.pool, parse_collection(files), made.keys.operator, created_utc=CREATED)
    write_settings(made)
    (made.root / "keys" / "annotators.key").write_bytes(bytes(range(32)))
    with (made.root / "datacoop.toml").open("a", encoding="utf-8") as file:
        file.write('annotator_key = "keys/annotators.key"\n')
    ids = made.records(play.submission_id)["record_id"].to_pylist()
    (made.root / "export.json").write_text(json.dumps(tasks(ids)))
    return made


def contract(stage: Stage) -> Collection:
    return contract_of(stage.pool, stage.pool.require(), NAME)


def tasks(ids: list[bytes]) -> list[dict[str, Any]]:
    return [
        {
            "data": {"pool_uid": record_id.hex()},
            "annotations": [
                {
                    "id": 100 * number + user,
                    "completed_by": user,
                    "updated_at": f"2026-07-02T10:0{user}:00Z",
                    "result": [
                        {
                            "from_name": "class_fits",
                            "to_name": "text",
                            "type": "choices",
                            "value": {"choices": [value]},
                        }
                    ],
                }
                for user, value in enumerate(values)
            ],
        }
        for number, (record_id, values) in enumerate(zip(ids, VOTES, strict=False))
    ]


def run(stage: Stage, *words: str) -> Result:
    settings = str(stage.root / "datacoop.toml")
    return CliRunner().invoke(group, ["label", *words, "--config", settings, "--json"])


def told(stage: Stage, *words: str) -> Any:
    done = run(stage, *words)
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


def bring(stage: Stage) -> Any:
    return told(stage, "import", NAME, str(stage.root / "export.json"), "--source", "partner")


def test_an_import_brings_votes_once(stage: Stage) -> None:
    bring(stage)
    before = stage.log()
    again = bring(stage)
    assert (again["votes_new"], again["votes_in_all"]) == (0, 14)
    assert again["invalid"] == {}
    assert stage.log() == before


def test_votes_on_foreign_records_are_counted_and_left(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "foreign.json").write_text(json.dumps(tasks([bytes(32)])))
    found = told(stage, "import", NAME, str(tmp_path / "foreign.json"), "--source", "partner")
    assert found["invalid"] == {"label.unknown_record": 2}
    assert found["votes_new"] == 0


def test_a_disputed_record_waits_and_an_expert_decides_it(stage: Stage) -> None:
    bring(stage)
    waiting = told(stage, "disputed", NAME)
    assert len(waiting) == 3
    assert {one["votes"] for one in waiting} == {f"1 x {B}, 1 x {A}, 1 x {C}"}
    record = waiting[0]["record"]
    labelled = {label.record_id.hex() for label in current_labels(stage.pool, contract(stage))}
    assert record not in labelled
    words = ("decide", NAME, record, B, "--reason", "two readings", "--expert", "e.park")
    assert told(stage, *words)["entered"] == 1
    assert [w["record"] for w in told(stage, "disputed", NAME)] == [
        w["record"] for w in waiting[1:]
    ]
    [batch] = bytes_to_batches(label_table(stage.pool, contract(stage)))
    rows = {row["record_id"].hex(): row for row in batch.to_pylist()}
    assert (rows[record]["label"], rows[record]["decided_by"]) == (B, "expert")
    assert len(rows[record]["votes"]) == 3
    assert {row["decided_by"] for row in rows.values()} == {"majority", "expert"}
    written = "".join(path.read_text() for path in (stage.root / "pool" / "log").iterdir())
    assert "e.park" not in written
    assert "two readings" not in written


@pytest.mark.parametrize(
    ("record", "value", "error"),
    [("ab", B, SystemExit), ("00" * 32, B, RefusedError), ("", "perhaps", RefusedError)],
)
def test_a_decision_that_fits_nothing_is_refused(
    stage: Stage, record: str, value: str, error: type[BaseException]
) -> None:
    bring(stage)
    record = record or told(stage, "disputed", NAME)[-1]["record"]
    before = stage.log()
    done = run(stage, "decide", NAME, record, value, "--reason", "r", "--expert", "e")
    assert isinstance(done.exception, error)
    assert stage.log() == before


def test_votes_go_out_as_a_table_and_come_back_as_json(stage: Stage, tmp_path: Path) -> None:
    bring(stage)
    assert told(stage, "export", NAME, str(tmp_path / "votes.csv"))["votes"] == 14
    lines = (tmp_path / "votes.csv").read_text().splitlines()
    assert lines[0] == '"item","annotator","label","time"'
    assert len(lines) == 15
    file = str(tmp_path / "votes.json")
    told(stage, "export", NAME, file, "--format", "label-studio")
    found = told(stage, "import", NAME, file, "--own")
    assert (found["votes_new"], found["invalid"]) == (0, {})
    assert isinstance(run(stage, "export", NAME, file).exception, SettingsError)
    words = ("--attribute", "country")
    without_workforce = run(stage, "export", NAME, str(tmp_path / "told.csv"), *words)
    assert isinstance(without_workforce.exception, SettingsError)
    assert not (tmp_path / "told.csv").exists()
    refused = run(
        stage, "export", NAME, str(tmp_path / "t.json"), "--format", "label-studio", *words
    )
    assert refused.exit_code == 2
    assert run(stage, "import", NAME, file).exit_code == 2
    assert run(stage, "import", NAME, file, "--own", "--source", "x").exit_code == 2


def test_agreement_and_status_are_told(stage: Stage) -> None:
    bring(stage)
    together, *others = told(stage, "agreement", NAME)
    assert (together["measure"], together["records"]) == ("nominal", 5)
    assert {tuple(one["pair"]) for one in others if one["pair"]}
    row = next(one for one in told(stage, "status") if one["collection"] == NAME)
    assert row["votes"] == 14
    assert row["labels"] + row["disputed"] == 5


def test_a_contract_whose_form_does_not_fit_is_refused(stage: Stage) -> None:
    files = dict(contract(stage).files)
    files["labeling.xml"] = files["labeling.xml"].replace('value="unsure"', 'value="maybe"')
    before = stage.log()
    with pytest.raises(RefusedError, match="the choices differ"):
        add_collection(
            stage.pool, parse_collection(files), stage.keys.operator, created_utc=CREATED
        )
    assert stage.log() == before


SPANS = {
    "question": "parts",
    "kind": "labels",
    "values": ["place", "time"],
    "share_percent": 100,
    "votes": 2,
    "deciding": {"rule": "characters"},
}
FORM = """<View>
  <Text name="text" value="$text"/>
  <Labels name="parts" toName="text"><Label value="place"/><Label value="time"/></Labels>
</View>"""


def spans_contract(files: dict[str, str]) -> Collection:
    changed = yaml.safe_load(files["collection.yaml"]) | {"labelling": SPANS}
    text = yaml.safe_dump(changed, sort_keys=False)
    return parse_collection(files | {"collection.yaml": text, "labeling.xml": FORM})


def part(start: int, end: int) -> dict[str, Any]:
    value = {"start": start, "end": end, "labels": ["place"]}
    return {"from_name": "parts", "to_name": "text", "type": "labels", "value": value}


def test_marked_spans_become_votes_within_the_text(stage: Stage, tmp_path: Path) -> None:
    before = contract(stage)
    add_collection(
        stage.pool, spans_contract(dict(before.files)), stage.keys.operator, created_utc=CREATED
    )
    first, annotations = json.loads((stage.root / "export.json").read_text())[0], []
    for user, spans in enumerate([[part(0, 4)], [part(2, 4)], [part(0, 100_000)], []]):
        annotation = first["annotations"][0] | {"id": 900 + user, "completed_by": 20 + user}
        annotations.append(annotation | {"result": spans})
    (tmp_path / "spans.json").write_text(json.dumps([first | {"annotations": annotations}]))
    found = told(stage, "import", NAME, str(tmp_path / "spans.json"), "--source", "spans")
    assert found["invalid"] == {"label.span_outside": 1}
    assert (found["votes_new"], found["labels"], found["measure"]) == (3, 1, "character F1")
    [label] = current_labels(stage.pool, contract(stage))
    assert label.value == '[[2,4,"place"]]'
    add_collection(stage.pool, before, stage.keys.operator, created_utc=CREATED)


def test_experts_decide_in_label_studio(
    stage: Stage,
    server: LabelStudioServer,
    accounts: list[Account],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bring(stage)
    with (stage.root / "datacoop.toml").open("a", encoding="utf-8") as file:
        file.write(f'[label_studio]\nurl = "{server.url}"\n')
    monkeypatch.setenv("LABEL_STUDIO_TOKEN", server.token)
    waiting = {one["record"] for one in told(stage, "disputed", NAME, "--send")}
    assert told(stage, "disputed", NAME, "--send")
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
        operator = {"Authorization": f"Token {server.token}"}
        listed = client.get("/api/projects/?page_size=100", headers=operator).json()["results"]
        [project] = [p["id"] for p in listed if f"{NAME} (experts)" in p["description"]]
        tasks = client.get(f"/api/tasks/?project={project}", headers=operator).json()["tasks"]
        assert {task["data"]["pool_uid"] for task in tasks} == waiting
        assert {task["data"]["votes_given"] for task in tasks} == {
            f"Votes: 1 x {B}, 1 x {A}, 1 x {C}"
        }
        expert = {"Authorization": f"Token {accounts[0].token}"}
        for task, reasons in zip(tasks, ([], ["fits the second sense"]), strict=False):
            said = {"from_name": "expert_reason", "to_name": "text", "type": "textarea"}
            choice = {"from_name": "class_fits", "to_name": "text", "type": "choices"}
            result = [choice | {"value": {"choices": [A]}}, said | {"value": {"text": reasons}}]
            path = f"/api/tasks/{task['id']}/annotations/"
            client.post(path, json={"result": result}, headers=expert).raise_for_status()
    found = told(stage, "collect", NAME)
    assert found["invalid"]["label.no_reason"] == 1
    left = {one["record"] for one in told(stage, "disputed", NAME)}
    [decided] = waiting - left
    said = {d.record_id.hex(): d for d in collected_decisions(stage.pool, NAME)}
    assert (said[decided].value, said[decided].reason) == (A, "fits the second sense")
    log = stage.log()
    assert told(stage, "collect", NAME)["disputed"] == found["disputed"] == len(left)
    assert stage.log() == log
