"""Whether patterns alone find what the demo plants, names apart."""

from dataclasses import replace
from random import Random

import payloads
import pytest

from datacoop.demo import rows
from datacoop.demo.data import make_submissions
from datacoop.demo.filling import Filled, Scene, fill
from datacoop.scrub.fast_finder import FastFinder


@pytest.mark.slow
def test_every_planted_value_but_names_is_found_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[Filled] = []

    def keep(frame: str, scene: Scene, random: Random) -> Filled:
        texts.append(fill(frame, scene, random))
        return texts[-1]

    monkeypatch.setattr(rows, "fill", keep)
    make_submissions()
    policy = replace(payloads.shipped("documents").scrub, names=False)
    finder = FastFinder(policy, (), {})
    missed: dict[str, int] = {}
    for filled in texts:
        (found,) = finder.find_patterns([filled.text])
        covered = {at for one in found for at in range(one.start, one.end)}
        for entity, value in filled.planted:
            start = filled.text.index(value)
            if entity != "PERSON" and not covered.issuperset(range(start, start + len(value))):
                missed[entity] = missed.get(entity, 0) + 1
    assert len(texts) > 1000
    assert missed == {}
