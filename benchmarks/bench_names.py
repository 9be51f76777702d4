"""How much faster our models find names than spaCy's, on one thread; reads the public corpora.

The texts are parts of real ones, about 650 characters each. `cold` begins with no word kept from
earlier texts, `warm` has seen the texts once.
"""

import gzip
import importlib.metadata
import json
import platform
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from datacoop.scrub import names, spacy_names

CORPORA = Path(__file__).parents[2] / "shared" / "corpora"
TEXTS, CHARACTERS, ROUNDS = 600, 650, 3


def _laws(name: str) -> Iterator[str]:
    with gzip.open(CORPORA / "ca_laws" / name, "rt", encoding="utf-8") as lines:
        yield from (json.loads(line)["text"] for line in lines)


def _gold(*names: str) -> Iterator[str]:
    for name in names:
        with (CORPORA / "pii_gold" / name).open(encoding="utf-8") as lines:
            yield "\n".join(json.loads(line)["text"] for line in lines)


def _pieces(texts: Iterator[str], count: int) -> list[str]:
    whole = "\n".join(texts)
    step = max(CHARACTERS, len(whole) // count)
    return [whole[low : low + CHARACTERS] for low in range(0, len(whole), step)][:count]


def texts_of(language: str) -> list[str]:
    """Give half law and half other texts."""
    if language == "en":
        sources = (_laws("acts.en.jsonl.gz"), _gold("en_wikigold.jsonl", "en_tab.jsonl"))
    else:
        sources = (_laws("lois.fr.jsonl.gz"), _gold("fr_echr_train.jsonl"))
    return [piece for source in sources for piece in _pieces(source, TEXTS // 2)]


def seconds(call: Callable[[], object]) -> float:
    before = time.process_time()
    call()
    return time.process_time() - before


def measure(language: str) -> None:
    texts = texts_of(language)
    folder = names.installed_models()[language]
    spacy_names.spacy_names(language, texts[:2])
    theirs = min(seconds(lambda: spacy_names.spacy_names(language, texts)) for _ in range(2))
    models = [names.load_model(folder) for _ in range(ROUNDS)]
    cold = min(seconds(lambda model=model: names.find_names(model, texts)) for model in models)
    warm = min(seconds(lambda: names.find_names(models[0], texts)) for _ in range(ROUNDS))
    size = sum(map(len, texts))
    print(f"{language}: {len(texts)} texts, {size:,} characters")
    print(f"  spaCy {spacy_names.SPACY_MODELS[language]}: {theirs:.2f} s")
    for name, ours in (("cold", cold), ("warm", warm)):
        speed = f"{size / ours / 1e6:.2f} million characters/s"
        print(f"  datacoop-names, {name}: {ours:.3f} s, {theirs / ours:.0f} times faster, {speed}")


if __name__ == "__main__":
    if not CORPORA.is_dir():
        sys.exit("bench_names: needs the public corpora beside the checkout")
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("spacy", "thinc")]
    print(f"python {platform.python_version()}, numpy {np.__version__}, {', '.join(versions)}")
    print("one thread; spaCy with NumpyOps(use_blis=False), tok2vec and ner only")
    for one in ("en", "fr"):
        measure(one)
