import hashlib

import numpy as np

from datacoop.scrub.minhash import shingles, signatures

TEXT = "the court held that the application was admissible and joined it to the merits"


def likeness(first: bytes, second: bytes) -> float:
    return float(np.mean(np.frombuffer(first, "<u4") == np.frombuffer(second, "<u4")))


def test_a_signature_never_changes() -> None:
    # Signatures lie in the pool: a library that makes others breaks all comparisons.
    (signature,) = signatures([shingles(TEXT, "en")])
    assert len(signature) == 512
    assert hashlib.sha256(signature).hexdigest() == GOLDEN


def test_near_texts_have_near_signatures() -> None:
    near = TEXT.replace("merits", "case")
    first, second, other = signatures(
        [shingles(TEXT, "en"), shingles(near, "en"), shingles("nothing of the sort", "en")]
    )
    assert likeness(first, second) > 0.6
    assert likeness(first, other) < 0.1


def test_korean_is_compared_by_characters() -> None:
    assert shingles("오늘은 맑다", "ko") == ["오늘은 맑", "늘은 맑다"]
    assert shingles("one two three four five six", "en") == [
        "one two three four five",
        "two three four five six",
    ]


def test_a_short_text_is_one_shingle() -> None:
    assert shingles("hello", "en") == ["hello"]
    assert shingles("네", "ko") == ["네"]


def test_the_company_of_other_texts_changes_no_signature() -> None:
    alone = signatures([shingles(TEXT, "en")])[0]
    assert signatures([["x"], shingles(TEXT, "en"), [""]])[1] == alone


GOLDEN = "95d0313e94d234ce2d7c74bb4082f2b52af5f899186959c69d9aac70a6fa9d70"
