"""Made-up payload rows for the collections that ship."""

from typing import Any

import pyarrow as pa

from datacoop.records.collection import Collection, parse_collection, read_folder
from datacoop_schemas import collection_folder

TEXT = "The tenant asked for the lift to be mended and has had no answer since March."

SOUND: dict[str, dict[str, Any]] = {
    "documents": {"title": "Letter", "text": TEXT, "author": "Mun", "written": "2024-05-01"},
    "dialogues": {
        "setting": "By telephone",
        "turns": [
            {"speaker": "nurse", "text": "What brings you to us today?"},
            {"speaker": "caller", "text": "My knee has hurt since Sunday."},
        ],
        "patient": "Mun",
    },
    "questions": {
        "question": "Is aspirin an anticoagulant?",
        "context": "Aspirin inhibits the clumping of platelets.",
        "answer": "No, it is an antiplatelet drug.",
    },
    "classification": {"text": "My new card has not arrived yet.", "class": "card_arrival"},
    "pairs": {"text_a": "The bus is late.", "text_b": "The bus has a delay.", "score": 4.5},
}
"""One row of each collection that no expectation holds back."""


def shipped(name: str) -> Collection:
    """Give a collection that ships."""
    return parse_collection(read_folder(collection_folder(name)))


def payload(collection: Collection, *changes: dict[str, Any]) -> pa.RecordBatch:
    """Make a batch of sound rows, one for each of `changes`, which replace single columns."""
    rows = [SOUND[collection.name] | change for change in changes]
    return pa.RecordBatch.from_pylist(rows, schema=collection.payload_schema)
