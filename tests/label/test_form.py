from dataclasses import replace
from typing import Any

import pytest
from ballots import QUESTION, VALUES, make_policy

from datacoop.errors import SettingsError
from datacoop.label.form import form_faults, parse_form
from datacoop.records.collection import parse_collection, read_folder
from datacoop.records.policies import DecidingPolicy, LabellingPolicy
from datacoop_schemas import collection_folder, collection_names

CHOICES = "".join(f'<Choice value="{value}"/>' for value in VALUES)
CONFIGURATION = f"""<View>
  <Paragraphs name="talk" value="$turns" layout="dialogue" nameKey="speaker" textKey="text"/>
  <Text name="again" value="$text and $turns"/>
  <Choices name="{QUESTION}" toName="talk" choice="single">{CHOICES}</Choices>
  <Rating name="stars" toName="talk"/>
</View>"""


def messages(configuration: str, kind: str = "choices") -> list[str]:
    form = parse_form(configuration)
    faults = form_faults(form, make_policy(kind=kind), ["turns", "text"])
    return [fault.message for fault in faults]


def test_a_form_says_what_it_shows_and_asks() -> None:
    form = parse_form(CONFIGURATION)
    assert form.columns == ("turns", "text")
    assert form.controls == {QUESTION: "choices", "stars": "rating"}
    assert form.targets[QUESTION] == "talk"
    assert form.values == {QUESTION: VALUES, "stars": ("1", "2", "3", "4", "5")}
    assert form.texts == {"again": "text and $turns"}


def test_an_alias_stands_for_its_choice() -> None:
    form = parse_form(CONFIGURATION.replace('value="soon"', 'value="In days" alias="soon"'))
    assert form.values[QUESTION] == VALUES


def test_what_is_no_xml_is_refused() -> None:
    with pytest.raises(SettingsError, match="line 1"):
        parse_form("<View>")


def test_a_fitting_form_has_no_fault() -> None:
    assert messages(CONFIGURATION) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("$text", "$member", "$member is not a payload column"),
        ("$text", "$absent", "$absent is not a payload column"),
        (f'name="{QUESTION}"', 'name="tone"', "no control of type choices has this name"),
        ('value="soon"', 'value="later"', "the choices differ"),
    ],
)
def test_a_form_that_does_not_fit_the_policy_is_faulty(old: str, new: str, said: str) -> None:
    [message] = messages(CONFIGURATION.replace(old, new))
    assert said in message


def test_a_control_of_another_kind_is_a_fault() -> None:
    assert messages(CONFIGURATION, kind="rating") == ["no control of type rating has this name"]


OTHERS = """<View>
  <Text name="one" value="$text"/><Text name="two" value="$turns"/>
  <Rating name="stars" toName="one" maxRating="3"/>
  <Labels name="parts" toName="one"><Label value="place"/><Label value="time"/></Labels>
  <Pairwise name="better" toName="one,two"/>
</View>"""


def other(question: str, kind: str, *values: str, **deciding: Any) -> list[str]:
    policy = LabellingPolicy(
        question=question,
        kind=kind,
        values=values,
        share_percent=100,
        votes=3,
        deciding=DecidingPolicy(**deciding),
    )
    return [f.message for f in form_faults(parse_form(OTHERS), policy, ["turns", "text"])]


def test_every_kind_of_question_fits_its_control() -> None:
    assert other("stars", "rating", "1", "2", "3", rule="median") == []
    assert other("parts", "labels", "place", "time", rule="characters") == []
    assert other("better", "pairwise", "left", "right", rule="dawid_skene") == []


def test_values_that_a_control_does_not_offer_are_a_fault() -> None:
    assert other("stars", "rating", "1", "2")[0].startswith("the rating differ")
    assert other("parts", "labels", "place", rule="characters")[0].startswith("the labels differ")
    assert other("better", "pairwise", "a", "b")[0].startswith("the pairwise differ")


def test_a_rule_that_does_not_decide_the_kind_is_a_fault() -> None:
    parts = ("parts", "labels", "place", "time")
    assert other(*parts) == ["majority does not decide labels"]
    better = ("better", "pairwise", "left", "right")
    assert other(*better, rule="median") == ["median does not decide pairwise"]
    assert other(*better, one_vote=("up",)) == ["not all are values of the labelling policy"]


def test_spans_in_what_is_no_text_are_a_fault() -> None:
    spans = CONFIGURATION.replace("Choices", "Labels").replace("Choice ", "Label ")
    policy = replace(make_policy(kind="labels"), deciding=DecidingPolicy(rule="characters"))
    [fault] = form_faults(parse_form(spans), policy, ["turns", "text"])
    assert fault.message == "spans can be marked in a <Text> only"


@pytest.mark.parametrize("name", collection_names())
def test_the_forms_that_ship_fit_their_policies(name: str) -> None:
    collection = parse_collection(read_folder(collection_folder(name)))
    form = parse_form(collection.file("labeling.xml"))
    assert form_faults(form, collection.labelling, collection.payload_schema.names) == []
