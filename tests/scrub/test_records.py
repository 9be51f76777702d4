import os
from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrubbing import (
    FRAGMENTS,
    MEMBER,
    OTHER_MEMBER,
    TEXT,
    VALUES,
    make_batch,
    make_collection,
    make_policy,
)

from datacoop.errors import SettingsError
from datacoop.records.collection import Collection, Column
from datacoop.records.columns import SYSTEM_FIELDS
from datacoop.scrub.finder import PolicyFinder
from datacoop.scrub.pseudonyms import Pseudonymizer
from datacoop.scrub.records import PERSONS_SCHEMA, Scrubbed, scrub_batch
from datacoop.scrub.rows import Finder, Row, find_all
from datacoop.scrub.spans import Finding
from datacoop.scrub.texts import Place

POLICY = make_policy()
DOCUMENTS = make_collection(POLICY)
FINDER = PolicyFinder(POLICY, (), {})

DIALOGUES = make_collection(
    make_policy(columns={"patient": "PERSON", "born": "DATE_TIME"}),
    (
        Column(name="turns", type="turns", required=True, is_text=True),
        Column(name="setting", type="string", required=False, is_text=True),
        Column(name="patient", type="string", required=False, is_text=False),
        Column(name="born", type="date", required=False, is_text=False),
        Column(name="class", type="string", required=True, is_text=False, values=("a", "b")),
        Column(name="ward", type="string", required=False, is_text=False),
        Column(name="age", type="integer", required=False, is_text=False),
    ),
)


class WordFinder:
    """Takes given words for names; fails on a text that holds `BOOM`."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def supports(self, language: str) -> bool:
        return language != "ta"

    def find(self, language: str, texts: Sequence[str]) -> list[list[Finding]]:
        assert self.supports(language)
        if any("BOOM" in text for text in texts):
            raise RuntimeError(f"quotes {texts}")
        return [[self._place(text, word) for word in self.words if word in text] for text in texts]

    def find_patterns(self, language: str, texts: Sequence[str]) -> list[list[Finding]]:
        return FINDER.find_patterns(language, texts)

    def _place(self, text: str, word: str) -> Finding:
        return Finding(text.index(word), text.index(word) + len(word), "PERSON", 0.9)


def scrub(
    texts: Sequence[str],
    languages: Sequence[str] | str = "en",
    collection: Collection = DOCUMENTS,
    pseudonymizer: Pseudonymizer = MEMBER,
) -> Scrubbed:
    batch = make_batch(collection, [{"text": text} for text in texts], languages)
    return scrub_batch(batch, collection=collection, finder=FINDER, pseudonymizer=pseudonymizer)


def texts_of(scrubbed: Scrubbed) -> list[str]:
    return list(scrubbed.records.column("text").to_pylist())


raw_texts = st.lists(st.sampled_from(FRAGMENTS), max_size=7).map("".join)
law = settings(max_examples=int(os.environ.get("SCRUB_EXAMPLES", "80")), deadline=None)


@law
@given(raw_texts)
def test_scrubbing_twice_is_scrubbing_once(text: str) -> None:
    once = texts_of(scrub([text]))
    assert texts_of(scrub(once)) == once


@law
@given(st.lists(st.tuples(st.sampled_from(sorted(VALUES)), st.integers(0, 9)), max_size=5))
def test_no_planted_value_is_left(picked: list[tuple[str, int]]) -> None:
    planted = [VALUES[entity][at % len(VALUES[entity])] for entity, at in picked]
    (text,) = texts_of(scrub(["은 그리고 ".join(planted) + "를"], "ko"))
    assert not [value for value in planted if value in text]


@law
@given(st.lists(raw_texts, max_size=5), st.integers(0, 5))
def test_a_batch_can_be_split_anywhere(texts: list[str], at: int) -> None:
    whole = scrub(texts).records
    parts = [scrub(texts[:at]).records, scrub(texts[at:]).records]
    for name in ("text", "masked_digest", "minhash", "finding_counts"):
        joined = [value for part in parts for value in part.column(name).to_pylist()]
        assert joined == whole.column(name).to_pylist()


@law
@given(st.lists(raw_texts, max_size=4))
def test_rows_stay_where_they_are(texts: list[str]) -> None:
    batch = make_batch(DOCUMENTS, [{"text": text} for text in texts])
    found = scrub_batch(batch, collection=DOCUMENTS, finder=FINDER, pseudonymizer=MEMBER)
    assert found.records.column("record_id").equals(batch.column("record_id"))
    assert len(found.reasons) == batch.num_rows
    assert found.reasons.null_count == batch.num_rows


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("word " * 200_000, None),
        ("word " * 4_000_001, "scrub.too_costly"),
        ("7 " * 1_000_000, "scrub.too_costly"),
    ],
)
def test_a_record_beyond_the_budget_is_held_back_uncounted_in_seconds(
    text: str, reason: str | None
) -> None:
    rows = [Row(language="en", texts={Place(0, "text"): text}), Row(language="en")]
    assert find_all(rows, WordFinder()) == [reason, None]
    assert bool(rows[0].findings) == (reason is None)


def test_the_schema_is_that_of_records_without_terms() -> None:
    found = scrub(["x"])
    expected = [field for field in SYSTEM_FIELDS if field.name != "terms_id"]
    assert list(found.records.schema) == [*DOCUMENTS.payload_schema, *expected]
    assert found.persons.schema == PERSONS_SCHEMA
    assert scrub([]).records.schema == found.records.schema


def test_pseudonyms_hold_within_a_member_and_not_across() -> None:
    collection = make_collection(make_policy(operator="pseudonym"))
    texts = ["a kim@example.com", "b KIM@example.com"]
    mine = [text[2:] for text in texts_of(scrub(texts, collection=collection))]
    theirs = [
        text[2:]
        for text in texts_of(scrub(texts, collection=collection, pseudonymizer=OTHER_MEMBER))
    ]
    assert len(set(mine)) == len(set(theirs)) == 1
    assert set(mine) != set(theirs)


def test_duplicates_are_seen_across_members_and_policies() -> None:
    pseudonyms = make_collection(make_policy(operator="pseudonym"))
    first = scrub(["Write to  kim@example.com NOW"], collection=pseudonyms)
    second = scrub(["write to lee@example.org now"], pseudonymizer=OTHER_MEMBER)
    assert first.records.column("masked_digest").equals(second.records.column("masked_digest"))
    assert first.records.column("minhash").equals(second.records.column("minhash"))


def test_findings_are_counted_by_entity_and_never_quoted() -> None:
    found = scrub(["kim@example.com, lee@example.com, 192.0.2.10"])
    assert found.records.column("finding_counts").to_pylist() == [
        [{"entity": "EMAIL_ADDRESS", "count": 2}, {"entity": "IP_ADDRESS", "count": 1}]
    ]


def test_the_index_finds_a_person_by_the_value_in_another_form() -> None:
    found = scrub(["x", "id 900101-1234568."])
    assert found.persons.to_pylist() == [
        {
            "value_digest": MEMBER.value_digest("KR_RRN", "9001011234568"),
            "record_id": (1).to_bytes(32, "big"),
        }
    ]


def test_a_language_without_a_model_and_a_failure_are_held_back_alone() -> None:
    batch = make_batch(
        DOCUMENTS,
        [{"text": text} for text in ("Anna 1", "Anna BOOM", "Anna 3", "Anna 4")],
        ["en", "en", "ta", "en"],
    )
    found = scrub_batch(
        batch, collection=DOCUMENTS, finder=WordFinder("Anna"), pseudonymizer=MEMBER
    )
    assert found.reasons.to_pylist() == [None, "scrub.failed", "scrub.language_unsupported", None]
    assert texts_of(found) == ["<PERSON> 1", "", "", "<PERSON> 4"]
    assert found.records.column("finding_counts").to_pylist()[1:3] == [[], []]
    assert len(set(found.records.column("masked_digest").to_pylist()[1:3])) == 1


def dialogue(**values: object) -> dict[str, object]:
    return {
        "turns": [
            {"speaker": "Dr Anna Smithson", "text": "Good morning, Bo."},
            {"speaker": "Bo Lindqvist", "text": "Mrs Smithson, I was born 1980-02-03."},
        ],
        "setting": None,
        "patient": "Bo Lindqvist",
        "born": "1980-02-03",
        "class": "a",
        "ward": "call 010-1234-5678",
        "age": 44,
    } | values


def scrub_dialogues(*rows: dict[str, object], finder: Finder | None = None) -> Scrubbed:
    policy = make_policy(
        columns={"patient": "PERSON", "born": "DATE_TIME"},
        operators={"DATE_TIME": "generalise"},
    )
    collection = make_collection(policy, DIALOGUES.columns)
    return scrub_batch(
        make_batch(collection, rows),
        collection=collection,
        finder=finder or WordFinder("Anna Smithson"),
        pseudonymizer=MEMBER,
    )


def test_personal_columns_and_names_are_carried_through_the_turns_of_a_record() -> None:
    (row,) = scrub_dialogues(dialogue()).records.to_pylist()
    assert row["turns"] == [
        {"speaker": "Dr <PERSON>", "text": "Good morning, <PERSON>."},
        {"speaker": "<PERSON>", "text": "Mrs <PERSON>, I was born 1980."},
    ]
    assert (row["patient"], row["born"], row["class"]) == ("<PERSON>", "1980", "a")
    assert row["ward"] == "call <PHONE_NUMBER>"
    assert row["setting"] is None


def test_what_is_known_of_one_record_is_not_searched_for_in_another() -> None:
    other = dialogue(turns=[{"speaker": "x", "text": "Bo, Smithson"}], patient=None, born=None)
    second = scrub_dialogues(dialogue(), other).records.to_pylist()[1]
    assert second["turns"] == [{"speaker": "x", "text": "Bo, Smithson"}]


def test_a_scrubbed_dialogue_stays_as_it_is() -> None:
    once = scrub_dialogues(dialogue()).records
    again = scrub_dialogues(*once.to_pylist()).records
    for name in DIALOGUES.payload_schema.names:
        assert again.column(name).equals(once.column(name))


def test_a_failed_dialogue_holds_nothing_raw() -> None:
    turns = [{"speaker": "Bo", "text": "BOOM"}, None]
    found = scrub_dialogues(dialogue(turns=turns))
    (row,) = found.records.to_pylist()
    assert row["turns"] == []
    assert (row["patient"], row["born"], row["ward"], row["setting"]) == (None,) * 4
    assert found.persons.num_rows == 0


def test_kept_entities_are_counted_and_left_in_the_text() -> None:
    collection = make_collection(make_policy(operators={"IP_ADDRESS": "keep"}))
    found = scrub(["at 192.0.2.10"], collection=collection)
    assert texts_of(found) == ["at 192.0.2.10"]
    assert found.records.column("finding_counts").to_pylist() == [
        [{"entity": "IP_ADDRESS", "count": 1}]
    ]


def test_a_personal_column_of_numbers_is_refused() -> None:
    collection = make_collection(
        make_policy(columns={"age": "DATE_TIME"}),
        (TEXT, Column(name="age", type="integer", required=False, is_text=False)),
    )
    with pytest.raises(SettingsError, match="age"):
        scrub(["x"], collection=collection)


def test_a_batch_of_slices_is_scrubbed_like_a_whole_one() -> None:
    texts = ["a", "b kim@example.com", "c"]
    whole = make_batch(DOCUMENTS, [{"text": text} for text in texts])
    sliced = scrub_batch(
        whole.slice(1, 1), collection=DOCUMENTS, finder=FINDER, pseudonymizer=MEMBER
    )
    assert texts_of(sliced) == ["b <EMAIL_ADDRESS>"]
    assert isinstance(sliced.records, pa.RecordBatch)
