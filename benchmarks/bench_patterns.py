"""Patterns on one thread: MB per CPU-second, as a ratio against stock Presidio.

The reference is Presidio's own pattern recognizers, each run over each text as its
`AnalyzerEngine` runs them, without a model of names (and without the one for e-mail, which asks
the network for a list). Both read the same texts in the same run, and ours look for more.

    python benchmarks/bench_patterns.py [--megabytes 0.3] [FILE ...]

Each FILE is JSON Lines, gzipped or not, whose rows have a `text`, or CSV with such a column.
Without a file the texts are made up.
"""

import argparse
import csv
import gzip
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from presidio_analyzer import EntityRecognizer, predefined_recognizers

from datacoop.records.collection import parse_collection, read_folder
from datacoop.scrub.fast_finder import FastFinder
from datacoop_schemas import collection_folder

STOCK = (
    *("CreditCardRecognizer", "CryptoRecognizer", "DateRecognizer"),
    *("IbanRecognizer", "IpRecognizer", "MacAddressRecognizer", "PhoneRecognizer"),
    *("UrlRecognizer", "KrRrnRecognizer", "KrFrnRecognizer", "KrBrnRecognizer"),
    *("KrDriverLicenseRecognizer", "KrPassportRecognizer", "NhsRecognizer", "UkNinoRecognizer"),
    *("UkPassportRecognizer", "UkDrivingLicenceRecognizer", "UkPostcodeRecognizer"),
    *("UkVehicleRegistrationRecognizer", "CaSinRecognizer", "CaPostalCodeRecognizer"),
    *("SgFinRecognizer", "SgUenRecognizer", "DeTaxIdRecognizer", "DeTaxNumberRecognizer"),
    *("DePassportRecognizer", "DeIdCardRecognizer", "DeSocialSecurityRecognizer"),
    *("DeHealthInsuranceRecognizer", "DeVatIdRecognizer", "DeHandelsregisterRecognizer"),
    *("DeKfzRecognizer", "DePlzRecognizer"),
)
SENTENCE = (
    "the hearing under section 12 was moved to another day because a witness could not travel and "
    "both sides agreed that the file would be completed by the office before it goes on"
)


def made_up() -> Iterator[str]:
    """Give texts of about 600 characters, one in ten with a phone and an e-mail."""
    chance, words = random.Random(7), SENTENCE.split()  # noqa: S311 - made-up text
    while True:
        text = [chance.choice(words) for _ in range(110)]
        if chance.random() < 0.1:
            text.insert(50, f"call 020 7946 0{chance.randrange(1000):03d} or a@example.org")
        yield " ".join(text)


def texts_of(path: Path) -> Iterator[str]:
    """Give the texts of a file in order."""
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as file:
        rows = csv.DictReader(file) if path.suffix == ".csv" else map(json.loads, file)
        yield from (row["text"] for row in rows)


def take(texts: Iterator[str], most_bytes: float) -> list[str]:
    taken, size = [], 0
    while size < most_bytes and (chunk := list(islice(texts, 1))):
        taken += chunk
        size += len(chunk[0].encode())
    return taken


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def stock(recognizers: Sequence[EntityRecognizer], texts: Sequence[str]) -> None:
    for text in texts:
        for one in recognizers:
            one.analyze(text, one.supported_entities, None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=float, default=0.3)
    parser.add_argument("files", nargs="*", type=Path)
    options = parser.parse_args()
    policy = parse_collection(read_folder(collection_folder("documents"))).scrub
    finder = FastFinder(replace(policy, names=False), (), {})
    finder.prepare()
    recognizers = [getattr(predefined_recognizers, name)() for name in STOCK]
    for source in options.files or [None]:
        texts = take(texts_of(source) if source else made_up(), options.megabytes * 1e6)
        size = sum(len(text.encode()) for text in texts) / 1e6
        finder.find_patterns(texts[:20])
        ours = seconds(lambda texts=texts: finder.find_patterns(texts))
        theirs = seconds(lambda texts=texts: stock(recognizers, texts))
        print(
            f"{source.name if source else 'made-up texts'}: {len(texts)} texts, {size:.2f} MB; "
            f"ours {size / ours:.2f} MB/s, stock Presidio {size / theirs:.3f} MB/s, "
            f"ratio {theirs / ours:.1f}"
        )


if __name__ == "__main__":
    main()
