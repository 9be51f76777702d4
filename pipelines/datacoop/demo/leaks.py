"""Search everything that a play leaves for the personal values that were planted."""

import json
import re
import sqlite3
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa

from datacoop.demo.data import Planted

STRICT = frozenset({"EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "PHONE_NUMBER", "STREET_ADDRESS"})
_NATIONAL = re.compile(r"^(KR|UK|CA|SG|DE|FR)_")
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaks:
    """Planted values by entity, and those of them that were found again."""

    planted: dict[str, int]
    leaked: dict[str, int]
    places: dict[str, int]
    """Leaked values by the place where they were found: a folder, not a value."""

    def broken(self, *, strict: bool) -> dict[str, int]:
        """Give the leaks that break the promise; all of them when `strict`."""
        return {e: n for e, n in self.leaked.items() if n and (strict or is_strict(e))}


def is_strict(entity: str) -> bool:
    """Say whether one leak of this entity breaks the promise already."""
    return entity in STRICT or bool(_NATIONAL.match(entity))


def find_leaks(
    planted: Iterable[Planted], folders: dict[str, Path], progress: Callable[[int, int], None]
) -> Leaks:
    """Search every file below the folders: its bytes, and what is packed into them.

    Args:
        folders: What to search, by the name to report.
    """
    values: dict[str, set[str]] = {}
    for item in planted:
        values.setdefault(item.entity, set()).add(item.value)
    texts = {name: "\n".join(_texts(folder)) for name, folder in folders.items()}
    leaked = dict.fromkeys(sorted(values), 0)
    places = dict.fromkeys(folders, 0)
    done, total = 0, sum(map(len, values.values()))
    for entity in sorted(values):
        for value in sorted(values[entity]):
            found = [name for name, text in texts.items() if _holds(text, value)]
            leaked[entity] += bool(found)
            for name in found:
                places[name] += 1
            done += 1
        progress(done, total)
    return Leaks(
        planted={entity: len(found) for entity, found in sorted(values.items())},
        leaked=leaked,
        places=places,
    )


def _holds(text: str, value: str) -> bool:
    """Say whether a value stands in a text, not as a part of a longer Latin word or number."""
    start = text.find(value)
    while start >= 0:
        end = start + len(value)
        before, after = text[start - 1 : start], text[end : end + 1]
        if not (_joins(before, value[0]) or _joins(value[-1], after)):
            return True
        start = text.find(value, start + 1)
    return False


def _joins(left: str, right: str) -> bool:
    return all(c.isascii() and _WORD.match(c) for c in (left, right) if c) and bool(left and right)


def _texts(folder: Path) -> Iterator[str]:
    """Give the texts of all files: as they are, unpacked, decoded, and unescaped."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        text = content.decode("utf-8", "replace")
        yield text
        yield from _unpacked(path, content)
        if "\\u" in text:
            yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)


def _unpacked(path: Path, content: bytes) -> Iterator[str]:
    if content.startswith(b"ARROW1"):
        yield from _strings(pa.ipc.open_file(content).read_all().to_pylist())
    elif content.startswith(b"SQLite format 3\0"):
        yield from _stored_texts(path)
    elif content.startswith(b"{"):
        try:
            payload = b64decode(json.loads(content)["payload"]).decode()
        except (ValueError, KeyError, TypeError, Base64Error):
            return
        yield payload
        with suppress(ValueError):
            yield from _strings(json.loads(payload))


def _stored_texts(path: Path) -> Iterator[str]:
    """Give the texts of a database's rows: in the file a long one is scattered over pages."""
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as database:
        database.text_factory = lambda stored: stored.decode("utf-8", "replace")
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            name = table.replace('"', '""')
            for row in database.execute(f'SELECT * FROM "{name}"'):  # noqa: S608 - a quoted name
                yield from _strings(list(row))


def _strings(value: object) -> Iterator[str]:
    """Give every text in a nested value as it is: its `repr` would escape quotes and breaks."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif isinstance(value, dict):
        yield from _strings([*value.keys(), *value.values()])
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
