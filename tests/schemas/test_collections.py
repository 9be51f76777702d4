"""The labelling configuration and the guidelines of each collection that ships."""

import xml.etree.ElementTree as ElementTree
from typing import Any

import payloads
import pytest
from label_studio_sdk.label_interface.interface import LabelInterface

from datacoop_schemas import collection_names

each_collection = pytest.mark.parametrize("name", collection_names())


@each_collection
def test_the_labelling_configuration_is_valid(name: str) -> None:
    interface: Any = LabelInterface(payloads.shipped(name).file("labeling.xml"))
    interface.validate()


@each_collection
def test_the_control_has_the_question_and_the_values_of_the_policy(name: str) -> None:
    collection = payloads.shipped(name)
    (control,) = LabelInterface(collection.file("labeling.xml")).controls
    assert control.name == collection.labelling.question
    assert control.to_name == ["text"]
    assert tuple(control.labels) == collection.labelling.values


@each_collection
def test_what_is_shown_are_columns_of_the_contract_that_are_not_personal(name: str) -> None:
    collection = payloads.shipped(name)
    shown = {o.value_name for o in LabelInterface(collection.file("labeling.xml")).objects}
    assert shown <= set(collection.payload_schema.names) - collection.scrub.columns.keys()


@each_collection
def test_every_answer_has_a_key_of_its_own_and_one_must_be_given(name: str) -> None:
    root = ElementTree.fromstring(payloads.shipped(name).file("labeling.xml"))  # noqa: S314  # ours
    choices = root.find("Choices")
    assert choices is not None
    assert (choices.get("choice"), choices.get("required")) == ("single", "true")
    keys = [choice.get("hotkey") for choice in choices]
    assert keys == [str(number) for number in range(1, len(keys) + 1)]


@each_collection
def test_the_guidelines_speak_of_every_answer_and_of_masks(name: str) -> None:
    collection = payloads.shipped(name)
    guidelines = collection.file("guidelines.md")
    for value in collection.labelling.values:
        assert f"**{value}**" in guidelines, value
    assert "<PERSON_" in guidelines
    assert 250 <= len(guidelines.split()) <= 700
