"""Label Korean texts with a teacher that sees morphemes; the model that ships sees characters only.

The teacher is the same chain with the morphemes of Kiwi as further features. It is trained on the
gold rows that are not held out. Needs `pip install kiwipiepy`, which nothing else does.

    python models/teach_korean.py CORPORA OUT_FILE
"""

import gzip
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
from kiwipiepy import Kiwi

from datacoop.scrub import names, training
from datacoop.scrub.crfsuite import train_weights
from datacoop.scrub.name_examples import made_up
from datacoop.scrub.name_features import Numbers, Places, Units, Weights, checksum, pair
from datacoop.scrub.name_gold import is_held_out, read_examples
from datacoop.scrub.name_makers import KOREAN
from datacoop.scrub.name_vocabulary import learn_vocabulary

SEED = 7
REVIEWS = 25_000
MOST_WITH_PEOPLE, MOST_WITHOUT = 6_000, 4_000
ROUNDS = 60
EDGE = ("", "-", 0)

kiwi = Kiwi(num_workers=1)


def _morphemes(text: str) -> list[list[tuple[str, str, int]]]:
    """Return for each character its morpheme and the two on each side: form, tag, place."""
    found = [one for one in kiwi.tokenize(text) if one.len > 0]
    around: list[list[tuple[str, str, int]]] = [[EDGE] * 5 for _ in text]
    for number, one in enumerate(found):
        for place in range(one.start, min(one.start + one.len, len(text))):
            near = [
                (found[at].form, found[at].tag, 0) if 0 <= at < len(found) else EDGE
                for at in range(number - 2, number + 3)
            ]
            near[2] = (one.form, one.tag, min(place - one.start, 3) * 4 + min(one.len, 3))
            around[place] = near
    return around


def _with_morphemes(units: Units, texts: Sequence[str]) -> Units:
    known = [_morphemes(text) for text in texts]
    rows = [
        known[text][start]
        for text, start in zip(units.texts.tolist(), units.starts.tolist(), strict=True)
    ]
    forms, tags, places = (
        np.array(
            [[checksum(kind, str(one[kind])) for one in row] for row in rows], dtype=np.uint64
        ).reshape(-1, 5)
        for kind in range(3)
    )
    place = places[:, 2]

    def facts(some: Places) -> list[Numbers]:
        form, tag, own = forms[some], tags[some], place[some]
        both = [pair(tag[:, at], tag[:, at + 1]) for at in range(4)]
        return [
            *units.facts(some),
            *(pair(tag[:, at], own) for at in range(5)),
            *(pair(form[:, at], own) for at in range(5)),
            *(pair(one, own) for one in both),
            pair(both[1], pair(tag[:, 3], own)),
            pair(form[:, 3], pair(tag[:, 2], own)),
            pair(form[:, 1], pair(tag[:, 2], own)),
        ]

    return replace(units, facts=facts)


def _texts(corpora: Path) -> list[str]:
    folder = corpora / "ko_klue"
    found = []
    for path, keys in (
        ("klue-nli-v1.1/klue-nli-v1.1_dev.json", ("premise", "hypothesis")),
        ("klue-sts-v1.1/klue-sts-v1.1_dev.json", ("sentence1", "sentence2")),
    ):
        rows = json.loads((folder / path).read_bytes())
        found += sorted({row[key].strip() for row in rows for key in keys})
    with gzip.open(corpora / "ko_movie_reviews/reviews.jsonl.gz", "rt", encoding="utf-8") as lines:
        reviews = sorted({json.loads(line)["review"].strip() for line in lines})
    return found + Random(SEED).sample(reviews, REVIEWS)  # noqa: S311 - no secret


def main(corpora: Path, out: Path) -> None:
    """Train the teacher, label the texts, and keep those with people and some without."""
    features = names.FEATURE_SETS["characters-1"]
    gold = [
        row
        for row in read_examples(corpora / "pii_gold/ko_klue_ner.jsonl", "ko")
        if not is_held_out(row)
    ]
    # Without a vocabulary: the words of reviews and of news are not the same.
    unknown = learn_vocabulary([])
    read = features.reader(unknown, None)
    examples = [*gold, *made_up(KOREAN, SEED)]
    texts = [row.text for row in examples]
    units = _with_morphemes(read(texts), texts)
    parts = [(units, training.unit_labels(units, examples))]
    fitted = train_weights(parts, names.LABELS, training.BUCKET_BITS, print, ROUNDS)
    weights = Weights(
        scores=training.all_scores(fitted, training.BUCKET_BITS), bucket_bits=training.BUCKET_BITS
    )
    rows: dict[bool, list[dict[str, object]]] = {True: [], False: []}
    every = _texts(corpora)
    for low in range(0, len(every), 500):
        some = every[low : low + 500]
        units = _with_morphemes(read(some), some)
        scores = sum(
            weights.of(facts, place)
            for place, facts in enumerate(units.facts(np.arange(len(units.starts))))
        )
        scored = replace(units, scores=lambda scores=scores: scores)
        model = names.NameModel(
            language="ko",
            labels=names.LABELS,
            threshold=0.5,
            read=lambda _, scored=scored: scored,
            vocabulary=unknown,
            transitions=fitted.transitions.astype(np.int64),
        )
        for place, found in enumerate(names.find_names(model, some), start=low):
            spans = [{"start": one.start, "end": one.end, "label": "PS"} for one in found]
            row = {"id": f"ko-{place}", "lang": "ko", "text": every[place], "spans": spans}
            rows[bool(found)].append(row)
    kept = rows[True][:MOST_WITH_PEOPLE] + rows[False][:MOST_WITHOUT]
    with out.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in kept)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
