"""The leak that is planted in the demo for its auditors to find."""

import json

from plays import submissions

from datacoop.demo.auditor import NICKNAME, SUBMISSION, plant
from datacoop.label.leak_audit import choose_rows
from datacoop.records.digest import record_id

KEY = b"a key"


def test_the_nickname_stands_in_three_rows_and_no_byte_moves() -> None:
    plays = list(submissions().values())
    for before, after in zip(plays, plant(plays, KEY), strict=True):
        if before.submission_id != SUBMISSION:
            assert after == before
            continue
        assert after.labels == before.labels
        assert after.files[1:] == before.files[1:]
        old, new = before.files[0].content, after.files[0].content
        assert len(new) == len(old)
        changed = [
            pair
            for pair in zip(old.split(b"\n"), new.split(b"\n"), strict=True)
            if len({*pair}) > 1
        ]
        assert len(changed) == 3
        for was, line in changed:
            assert line.count(NICKNAME.encode()) == 1
            assert json.loads(line).keys() == json.loads(was).keys()


def test_two_of_them_are_the_first_of_its_file_to_be_drawn() -> None:
    play = next(
        p for p in plant(list(submissions().values()), KEY) if p.submission_id == SUBMISSION
    )
    content = play.files[0].content
    rows = {record_id(t.submission, t.file, t.position): t for t in play.labels if t.file == 0}
    holding = [
        i for i, t in rows.items() if NICKNAME.encode() in content[t.position :].split(b"\n", 1)[0]
    ]
    drawn = choose_rows(KEY, rows, len(rows))
    # Copies of other rows and rows without room for it are passed over.
    assert sorted(drawn.index(i) for i in holding)[1] < len(rows) // 3
