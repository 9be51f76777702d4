from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from datacoop.label.small_groups import LEAST, names_in_release, publishable

NAMES = ("language", "country")


def people(*groups: tuple[int, str, str]) -> dict[str, dict[str, str]]:
    numbered = [(lang, land) for count, lang, land in groups for _ in range(count)]
    return {
        f"a{number:02}": {"language": lang, "country": land}
        for number, (lang, land) in enumerate(numbered)
    }


def shown(*groups: tuple[int, str, str]) -> Counter[tuple[str | None, ...]]:
    found = publishable(people(*groups), NAMES)
    return Counter(tuple(one[name] for name in NAMES) for one in found.values())


def test_a_group_of_five_is_shown_and_one_of_four_is_not() -> None:
    assert shown((5, "ko", "KR"), (5, "de", "DE")) == {("ko", "KR"): 5, ("de", "DE"): 5}
    assert shown((6, "ko", "KR"), (4, "de", "DE"), (3, "fr", "FR")) == {
        ("ko", "KR"): 6,
        (None, None): 7,
    }


def test_a_small_rest_takes_the_smallest_shown_group_with_it() -> None:
    groups = ((9, "ko", "KR"), (5, "de", "DE"), (2, "fr", "FR"))
    assert shown(*groups) == {("ko", "KR"): 9, (None, None): 7}


def test_what_is_large_alone_is_withheld_where_it_is_small_together() -> None:
    groups = ((6, "en", "GB"), (2, "en", "SG"), (5, "de", "SG"))
    assert shown(*groups) == {("en", None): 8, ("de", "SG"): 5}


def test_of_fewer_than_five_people_nothing_is_shown() -> None:
    assert shown((4, "ko", "KR")) == {(None, None): 4}
    assert publishable({}, NAMES) == {}


attributes = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from("xyz") for name in ("first", "second", "third")}
)


@given(st.lists(attributes, max_size=40), st.integers(1, 7))
def test_all_that_is_published_of_anybody_is_shared_by_enough(
    drawn: list[dict[str, str]], least: int
) -> None:
    held = {f"a{number}": one for number, one in enumerate(drawn)}
    names = ("first", "second", "third")
    found = publishable(held, names, least)
    together = Counter(tuple(one[name] for name in names) for one in found.values())
    assert all(count >= min(least, len(held)) for count in together.values())
    for annotator, one in found.items():
        assert all(one[name] in (None, held[annotator].get(name)) for name in names)


def test_five_is_what_is_asked_where_nothing_is_said() -> None:
    assert LEAST == 5


def test_in_a_release_nobody_has_one_name_in_two_languages_nor_any_in_a_small_one() -> None:
    readers = [f"{number:016x}" for number in range(LEAST)]
    voted = [(name, language) for name in readers for language in ("de", "ko")]
    voted += [(name, "fr") for name in readers[1:]]
    names = names_in_release("documents", voted)
    assert {names[name, "fr"] for name in readers[1:]} == {None}
    told = {names[name, language] for name in readers for language in ("de", "ko")}
    assert len(told) == 2 * LEAST
    assert not told & {None, *readers}
    assert names_in_release("documents", reversed(voted * 2)) == names
    assert not told & set(names_in_release("notices", voted).values())
