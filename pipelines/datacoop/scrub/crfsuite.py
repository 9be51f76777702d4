"""Train the weights of a name model with python-crfsuite; the one file that knows it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import pycrfsuite

from datacoop.scrub.name_chain import SCORE_UNIT
from datacoop.scrub.name_features import Units

ITERATIONS = 100
PARAMETERS = {
    "c1": 0.2,
    "c2": 0.01,
    "max_iterations": ITERATIONS,
    "feature.minfreq": 2,
    "feature.possible_transitions": True,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedWeights:
    """What training found, as whole numbers of `SCORE_UNIT`."""

    buckets: npt.NDArray[np.int64]
    """The buckets that have a weight, rising."""

    scores: npt.NDArray[np.int16]
    """Shape (buckets, labels)."""

    transitions: npt.NDArray[np.int16]


def train_weights(
    parts: Sequence[tuple[Units, Sequence[int]]],
    labels: Sequence[str],
    bucket_bits: int,
    report: Callable[[str], None],
    most_rounds: int = ITERATIONS,
) -> FittedWeights:
    """Fit a linear CRF to units and the numbers of their labels; repeatable to the last bit."""
    rounds = min(most_rounds, int(PARAMETERS["max_iterations"]))
    parameters = {**PARAMETERS, "max_iterations": rounds}
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", params=parameters, verbose=False)
    names = [str(bucket) for bucket in range(1 << bucket_bits)]
    for units, numbers in parts:
        _append(trainer, units, [labels[number] for number in numbers], bucket_bits, names)
    report(f"fitting, {rounds} iterations at most")
    with TemporaryDirectory() as folder:
        file = str(Path(folder) / "model.crfsuite")
        trainer.train(file)
        tagger = pycrfsuite.Tagger()
        tagger.open(file)
        dump = tagger.info()
        tagger.close()
    return _whole_numbers(labels, dump.state_features, dump.transitions)


def _append(
    trainer: pycrfsuite.Trainer,
    units: Units,
    labels: Sequence[str],
    bucket_bits: int,
    names: list[str],
) -> None:
    opens = np.flatnonzero(np.diff(units.chains, prepend=-1)).tolist()
    rows = units.buckets(np.arange(len(labels)), bucket_bits).T
    for low, high in zip(opens, [*opens[1:], len(labels)], strict=True):
        seen = [[names[bucket] for bucket in row if bucket] for row in rows[low:high].tolist()]
        trainer.append(pycrfsuite.ItemSequence(seen), labels[low:high])


def _whole_numbers(
    labels: Sequence[str],
    states: dict[tuple[str, str], float],
    moves: dict[tuple[str, str], float],
) -> FittedWeights:
    limit = np.iinfo(np.int16).max
    table: dict[int, list[int]] = {}
    for (bucket, label), weight in states.items():
        score = max(-limit, min(limit, round(weight / SCORE_UNIT)))
        if score:
            table.setdefault(int(bucket), [0] * len(labels))[labels.index(label)] = score
    transitions = np.zeros((len(labels), len(labels)), dtype=np.int16)
    for (before, after), weight in moves.items():
        transitions[labels.index(before), labels.index(after)] = round(weight / SCORE_UNIT)
    buckets = sorted(table)
    return FittedWeights(
        buckets=np.array(buckets, dtype=np.int64),
        scores=np.array([table[bucket] for bucket in buckets], np.int16).reshape(-1, len(labels)),
        transitions=transitions,
    )
