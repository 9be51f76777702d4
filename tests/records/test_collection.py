import re
from pathlib import Path

import payloads
import pyarrow as pa
import pytest

from datacoop.errors import SettingsError
from datacoop.records.collection import FILES, POLICY_FILE, parse_collection, read_folder
from datacoop.records.columns import RESERVED
from datacoop.records.policies import WorkforcePolicy
from datacoop_schemas import collection_folder, collection_names, policy_text


def files(**changes: tuple[str, str]) -> dict[str, str]:
    texts = read_folder(collection_folder("pairs"))
    old, new = changes["contract"]
    assert old in texts["collection.yaml"]
    return texts | {"collection.yaml": texts["collection.yaml"].replace(old, new, 1)}


def test_five_collections_ship() -> None:
    assert collection_names() == (
        "classification", "dialogues", "documents", "pairs", "questions",
    )  # fmt: skip


def test_the_payload_schema_follows_the_contract() -> None:
    assert payloads.shipped("documents").payload_schema == pa.schema(
        [
            pa.field("title", pa.string()),
            pa.field("text", pa.string(), nullable=False),
            pa.field("author", pa.string()),
            pa.field("written", pa.string()),
        ]
    )
    turn = pa.struct([pa.field("speaker", pa.string()), pa.field("text", pa.string())])
    assert payloads.shipped("dialogues").payload_schema.field("turns").type == pa.list_(turn)


@pytest.mark.parametrize("name", collection_names())
def test_every_string_column_is_text_or_personal_or_checked(name: str) -> None:
    collection = payloads.shipped(name)
    loose = [
        column.name
        for column in collection.columns
        if column.type == "string"
        and not column.is_text
        and column.name not in collection.scrub.columns
    ]
    assert loose == (["class"] if name == "classification" else [])


@pytest.mark.parametrize("name", collection_names())
def test_personal_columns_are_columns_whose_entity_is_scrubbed(name: str) -> None:
    collection = payloads.shipped(name)
    for column, entity in collection.scrub.columns.items():
        assert column in collection.payload_schema.names
        assert collection.scrub.entities[entity].operator != "keep"


def test_text_columns_are_those_with_free_text() -> None:
    assert payloads.shipped("questions").text_columns == ("question", "context", "answer")
    assert payloads.shipped("classification").text_columns == ("text",)


def test_a_scrub_policy_is_named_with_its_version() -> None:
    assert re.fullmatch(r"direct@\d+", payloads.shipped("documents").scrub.id)


def test_a_folder_may_bring_its_own_scrub_policy(tmp_path: Path) -> None:
    for name, text in files(contract=("policy: direct", "policy: ours")).items():
        (tmp_path / name).write_text(text)
    own = policy_text("direct").replace("name: direct", "name: ours")
    (tmp_path / POLICY_FILE).write_text(own)
    collection = parse_collection(read_folder(tmp_path))
    assert collection.scrub.name == "ours"
    assert collection.file(POLICY_FILE) == own


def test_a_scrub_policy_under_another_name_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"policy 'ours', scrub\.yaml is 'direct'"):
        parse_collection(files(contract=("policy: direct", "policy: ours")))


def test_a_policy_that_does_not_ship_is_refused_with_those_that_do(tmp_path: Path) -> None:
    for name in FILES:
        text = files(contract=("policy: direct", "policy: strictest"))[name]
        (tmp_path / name).write_text(text)
    with pytest.raises(SettingsError, match="no scrub policy 'strictest' ships") as caught:
        read_folder(tmp_path)
    assert "clinical, court, direct" in str(caught.value.hint)


def test_the_digest_changes_with_any_file_and_not_with_their_order() -> None:
    texts = read_folder(collection_folder("pairs"))
    digest = parse_collection(texts).digest
    assert parse_collection(dict(reversed(texts.items()))).digest == digest
    for name in FILES:
        assert parse_collection(texts | {name: texts[name] + "\n"}).digest != digest


def test_a_file_of_the_folder_can_be_read_back() -> None:
    collection = payloads.shipped("pairs")
    assert collection.file("labeling.xml").startswith("<View>")


def test_a_folder_without_a_file_is_refused_by_its_name(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("contracts") / "notes"
    folder.mkdir()
    folder.joinpath("collection.yaml").write_text("name: notes\n")
    with pytest.raises(
        SettingsError,
        match=r"'notes' lacks expectations\.json, labeling\.xml, guidelines\.md",
    ):
        read_folder(folder)


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_a_column_may_not_take_the_name_of_a_system_column(name: str) -> None:
    wanted = re.escape(f"{name!r} is a system column @ $.columns[2].name")
    with pytest.raises(SettingsError, match=wanted):
        parse_collection(files(contract=("name: score", f"name: {name}")))


def test_a_contract_with_faults_lists_all_of_them() -> None:
    texts = files(contract=("votes: 3", "votes: none"))
    texts["collection.yaml"] = texts["collection.yaml"].replace("kind: choices", "kind: stars")
    with pytest.raises(SettingsError) as caught:
        parse_collection(texts)
    assert str(caught.value) == (
        "collection.yaml has 2 faults:"
        "\n  should be one of choices, rating, labels, pairwise @ $.labelling.kind"
        "\n  should be of type integer @ $.labelling.votes"
    )


def test_a_domain_column_is_a_payload_column() -> None:
    named = ("votes: 3", "votes: 3\n  workforce: {domain_column: nowhere}")
    with pytest.raises(SettingsError, match=r"'nowhere' is no payload column @ \$\.labelling"):
        parse_collection(files(contract=named))
    found = parse_collection(files(contract=(named[0], named[1].replace("nowhere", "text_a"))))
    assert found.labelling.workforce.domain_column == "text_a"
    assert payloads.shipped("pairs").labelling.workforce == WorkforcePolicy()


def with_quasi(columns: str) -> dict[str, str]:
    added = f"""release:
  near_duplicates: keep_one
  quasi_identifiers:
    columns: {columns}
"""
    return files(contract=("release:\n", added))


def test_quasi_identifiers_and_near_duplicates_are_read_from_the_contract() -> None:
    named = payloads.shipped("pairs").columns[0].name
    release = parse_collection(with_quasi(f"[{{column: {named}, steps: [prefix 3]}}]")).release
    assert release.near_duplicates == "keep_one"
    assert (release.k, release.quasi_identifiers[0].name) == (5, named)
    assert release.quasi_identifiers[0].steps == ("prefix 3",)
    shipped = payloads.shipped("pairs").release
    assert (shipped.near_duplicates, shipped.quasi_identifiers) == ("keep_all", ())


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ("[{column: nowhere}]", "no column of one value"),
        ("[{column: NAMED, steps: [band 5]}]", "does not fit a column of type string"),
        ("[{column: NAMED, steps: [month]}]", "does not fit a column of type string"),
    ],
)
def test_a_quasi_identifier_that_cannot_be_is_refused(columns: str, told: str) -> None:
    named = payloads.shipped("pairs").columns[0].name
    with pytest.raises(SettingsError, match=told):
        parse_collection(with_quasi(columns.replace("NAMED", named)))
