"""What is known of a row's people is known from each of its strings, free text or not."""

from dataclasses import replace

from scrubbing import make_policy

from datacoop.records.policies import EntityPolicy
from datacoop.scrub.edits import row_edits
from datacoop.scrub.finder import PolicyFinder
from datacoop.scrub.rows import Row, find_all
from datacoop.scrub.texts import Place

RULE = EntityPolicy(operator="replace", threshold=0.1)
POLICY = replace(make_policy(), entities={"PERSON": RULE})


def test_a_name_in_a_string_that_is_no_free_text_is_carried_through_the_row() -> None:
    term, text = Place(0, "ward"), Place(0, "text")
    row = Row(
        language="en",
        terms={term: "My name is Xanthor Quillby"},
        texts={text: "seen by Xanthor Quillby"},
    )
    assert find_all([row], PolicyFinder(POLICY, (), {})) == [None]
    edits = row_edits(row, POLICY)
    given = row.texts | row.terms
    assert {
        place: [given[place][one.start : one.end] for one in found.edited]
        for place, found in edits.items()
    } == {term: ["Xanthor Quillby"], text: ["Xanthor Quillby"]}
