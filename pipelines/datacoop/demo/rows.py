"""Sound rows of the demo: sentence frames put together into the rows of three collections."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from types import ModuleType

from datacoop.demo import frames_de, frames_en, frames_fr, frames_ko
from datacoop.demo.filling import Filled, Scene, fill
from datacoop.demo.people import Person

FRAMES: dict[str, ModuleType] = {
    "ko": frames_ko,
    "en": frames_en,
    "fr": frames_fr,
    "de": frames_de,
}
TEXT_LENGTH = range(200, 901)
WRONG_CLASS_SHARE = 0.15
BARE_SHARE = 0.15
"""Share of rows without any personal value."""
_MOST_ALIKE = 0.5
"""Two rows share at most this part of their sentences, unless one is a planned duplicate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One sound row: payload values, what is planted in them, the true labels."""

    language: str
    values: dict[str, object]
    planted: tuple[tuple[str, str], ...]
    labels: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    frames: tuple[str, ...]
    """Every sentence, unfilled: what two rows are compared by."""
    label: str
    parts: tuple[tuple[str, ...], ...]
    """The sentences by paragraph or turn."""


def make_rows(
    collection: str,
    country: str,
    languages: Sequence[str],
    people: Sequence[Person],
    random: Random,
    seen: list[frozenset[str]],
) -> Iterator[Row]:
    """Yield sound rows without end, languages and labels in turn.

    Args:
        seen: The sentences of each row made so far, by anybody; rows too like one of them are
            not made, and each new row is added.
    """
    while True:
        for label in label_values(collection):
            for language in languages:
                yield _make_row(collection, country, language, label, people, random, seen)


def label_values(collection: str) -> tuple[str, ...]:
    """Name the truths that rows are made for: areas, urgencies or classes."""
    if collection == "dialogues":
        return tuple(frames_en.DIALOGUES)
    return tuple(frames_en.DOCUMENTS if collection == "documents" else frames_en.CLASSIFICATION)


def text_of(values: dict[str, object]) -> str:
    """Join all prose of a row."""
    turns = values.get("turns")
    if isinstance(turns, list):
        return "\n".join(turn["text"] for turn in turns)
    return str(values["text"])


def nearly(row: Row, random: Random) -> Row:
    """Copy `row` with one short sentence more: a near duplicate."""
    remark = random.choice(FRAMES[row.language].REMARKS)
    values = dict(row.values)
    turns = values.get("turns")
    if isinstance(turns, list):
        last = {**turns[-1], "text": f"{turns[-1]['text']} {remark}"}
        values["turns"] = [*turns[:-1], last]
    else:
        values["text"] = f"{values['text']} {remark}"
    return Row(language=row.language, values=values, planted=row.planted, labels=row.labels)


def _make_row(
    collection: str,
    country: str,
    language: str,
    label: str,
    people: Sequence[Person],
    random: Random,
    seen: list[frozenset[str]],
) -> Row:
    while True:
        subject, other = random.sample(list(people), 2)
        scene = Scene(subject=subject, other=other, country=country, language=language)
        draft = _DRAFTS[collection](FRAMES[language], scene, label, random)
        filled = [fill(" ".join(part), scene, random) for part in draft.parts]
        sentences = frozenset(draft.frames)
        if sum(len(f.text) for f in filled) in TEXT_LENGTH and not _is_alike(sentences, seen):
            seen.append(sentences)
            return _finish(collection, scene, label, filled, random)


def _is_alike(sentences: frozenset[str], seen: list[frozenset[str]]) -> bool:
    return any(len(sentences & s) > _MOST_ALIKE * len(sentences | s) for s in seen)


def _finish(collection: str, scene: Scene, label: str, filled: list[Filled], random: Random) -> Row:
    planted = [pair for part in filled for pair in part.planted]
    values, question, truth = _VALUES[collection](scene, label, filled, random)
    names = [values[column] for column in ("author", "patient") if values.get(column)]
    planted += [("PERSON", str(name)) for name in names]
    return Row(
        language=scene.language,
        values=values,
        planted=tuple(dict.fromkeys(planted)),
        labels=((question, truth),),
    )


def _document_values(
    scene: Scene, label: str, filled: list[Filled], random: Random
) -> tuple[dict[str, object], str, str]:
    title = random.choice(FRAMES[scene.language].DOCUMENTS[label]["titles"])
    written = date(random.randrange(2016, 2024), random.randrange(1, 13), random.randrange(1, 29))
    values: dict[str, object] = {
        "title": title if random.random() < 0.8 else None,
        "text": "\n\n".join(part.text for part in filled),
        "author": scene.other.full if random.random() < 0.5 else None,
        "written": written.isoformat() if random.random() < 0.7 else None,
    }
    return values, "area", label


def _dialogue_values(
    scene: Scene, label: str, filled: list[Filled], random: Random
) -> tuple[dict[str, object], str, str]:
    frames = FRAMES[scene.language]
    turns = [
        {"speaker": frames.SPEAKERS[i % 2], "text": part.text} for i, part in enumerate(filled)
    ]
    values: dict[str, object] = {
        "turns": turns,
        "setting": random.choice(frames.SETTINGS) if random.random() < 0.8 else None,
        "patient": scene.subject.full if any(part.planted for part in filled) else None,
    }
    return values, "urgency", label


def _classification_values(
    _scene: Scene, label: str, filled: list[Filled], random: Random
) -> tuple[dict[str, object], str, str]:
    given = label
    if random.random() < WRONG_CLASS_SHARE:
        given = random.choice([c for c in frames_en.CLASSIFICATION if c != label])
    values: dict[str, object] = {"text": " ".join(part.text for part in filled), "class": given}
    return values, "class_fits", "fits" if given == label else "does_not_fit"


def _draft_document(frames: ModuleType, scene: Scene, label: str, random: Random) -> _Draft:
    pools = frames.DOCUMENTS[label]
    facts = random.sample(pools["facts"], random.choice((2, 3, 4)))
    if random.random() >= BARE_SHARE:
        facts = [random.choice(pools["openings"]), *facts, *_written(frames, scene, random)]
    reasons = random.sample(pools["reasons"], random.choice((1, 2)))
    orders = [random.choice(pools["orders"])]
    return _draft(label, (tuple(facts), tuple(reasons), tuple(orders)))


def _written(frames: ModuleType, scene: Scene, random: Random) -> list[str]:
    contacts = random.sample(frames.WRITTEN_CONTACTS, random.choice((0, 1, 2)))
    return [*contacts, *_number(frames.WRITTEN_NUMBERS, scene, random)]


def _spoken(frames: ModuleType, scene: Scene, random: Random) -> list[str]:
    contacts = random.sample(frames.SPOKEN_CONTACTS, random.choice((0, 1, 1, 2)))
    return [*_number(frames.SPOKEN_NUMBERS, scene, random), *contacts]


def _number(pool: dict[str, tuple[str, ...]], scene: Scene, random: Random) -> list[str]:
    """Choose a sentence about one number of the subject, in two rows of three."""
    entity = random.choice([e for e in pool if e in scene.subject.numbers])
    sentence = random.choice(pool[entity]).replace("{value", "{" + entity)
    return [sentence] if random.random() < 0.66 else []


def _draft_request(frames: ModuleType, scene: Scene, label: str, random: Random) -> _Draft:
    pools = frames.CLASSIFICATION[label]
    # The same thing takes about two thirds of the characters in Korean.
    count = random.choice((3, 4, 5)) if scene.language == "ko" else random.choice((2, 3))
    sentences = [
        random.choice(frames.SALUTATIONS),
        random.choice(pools["openings"]),
        *random.sample(pools["details"], count),
        random.choice(pools["asks"]),
    ]
    if random.random() >= BARE_SHARE:
        sentences += [*_spoken(frames, scene, random), random.choice(frames.SIGN_OFFS)]
    return _draft(label, (tuple(sentences),))


def _draft_dialogue(frames: ModuleType, scene: Scene, label: str, random: Random) -> _Draft:
    pools = frames.DIALOGUES[label]
    scenario = random.randrange(len(pools["complaints"]))
    details = random.sample(pools["details"][scenario], random.choice((2, 3)))
    turns: list[list[str]] = [
        [random.choice(frames.GREETINGS)],
        [random.choice(pools["complaints"][scenario]), details[0]],
    ]
    if random.random() < 0.8:
        turns += [[random.choice(frames.QUESTIONS)], details[1:]]
    decision = [random.choice(frames.DECISIONS[label])]
    if random.random() >= BARE_SHARE:
        given = [random.choice(frames.IDENTITY_GIVES), *_spoken(frames, scene, random)]
        turns += [[random.choice(frames.IDENTITY_ASKS)], given]
        if random.random() < 0.4:
            decision = [random.choice(frames.ADDRESSED), *decision]
    turns.append(decision)
    if random.random() < 0.8 or len(turns) < 4:
        turns.append([random.choice(frames.CLOSINGS)])
    return _draft(label, tuple(tuple(turn) for turn in turns))


def _draft(label: str, parts: tuple[tuple[str, ...], ...]) -> _Draft:
    return _Draft(frames=tuple(s for part in parts for s in part), label=label, parts=parts)


_DRAFTS = {
    "documents": _draft_document,
    "dialogues": _draft_dialogue,
    "classification": _draft_request,
}
_VALUES = {
    "documents": _document_values,
    "dialogues": _dialogue_values,
    "classification": _classification_values,
}
