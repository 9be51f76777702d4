"""What is written beside the weights of a name model: its card and its licence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a file that a model learns from comes from."""

    title: str
    authors: str
    licence: str
    """SPDX id."""

    link: str
    note: str = ""


_WIKIANN = Source(
    title="WikiANN, from Wikipedia by way of the Polyglot-NER split",
    authors="Xiaoman Pan, Afshin Rahimi and others, and the authors of Wikipedia",
    licence="CC-BY-SA-3.0",
    link="https://github.com/afshinrahimi/mmner",
    note="the annotations are under ODC-BY",
)
_LOOKUPS = Source(
    title="spacy-lookups-data, Brown clusters and frequencies of words",
    authors="Explosion",
    licence="MIT",
    link="https://github.com/explosion/spacy-lookups-data",
)
_ECHR_FR = Source(
    title="case reports of the European Court of Human Rights in French, annotated",
    authors="Maria Sierro and others",
    licence="MIT",
    link="https://github.com/mariasierro/automatic-anonymization-ECHR-French-Spanish",
)

_FR_TAUGHT = (
    Source(
        title="spans that spaCy's fr_core_news_md 3.8.0 found",
        authors="Explosion",
        licence="LGPL-LR",
        link="https://github.com/explosion/spacy-models",
        note="the weights of that model, its vectors included, are not here",
    ),
    Source(
        title="federal statutes of Canada; not an official version",
        authors="Department of Justice Canada",
        licence="OGL-Canada-2.0",
        link="https://github.com/justicecanada/laws-lois-xml",
    ),
    _WIKIANN,
)

SOURCES: Mapping[str, Sequence[Source]] = {
    "de_germeval": (
        Source(
            title="GermEval 2014 Named Entity Recognition Shared Task (NoSta-D)",
            authors="Darina Benikova, Chris Biemann, Marc Reznicek",
            licence="CC-BY-4.0",
            link="https://sites.google.com/site/germeval2014ner/data",
        ),
    ),
    "de_legal": (
        Source(
            title="A Dataset of German Legal Documents for Named Entity Recognition",
            authors="Elena Leitner, Georg Rehm, Julián Moreno-Schneider",
            licence="CC-BY-4.0",
            link="https://github.com/elenanereiss/Legal-Entity-Recognition",
        ),
    ),
    "de_wikiann_train": (_WIKIANN,),
    "de_wikiann_dev": (_WIKIANN,),
    "en_tab": (
        Source(
            title="Text Anonymization Benchmark",
            authors="Ildikó Pilán, Pierre Lison, Lilja Øvrelid and others",
            licence="MIT",
            link="https://github.com/NorskRegnesentral/text-anonymization-benchmark",
        ),
    ),
    "en_wikigold": (
        Source(
            title="Wikigold",
            authors="Dominic Balasuriya, Nicky Ringland, Joel Nothman and others",
            licence="CC-BY-4.0",
            link="https://aclanthology.org/W09-3302",
        ),
    ),
    "en_presidio_research": (
        Source(
            title="presidio-research, generated sentences",
            authors="Microsoft",
            licence="MIT",
            link="https://github.com/microsoft/presidio-research",
        ),
    ),
    "en_wikiann_train": (_WIKIANN,),
    "en_wikiann_dev": (_WIKIANN,),
    "en_chats": (
        Source(
            title="MultiDoGO, slots of customer-service chats",
            authors="Amazon",
            licence="CDLA-Permissive-1.0",
            link="https://github.com/awslabs/multi-domain-goal-oriented-dialogues-dataset",
        ),
    ),
    "en_taught": (
        Source(
            title="spans that spaCy's en_core_web_md 3.7.1 found; it was trained on OntoNotes 5",
            authors="Explosion",
            licence="MIT",
            link="https://github.com/explosion/spacy-models",
        ),
        Source(
            title="news articles of the MinHash tutorial",
            authors="Chris McCormick",
            licence="MIT",
            link="https://github.com/chrisjmccormick/MinHash",
        ),
        Source(
            title="spans of toxic comments (Civil Comments)",
            authors="John Pavlopoulos and others",
            licence="CC0-1.0",
            link="https://github.com/ipavlopoulos/toxic_spans",
        ),
        Source(
            title="MTS-Dialog",
            authors="Asma Ben Abacha and others",
            licence="CC-BY-4.0",
            link="https://github.com/abachaa/MTS-Dialog",
        ),
        Source(
            title="Banking77",
            authors="PolyAI",
            licence="CC-BY-4.0",
            link="https://github.com/PolyAI-LDN/task-specific-datasets",
        ),
        Source(
            title="PubMedQA",
            authors="Qiao Jin and others",
            licence="MIT",
            link="https://github.com/pubmedqa/pubmedqa",
        ),
        Source(
            title="federal statutes of Canada; not an official version",
            authors="Department of Justice Canada",
            licence="OGL-Canada-2.0",
            link="https://github.com/justicecanada/laws-lois-xml",
        ),
    ),
    "fr_echr_train": (_ECHR_FR,),
    "fr_echr_dev": (_ECHR_FR,),
    "fr_wikiann_train": (_WIKIANN,),
    "fr_wikiann_dev": (_WIKIANN,),
    "fr_taught": _FR_TAUGHT,
    "fr_kinds_taught": _FR_TAUGHT,
    "ko_klue_ner": (
        Source(
            title="KLUE: Korean Language Understanding Evaluation, named entity recognition",
            authors="Sungjoon Park, Jihyung Moon, Sungdong Kim, Won Ik Cho and others",
            licence="CC-BY-SA-4.0",
            link="https://github.com/KLUE-benchmark/KLUE",
        ),
    ),
    "ko_taught": (
        Source(
            title="KLUE, premises and hypotheses of its inference task",
            authors="Sungjoon Park, Jihyung Moon, Sungdong Kim, Won Ik Cho and others",
            licence="CC-BY-SA-4.0",
            link="https://github.com/KLUE-benchmark/KLUE",
        ),
        Source(
            title="Naver sentiment movie corpus",
            authors="Lucy Park",
            licence="CC0-1.0",
            link="https://github.com/e9t/nsmc",
        ),
        Source(
            title="Kiwi, whose morphemes the teacher saw",
            authors="Min-chul Lee",
            licence="Apache-2.0",
            link="https://github.com/bab2min/kiwipiepy",
        ),
    ),
    "lookups": (_LOOKUPS,),
}
"""Where the material of the shipped models comes from, by the names of its files."""

_TERMS = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/legalcode",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/legalcode",
}
_SHARED_ALIKE = frozenset({"CC-BY-SA-3.0", "CC-BY-SA-4.0"})
"""What is made from 3.0 may be shared under 4.0: a later version of the same licence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What a card says of how a model was made."""

    language: str
    digests: Mapping[str, Mapping[str, str]]
    """sha256 of each file, by its use (gold, silver, taught) and its name."""

    has_lookups: bool
    gold_rows: int
    other_rows: int
    made_rows: int
    held_out_percent: int
    bucket_bits: int
    weight_count: int
    size_bytes: int
    threshold: float
    figures: Mapping[float, Mapping[str, Figures]]
    """By threshold, then by gold file and `all`."""

    def material(self) -> list[str]:
        """Return the names of what was learnt from, as `SOURCES` has them."""
        files = [stem(name) for files in self.digests.values() for name in files]
        return [*files, *(["lookups"] if self.has_lookups else [])]


def stem(file_name: str) -> str:
    """Return the name of a file without its endings."""
    return file_name.partition(".")[0]


def licence_id(material: Sequence[str]) -> str:
    """Return the SPDX id of a model made from this material; empty if a part is unknown."""
    if not all(name in SOURCES for name in material):
        return ""
    ids = {source.licence for name in material for source in SOURCES[name]}
    return "CC-BY-SA-4.0" if ids & _SHARED_ALIKE else "CC-BY-4.0"


def licence_text(material: Sequence[str]) -> str:
    """Return the licence file of a model made from this material."""
    found = licence_id(material)
    if not found:
        return (
            "The licence of this model follows from the licences of what it was made from:\n"
            f"{', '.join(material)}. State them here before you give the model to anybody.\n"
        )
    sources = dict.fromkeys(source for name in material for source in SOURCES[name])
    credits = "\n".join(f"- {_credit(source)}" for source in sources)
    share = " Whoever shares a changed model shares it under the same licence." * ("SA" in found)
    return (
        f"SPDX-License-Identifier: {found}\n\n"
        f"The weights in this folder are licensed under {found}.{share}\n"
        f"The terms are at {_TERMS[found]}\n\n"
        "They were derived from, and credit is due to:\n"
        f"{credits}\n\n"
        "Changed: features of the annotated text were counted, hashed and weighted; the text\n"
        "itself is not here. The authors of the data do not endorse this model. It comes\n"
        "without any warranty.\n"
    )


def _credit(source: Source) -> str:
    note = f" ({source.note})" if source.note else ""
    return f"{source.title}, by {source.authors}, {source.licence}{note}, {source.link}"


CLUSTERS = """
Brown clusters and frequencies of the 300,000 commonest words are those of spacy-lookups-data 1.0.5
(MIT), kept by checksum.
"""


def licences(file_name: str) -> str:
    """Return the licences of a file that a model learns from, as SPDX ids."""
    sources = SOURCES.get(stem(file_name), ())
    return ", ".join(dict.fromkeys(source.licence for source in sources)) or "not known"


def card_text(training: Training) -> str:
    """Return the model card, in Markdown."""
    files = [(use, name) for use, names in training.digests.items() for name in names]
    material = "\n".join(
        f"| {name} | {use} | {licences(name)} | `{training.digests[use][name]}` |"
        for use, name in files
    )
    options = " ".join(f"--{use} {name}" for use, name in files)
    options += " --lookups data" * training.has_lookups
    clusters = CLUSTERS * training.has_lookups
    rows = "\n".join(
        f"| {name} | {threshold} | {part['rows']:.0f} | {part['people']:.0f} "
        f"| {part['recall']:.3f} | {part['character_recall']:.3f} "
        f"| {part['character_precision']:.3f} |"
        for threshold, parts in training.figures.items()
        for name, part in parts.items()
    )
    return f"""# Name model: {training.language}

Finds names of people. A linear chain of conditional probabilities over hashed features
({training.weight_count} of {1 << training.bucket_bits} buckets have a weight), decoded on a CPU.
Weights: {training.size_bytes / 1e6:.2f} MB. Licence: see `LICENSE`.

## Data

| file | use | licences | sha256 |
|---|---|---|---|
{material}

Gold: spans set by people, {training.gold_rows} rows. Silver: rows of mixed quality, of which only
those are learnt that a model from the gold agrees with. Taught: spans that another model or a form
gave. Of silver and taught together {training.other_rows} rows. With copies whose people were
renamed, copies in one case, and sentences made up from patterns, {training.made_rows} rows. The
names for these come from short lists of common names, from syllables, and from the parts of names
in the data, joined anew.
{clusters}
No word of the data is in the files: features and known words are checksums, by which a word cannot
be read but a guess at one can be confirmed. Parts of names are known only when several rows have
them.

Made with `datacoop models train {training.language} {options}`; the same files give the same bytes.
A row is held out, and never learnt, if the sha256 of its id, as a whole number, is a multiple of
five; nor is a row learnt that has the letters and digits of one held out.

## Figures

Measured on the {training.held_out_percent} % of rows that were held out by their id. Recall: share
of people all of whose letters and digits are found, a leading title apart. Character recall and
precision: over letters and digits.
The model uses threshold {training.threshold} unless told otherwise: it leans to recall.

| part | threshold | rows | people | recall | character recall | character precision |
|---|---|---|---|---|---|---|
{rows}

## Limits

Held-out rows are of the same kinds of text as those learnt; in other kinds the figures differ.
Surnames alone are missed more often than full names, and some gold counts fictional people and
bands as people. A name missed is personal data left in a text: use the model together with rules,
and look at samples.
"""
