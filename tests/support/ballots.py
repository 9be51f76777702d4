"""Builders of votes and labelling policies, and strategies that draw them."""

import hashlib

from hypothesis import strategies as st

from datacoop.label.votes import Vote
from datacoop.records.policies import LabellingPolicy

VALUES = ("routine", "soon", "urgent")
QUESTION = "urgency"


def make_policy(votes: int = 3, kind: str = "choices", share: int = 100) -> LabellingPolicy:
    return LabellingPolicy(
        question=QUESTION, kind=kind, values=VALUES, share_percent=share, votes=votes
    )


def make_record_id(number: int) -> bytes:
    return hashlib.sha256(f"record {number}".encode()).digest()


def make_vote(
    record: int = 0,
    annotator: str = "ann",
    value: str = VALUES[0],
    annotation_id: int = 1,
    minute: int = 0,
    question: str = QUESTION,
    withdrawn: bool = False,
) -> Vote:
    return Vote(
        record_id=make_record_id(record),
        annotator=annotator,
        question=question,
        value=value,
        round=1,
        annotation_id=annotation_id,
        created_utc=f"2026-03-01T10:{minute:02}:00.000000Z",
        withdrawn=withdrawn,
    )


votes = st.builds(
    make_vote,
    record=st.integers(0, 3),
    annotator=st.sampled_from(["ann", "bob", "cho", "dia"]),
    value=st.sampled_from(VALUES),
    annotation_id=st.integers(1, 9),
    minute=st.integers(0, 5),
    withdrawn=st.booleans(),
)
"""Facts about few records and annotators, so that they often meet."""

ballots = st.lists(votes, max_size=30)
