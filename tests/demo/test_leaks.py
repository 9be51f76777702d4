"""The search for leaks, held against values that are planted here in every wrapping."""

import json
import sqlite3
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from itertools import product
from pathlib import Path

import pyarrow as pa
import pytest

from datacoop.demo.data import Planted
from datacoop.demo.leaks import Leaks, find_leaks, is_strict
from datacoop.pool.blobs import batches_to_bytes
from datacoop.pool.keys import Role, load_signing_key, make_key
from datacoop.pool.signing import Statement, sign_statement

NAME = "Ji-yeon O'Hara-Müller"
SENTENCE = f'She said "yes" to {NAME},\nand left.'
OTHER = "Anneliese Grünwald"


def planted(value: str, entity: str = "PERSON") -> Planted:
    return Planted(member="m", submission="s", file=0, position=0, entity=entity, value=value)


def search(folder: Path, *values: str) -> Leaks:
    found = find_leaks(map(planted, values), {"pool": folder}, lambda _, __: None)
    assert found.places == {"pool": found.leaked["PERSON"]}
    return found


def raw(folder: Path, text: str) -> None:
    (folder / "server.log").write_text(f"2026-07-01 200 GET {text}\n", encoding="utf-8")


def among_other_bytes(folder: Path, text: str) -> None:
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "er" / "core").write_bytes(b"\xff\xfe\0" + text.encode() + b"\0\xff")


def arrow(folder: Path, text: str) -> None:
    filler = " ".join(str(number**3) for number in range(500))
    turns = [{"speaker": "A", "text": f"{filler} {text} {filler}"}]
    batch = pa.RecordBatch.from_pylist([{"turns": turns}])
    content = batches_to_bytes(batch.schema, [batch])
    assert NAME.encode() not in content, "it has to be compressed for this test to say anything"
    (folder / "shard").write_bytes(content)


def arrow_bytes(folder: Path, text: str) -> None:
    batch = pa.RecordBatch.from_pylist([{"row": text.encode()}])
    (folder / "shard").write_bytes(batches_to_bytes(batch.schema, [batch]))


def envelope(folder: Path, text: str) -> None:
    key = folder.parent / "operator.key"
    make_key(key, role=Role.OPERATOR, member="", holder="o")
    statement = Statement(predicate_type="urn:x", subjects=(), predicate={"note": text})
    (folder / "1.json").write_bytes(sign_statement(statement, load_signing_key(key)))


def plain_payload(folder: Path, text: str) -> None:
    payload = b64encode(text.encode()).decode()
    (folder / "1.json").write_text(json.dumps({"payload": payload}), encoding="utf-8")


def escaped(folder: Path, text: str) -> None:
    (folder / "tasks.json").write_text(json.dumps([{"text": text}]), encoding="ascii")


def database(folder: Path, text: str) -> None:
    """Store a text so that a page of the file ends within the name."""
    path = folder / "tasks.sqlite3"
    for before, after in product(range(1000, 1500, 50), range(0, 512, 8)):
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as opened:
            opened.execute("PRAGMA page_size = 512")
            opened.execute("PRAGMA synchronous = OFF")
            opened.execute('CREATE TABLE "a ""task""" (id INTEGER PRIMARY KEY, data TEXT)')
            stored = " " * before + text + " " * after
            opened.execute('INSERT INTO "a ""task""" (data) VALUES (?)', [stored])
            opened.commit()
        if NAME.encode() not in path.read_bytes():
            return
    pytest.fail("no place in the text brings it across two pages")


WRAPPINGS = (
    raw,
    among_other_bytes,
    arrow,
    arrow_bytes,
    envelope,
    plain_payload,
    escaped,
    database,
)


@pytest.mark.parametrize("wrap", WRAPPINGS)
def test_a_value_is_found_in_every_wrapping(
    tmp_path: Path, wrap: Callable[[Path, str], None]
) -> None:
    folder = tmp_path / "pool"
    folder.mkdir()
    wrap(folder, SENTENCE)
    found = search(folder, NAME, OTHER)
    assert (found.planted, found.leaked) == ({"PERSON": 2}, {"PERSON": 1})


@pytest.mark.parametrize("wrap", WRAPPINGS[:3] + WRAPPINGS[4:7])
def test_a_file_without_the_value_is_no_leak(
    tmp_path: Path, wrap: Callable[[Path, str], None]
) -> None:
    folder = tmp_path / "pool"
    folder.mkdir()
    wrap(folder, "She said yes to <PERSON>, and left.")
    assert search(folder, NAME, OTHER).leaked == {"PERSON": 0}


def test_files_that_only_begin_like_an_envelope_are_searched_as_they_are(tmp_path: Path) -> None:
    for number, content in enumerate(["{", '{"payload": 7}', '{"payload": "?"}', "{}", ""]):
        (tmp_path / str(number)).write_text(content, encoding="utf-8")
    assert search(tmp_path, NAME).leaked == {"PERSON": 0}
    (tmp_path / "last").write_text('{"payload": 7, "note": "' + OTHER, encoding="utf-8")
    assert search(tmp_path, OTHER).leaked == {"PERSON": 1}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("call 5550142 now", 1),
        ("call 5550142", 1),
        ("5550142", 1),
        ("tel:5550142;", 1),
        ("번호는5550142입니다", 1),
        ("digest 15550142", 0),
        ("digest 5550142a", 0),
        ("15550142 and 5550142", 1),
    ],
)
def test_a_value_counts_where_it_stands_alone(tmp_path: Path, text: str, count: int) -> None:
    (tmp_path / "file").write_text(text, encoding="utf-8")
    assert search(tmp_path, "5550142").leaked == {"PERSON": count}


def test_values_are_counted_once_and_places_by_folder(tmp_path: Path) -> None:
    for name in ("pool", "logs", "work"):
        (tmp_path / name).mkdir()
    for name in ("pool/a", "pool/b", "logs/a"):
        (tmp_path / name).write_text("a@example.org", encoding="utf-8")
    values = [planted("a@example.org", "EMAIL_ADDRESS")] * 2 + [planted(NAME)]
    told: list[tuple[int, int]] = []
    found = find_leaks(
        values,
        {name: tmp_path / name for name in ("pool", "logs", "work", "absent")},
        lambda done, total: told.append((done, total)),
    )
    assert found.planted == {"EMAIL_ADDRESS": 1, "PERSON": 1}
    assert found.leaked == {"EMAIL_ADDRESS": 1, "PERSON": 0}
    assert found.places == {"pool": 1, "logs": 1, "work": 0, "absent": 0}
    assert told == [(1, 2), (2, 2)]


def test_strict_entities_break_the_promise_and_others_when_asked() -> None:
    counts = {"EMAIL_ADDRESS": 1, "KR_RRN": 2, "PERSON": 3, "IBAN_CODE": 0}
    found = Leaks(planted=counts, leaked=counts, places={})
    assert found.broken(strict=False) == {"EMAIL_ADDRESS": 1, "KR_RRN": 2}
    assert found.broken(strict=True) == {"EMAIL_ADDRESS": 1, "KR_RRN": 2, "PERSON": 3}
    assert is_strict("STREET_ADDRESS")
    assert not is_strict("PERSON")
