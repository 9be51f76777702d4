"""Replay real votes: what rules of asking spend for which labels, against three fixed votes.

    python benchmarks/bench_votes.py [--quick] [--json] [--corpora FOLDER]

Each record's votes are given in a random order fixed by the seed. The reference is the majority
of all votes of the record. The thresholds of `audited` are those of notes made before, never
fitted here. The last table is a simulation, and says so.
"""

import argparse
import csv
import hashlib
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from datacoop.label.deciding import standings
from datacoop.label.guesses import Features, guess
from datacoop.label.kinds import ballots_of
from datacoop.label.rules import RULES, value_of
from datacoop.label.spans import Marked, character_f1, merged, spans_to_value
from datacoop.label.votes import Vote
from datacoop.records.policies import DecidingPolicy, LabellingPolicy

CORPORA = Path(__file__).parents[2] / "shared" / "corpora"
BATCH = 250
"""Records that are sent out together; guesses are made anew for each batch."""

SEEDS = (1, 2, 3)


@dataclass(frozen=True, kw_only=True)
class Real:
    """Votes of real annotators on a corpus."""

    name: str
    values: tuple[str, ...]
    one_vote: tuple[str, ...]
    """The values for which one vote may be enough: all but the rare one."""
    rare: str
    votes: Mapping[bytes, Sequence[str]]
    texts: Mapping[bytes, str]
    kind: str = "choices"


def record_id(name: object) -> bytes:
    return hashlib.sha256(str(name).encode()).digest()


def convabuse(corpora: Path) -> Real:
    """Read ConvAbuse: is the user abusive? At least three of eight experts."""
    votes, texts = defaultdict(dict), {}
    path = corpora / "ann_convabuse" / "1_full" / "ConvAbuseEMNLPfull.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            shown = [row[name] for name in ("prev_agent", "prev_user", "agent", "user")]
            name = record_id((row["conv_id"], *shown))
            is_abuse = any(row[f"is_abuse.-{level}"] == "1" for level in (1, 2, 3))
            votes[name][row["annotator_id"]] = "abuse" if is_abuse else "none"
            texts[name] = f"{row['agent']} | {row['user']}"
    kept = {i: list(v.values()) for i, v in votes.items() if len(v) >= 3}
    return Real(
        name="convabuse",
        values=("none", "abuse"),
        one_vote=("none",),
        rare="abuse",
        votes=kept,
        texts={i: texts[i] for i in kept},
    )


def klue_nli(corpora: Path) -> Real:
    """Read KLUE NLI: five labels a pair, that of its author among them."""
    path = corpora / "ko_klue" / "klue-nli-v1.1" / "klue-nli-v1.1_dev.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    names = ("author", "label2", "label3", "label4", "label5")
    values = ("entailment", "neutral", "contradiction")
    votes = {record_id(r["guid"]): [r[n] for n in names] for r in rows}
    counts = Counter(value for given in votes.values() for value in given)
    return Real(
        name="KLUE NLI",
        values=values,
        one_vote=values,
        rare=min(values, key=counts.__getitem__),
        votes=votes,
        texts={record_id(r["guid"]): f"{r['premise']} | {r['hypothesis']}" for r in rows},
    )


def klue_sts(corpora: Path) -> Real:
    """Read KLUE STS: whether two sentences mean the same, from scores of 3 and more."""
    path = corpora / "ko_klue" / "klue-sts-v1.1" / "klue-sts-v1.1_dev.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    votes = {
        record_id(r["guid"]): [
            "same" if s >= 3 else "other" for s in r["annotations"]["annotations"]
        ]
        for r in rows
    }
    counts = Counter(value for given in votes.values() for value in given)
    return Real(
        name="KLUE STS",
        values=("other", "same"),
        one_vote=("other", "same"),
        rare=min(counts, key=counts.__getitem__),
        votes={i: v for i, v in votes.items() if len(v) >= 3},
        texts={record_id(r["guid"]): f"{r['sentence1']} | {r['sentence2']}" for r in rows},
    )


def toxic_spans(corpora: Path) -> Real:
    """Read Toxic Spans: the marked characters, whatever their type; spans past the text are cut."""
    folder = corpora / "ann_toxic_spans" / "data"
    with (folder / "comments.csv").open(encoding="utf-8", newline="") as file:
        texts = {row["comment_id"]: row["comment_text"] for row in csv.DictReader(file)}
    with (folder / "annotations.csv").open(encoding="utf-8", newline="") as file:
        of = {row["annotation"]: row["comment_id"] for row in csv.DictReader(file)}
    marked = {annotation: set() for annotation in of}
    with (folder / "spans.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            start, end = int(row["start"]), min(int(row["end"]), len(texts[of[row["annotation"]]]))
            if start < end:
                marked[row["annotation"]].update(range(start, end))
    votes = defaultdict(list)
    for annotation, positions in marked.items():
        spans = [Marked(p, p + 1, "toxic") for p in sorted(positions)]
        votes[record_id(of[annotation])].append(merged([spans_to_value(spans)]))
    return Real(
        name="toxic spans",
        values=("toxic",),
        one_vote=(),
        rare="",
        kind="labels",
        votes={i: v for i, v in votes.items() if len(v) >= 3},
        texts={},
    )


READERS = {
    "convabuse": convabuse,
    "nli": klue_nli,
    "sts": klue_sts,
    "spans": toxic_spans,
}


def policy_of(real: Real, asking: str, votes: int, sure: int = 93) -> LabellingPolicy:
    deciding = DecidingPolicy(
        rule="characters" if real.kind == "labels" else "majority",
        asking=asking,
        one_vote=real.one_vote,
        sure_percent=sure,
    )
    return LabellingPolicy(
        question="q",
        kind=real.kind,
        values=real.values,
        share_percent=100,
        votes=votes,
        deciding=deciding,
    )


def replay(real: Real, policy: LabellingPolicy, seed: int) -> dict[bytes, list[str]]:
    """Give the votes that were spent, by record, when asked batch by batch as `policy` says."""
    rng = random.Random(seed)  # noqa: S311 - an order, no secret
    names = sorted(real.votes)
    rng.shuffle(names)
    stock = {i: rng.sample(list(real.votes[i]), len(real.votes[i])) for i in names}
    used = dict.fromkeys(names, 0)
    votes: list[Vote] = []
    features = Features(real.texts if policy.deciding.asking == "audited" else {})
    guesses: dict[bytes, dict[str, float]] = {}
    for start in range(0, len(names), BATCH):
        sent = names[start : start + BATCH]
        if features.places:
            first = {i: stock[i][0] for i in names[:start] if used[i]}
            guesses = guess(features, first, policy.values)
        while True:
            stands = standings(ballots_of(votes, policy), policy, sent, guesses)
            asked = {i: s.needed for i, s in stands.items() if s.needed and used[i] < len(stock[i])}
            if not asked:
                break
            # One vote each, then look again: nobody waits for two where one is enough.
            for name in sorted(asked):
                votes.append(a_vote(name, used[name], stock[name][used[name]], len(votes)))
                used[name] += 1
    return {i: stock[i][: used[i]] for i in names}


def a_vote(name: bytes, annotator: int, value: str, number: int) -> Vote:
    return Vote(
        record_id=name,
        annotator=f"a{annotator}",
        question="q",
        value=value,
        round=1,
        annotation_id=number,
        created_utc=f"{number:012}",
        withdrawn=False,
    )
