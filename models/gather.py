"""Gather rows for the English, French and Korean models from public corpora.

The texts have no spans of persons. English and French ones get those that spaCy finds: the
models learn from them as from a teacher. Slots of chats that hold names are taken as they are.

    python models/gather.py CORPORA OUT_FOLDER
"""

import csv
import gzip
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

from datacoop.scrub.spacy_names import spacy_names

SEED = 7
MAX_CHARACTERS = 1_500
BATCH = 200

_SENTENCE_END = re.compile(r"(?<=[.!?]) (?=[A-Z])")
_LABELS = {"PERSON": "PER", "LOCATION": "LOC", "ORGANIZATION": "ORG"}
KINDS_EACH = 4
"""The French model of kinds learns one text of so many."""


def _comma_rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _json_rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _news(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield from _SENTENCE_END.split(line.partition(" ")[2])


def _some(texts: Iterable[str], count: int) -> list[str]:
    every = sorted({text.strip()[:MAX_CHARACTERS] for text in texts if text.strip()})
    return Random(SEED).sample(every, min(count, len(every)))  # noqa: S311 - no secret


def english_texts(corpora: Path) -> dict[str, list[str]]:
    """Give texts to label, by corpus."""
    questions = json.loads((corpora / "med_pubmedqa/ori_pqal.json").read_bytes()).values()
    visits = [*_comma_rows(corpora / "med_mtsdialog/Main-Dataset/MTS-Dialog-TrainingSet.csv")]
    bank = _comma_rows(corpora / "fin_banking77/banking_data/train.csv")
    comments = _comma_rows(corpora / "ann_toxic_spans/data/comments.csv")
    laws = _json_rows(corpora / "ca_laws/acts.en.jsonl.gz")
    return {
        "news": _some(_news(corpora / "dup_minhash_news/articles_2500.train"), 9_000),
        "comments": _some((row["comment_text"] for row in comments), 3_000),
        "visits": _some((row[key] for row in visits for key in ("dialogue", "section_text")), 500),
        "bank": _some((row["text"] for row in bank), 1_500),
        "medicine": _some((row["QUESTION"] + "\n" + row["CONTEXTS"][0] for row in questions), 150),
        "laws": _some((row["text"] for row in laws), 200),
    }


def french_texts(corpora: Path) -> dict[str, list[str]]:
    """Give texts to label, by corpus."""
    laws = _json_rows(corpora / "ca_laws/lois.fr.jsonl.gz")
    silver = _json_rows(corpora / "pii_silver/fr_wikiann_train.jsonl.gz")
    return {
        "laws": _some((row["text"] for row in laws), 400),
        "wiki": _some((row["text"] for row in silver if len(row["text"]) > 80), 4_000),
    }


def taught(language: str, texts: dict[str, list[str]]) -> Iterator[dict[str, object]]:
    """Label texts with the spaCy model of their language."""
    for corpus, some in texts.items():
        for low in range(0, len(some), BATCH):
            batch = some[low : low + BATCH]
            for place, found in enumerate(spacy_names(language, batch), start=low):
                spans = [
                    {"start": one.start, "end": one.end, "label": _LABELS[one.entity]}
                    for one in found
                    if one.entity in _LABELS
                ]
                name = f"{language}-{corpus}-{place}"
                yield {"id": name, "lang": language, "text": some[place], "spans": spans}


def chats(corpora: Path) -> Iterator[dict[str, object]]:
    """Give turns of chats, the slots called `name` as persons."""
    rows = []
    for path in sorted((corpora / "svc_multidogo").glob("*/train.tsv")):
        with path.open(encoding="utf-8", newline="") as lines:
            rows += csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, row in enumerate(rows):
        words, slots = ((row[key] or "").split() for key in ("utterance", "slot-labels"))
        has_name = "name" in slots
        if len(words) != len(slots) or (not has_name and number % 12):
            continue
        text, people = "", []
        for place, (word, slot) in enumerate(zip(words, slots, strict=True)):
            text += " " * bool(text)
            if slot == "name" and place and slots[place - 1] == "name":
                people[-1]["end"] = len(text) + len(word)
            elif slot == "name":
                people.append({"start": len(text), "end": len(text) + len(word), "label": "PER"})
            text += word
        yield {"id": f"chat-{number}", "lang": "en", "text": text, "spans": people}


def _write(path: Path, rows: Iterable[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def main(corpora: Path, out: Path) -> None:
    """Write the files to learn from into the folder `out`."""
    out.mkdir(parents=True, exist_ok=True)
    _write(out / "en_chats.jsonl", chats(corpora))
    french = french_texts(corpora)
    few = {corpus: some[::KINDS_EACH] for corpus, some in french.items()}
    _write(out / "fr_taught.jsonl", taught("fr", french))
    _write(out / "fr_kinds_taught.jsonl", taught("fr", few))
    _write(out / "en_taught.jsonl", taught("en", english_texts(corpora)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
