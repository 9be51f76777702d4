import pytest
from ballots import QUESTION, VALUES, make_policy

from datacoop.errors import SettingsError
from datacoop.label.form import form_faults, parse_form
from datacoop.records.collection import parse_collection, read_folder
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
    assert form.values == {QUESTION: VALUES}


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


@pytest.mark.parametrize("name", collection_names())
def test_the_forms_that_ship_fit_their_policies(name: str) -> None:
    collection = parse_collection(read_folder(collection_folder(name)))
    form = parse_form(collection.file("labeling.xml"))
    assert form_faults(form, collection.labelling, collection.payload_schema.names) == []
