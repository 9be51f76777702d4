"""`datacoop models`: small models that find names, and other kinds of entities."""

from collections.abc import Mapping
from pathlib import Path

import click

from datacoop.cli.common import FOLDER, emit, facts, json_option, table
from datacoop.errors import SettingsError
from datacoop.scrub import kind_training, kinds, training
from datacoop.scrub.name_card import Figures
from datacoop.scrub.names import NameModel, installed_models, load_model
from datacoop.scrub.spacy_models import SPACY_MODELS, has_spacy_model


@click.group("models")
def command() -> None:
    """Small models that find names.

    \b
    Example:
      datacoop models list
    """


@command.command("list")
@json_option
def list_models(as_json: bool) -> None:
    """List the languages whose names are found here, and by which model.

    A model in a folder `kinds` finds places, organisations, groups of people and quantities.

    \b
    Example:
      datacoop models list --json
    """
    own = [
        {"language": language, "kind": "crf", "model": f"datacoop-names/{language}"}
        for language in installed_models()
    ]
    own += [
        {"language": language, "kind": "crf", "model": f"datacoop-names/{language}/{kinds.FOLDER}"}
        for language, folder in installed_models().items()
        if kinds.kinds_folder(folder)
    ]
    spacy = [
        {"language": language, "kind": "spacy", "model": name}
        for language, name in SPACY_MODELS.items()
        if has_spacy_model(language) and language not in installed_models()
    ]
    value = sorted([*own, *spacy], key=lambda model: (model["language"], model["model"]))
    rows = [list(model.values()) for model in value]
    note = "Rows in any other language wait in quarantine: scrub.language_unsupported."
    emit(as_json, value, table("", ["language", "kind", "model"], rows), note)


@command.command("train")
@click.argument("language")
@click.option("--gold", "gold", type=FOLDER, multiple=True, required=True, help="Span JSON Lines.")
@click.option("--silver", type=FOLDER, multiple=True, help="Learnt where gold agrees.")
@click.option("--taught", type=FOLDER, multiple=True, help="Learnt as they are.")
@click.option("--lookups", type=FOLDER, help="Folder of spacy-lookups-data's tables.")
@click.option("--kinds", "of_kinds", is_flag=True, help="Learn places, organisations and more.")
@click.option("--out", type=FOLDER, required=True, help="A new folder for the model.")
@json_option
def train(
    language: str,
    gold: tuple[Path, ...],
    silver: tuple[Path, ...],
    taught: tuple[Path, ...],
    lookups: Path | None,
    of_kinds: bool,
    out: Path,
    as_json: bool,
) -> None:
    """Train a name model for LANGUAGE from gold spans; minutes on a CPU.

    A fifth of the rows is held out, and the figures on the card are those of that fifth. With
    --kinds the model finds places, organisations, groups of people and quantities, and silver is
    learnt as it is; it is used when it lies in the folder `kinds` of the language.

    \b
    Example:
      datacoop models train de --gold court.jsonl --gold news.jsonl --out my-model
    """

    def report(line: str) -> None:
        if not as_json:
            click.echo(line, err=True)

    material = training.Material(gold=gold, silver=silver, taught=taught, lookups=lookups)
    if of_kinds:
        found = kind_training.train_kinds(language, material, out, report)
        figures = _by_entity(found.figures)
    else:
        trained = training.train(language, material, out, report)
        figures = {name: dict(part) for name, part in trained.figures.items()}
    value = {"language": language, "folder": str(out), "figures": figures}
    emit(as_json, value, facts({"written": out}), _figures(figures))


@command.command("check")
@click.argument("model", metavar="LANGUAGE_OR_FOLDER")
@click.option("--gold", "gold", type=FOLDER, multiple=True, help="Measure on held-out rows.")
@json_option
def check(model: str, gold: tuple[Path, ...], as_json: bool) -> None:
    """Check a model's files, and measure it where gold is given.

    \b
    Example:
      datacoop models check ko --gold news.jsonl
    """
    loaded = _load(model)
    figures: dict[str, dict[str, float]] = {}
    if gold and loaded.labels == kinds.LABELS:
        figures = _by_entity(kind_training.check_kinds(loaded, list(gold)))
    elif gold:
        figures = {name: dict(part) for name, part in training.check(loaded, list(gold)).items()}
    value = {"model": model, "language": loaded.language, "sound": True, "figures": figures}
    lines: list[object] = [f"{model}: the files are sound, language {loaded.language}"]
    emit(as_json, value, *lines, *([_figures(figures)] if figures else []))


def _by_entity(figures: Mapping[str, Mapping[str, Figures]]) -> dict[str, dict[str, float]]:
    return {
        f"{name} {entity}": dict(part)
        for name, entities in figures.items()
        for entity, part in entities.items()
    }


def _load(model: str) -> NameModel:
    language, _, rest = model.partition("/")
    installed = installed_models().get(language)
    folder = installed / rest if installed and rest in ("", kinds.FOLDER) else Path(model)
    if not (folder / "model.json").is_file():
        raise SettingsError(f"there is no model {model!r}", hint="See `datacoop models list`.")
    return load_model(folder)


def _figures(figures: dict[str, dict[str, float]]) -> object:
    names = list(next(iter(figures.values()), {}))
    rows = [
        [part, *(f"{v:.3f}" if isinstance(v, float) else v for v in found.values())]
        for part, found in figures.items()
    ]
    return table("On rows held out from training", ["gold", *names], rows)
