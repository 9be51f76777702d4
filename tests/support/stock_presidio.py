"""Stock Presidio in a process of its own, which no setting of ours has touched."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from datacoop.records.policies import EntityPolicy, ScrubPolicy
from datacoop.records.policy_file import parse_policy, shipped_policy
from datacoop.scrub.spacy_models import has_spacy_model
from datacoop.scrub.spans import Finding

_BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def everything() -> ScrubPolicy:
    """Give the widest policy, with thresholds at which nothing is left out."""
    policy = parse_policy(shipped_policy("court"))
    entities = dict.fromkeys(policy.entities, EntityPolicy(operator="replace", threshold=0))
    return replace(policy, entities=entities, languages={}, mode="strict")


def stock_findings(
    language: str, texts: Sequence[str]
) -> tuple[frozenset[str], list[list[Finding]]]:
    """Give the entities that stock Presidio knows of `everything`, and its findings, sorted."""
    if not has_spacy_model(language):
        pytest.skip(f"needs the model of names for {language}")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", __file__, language],
        input=json.dumps(texts),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    entities, found = json.loads(done.stdout)
    return frozenset(entities), [[Finding(*one) for one in some] for some in found]


def _main(language: str) -> None:
    sys.path.append(str(_BENCHMARKS))
    from stock import StockFinder

    finder = StockFinder(language, everything())
    found = finder.find(language, json.load(sys.stdin))
    json.dump([finder.entities, [sorted(some) for some in found]], sys.stdout)


if __name__ == "__main__":
    _main(sys.argv[1])
