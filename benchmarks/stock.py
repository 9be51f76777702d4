"""Stock Presidio, as it comes and with the recognizers of a policy, for the benchmarks."""

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path

import presidio_analyzer
import tldextract
import yaml
from presidio_analyzer import (
    AnalyzerEngine,
    BatchAnalyzerEngine,
    EntityRecognizer,
    PatternRecognizer,
    RecognizerRegistry,
    predefined_recognizers,
)
from presidio_analyzer.nlp_engine import NlpEngine, NlpEngineProvider

from datacoop.records.policies import ScrubPolicy
from datacoop.scrub.spacy_models import SPACY_MODELS
from datacoop.scrub.spans import Finding

# The recognizer of e-mail else asks the network for the list of suffixes.
tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)

BATCH_SIZE = 32
MODEL_ENTITIES = frozenset({"PERSON", "LOCATION", "NRP", "DATE_TIME", "ORGANIZATION"})


class StockFinder:
    """`BatchAnalyzerEngine` of one language."""

    def __init__(self, language: str, policy: ScrubPolicy | None) -> None:
        """Load the model of a language.

        Args:
            policy: Whose entities to look for, with every recognizer that Presidio brings for
                them and for no country or one of the policy's; or nothing, for Presidio as it
                comes.
        """
        logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)
        engine = _nlp_engine(language, is_whole=policy is not None)
        registry = RecognizerRegistry(supported_languages=[language])
        if policy is None:
            registry.load_predefined_recognizers(languages=[language], nlp_engine=engine)
        else:
            registry.recognizers = _recognizers(policy, language)
        analyzer = AnalyzerEngine(
            registry=registry, nlp_engine=engine, supported_languages=[language]
        )
        self._batches = BatchAnalyzerEngine(analyzer_engine=analyzer)
        self.entities = sorted(
            {entity for one in registry.recognizers for entity in one.supported_entities}
            & (set(policy.entities) if policy else set(analyzer.get_supported_entities(language)))
        )

    def find(self, language: str, texts: Sequence[str]) -> list[list[Finding]]:
        """Give the findings of each text."""
        found = self._batches.analyze_iterator(
            texts, language, batch_size=BATCH_SIZE, entities=self.entities
        )
        return [
            [Finding(one.start, one.end, one.entity_type, one.score) for one in results]
            for results in found
        ]


def _nlp_engine(language: str, *, is_whole: bool) -> NlpEngine:
    package = Path(presidio_analyzer.__file__).parent
    configuration = yaml.safe_load((package / "conf/default.yaml").read_text(encoding="utf-8"))
    configuration["models"] = [{"lang_code": language, "model_name": SPACY_MODELS[language]}]
    if is_whole:
        # As it comes, Presidio leaves organisations out, even where they are asked for.
        configuration["ner_model_configuration"]["labels_to_ignore"].remove("ORGANIZATION")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return NlpEngineProvider(nlp_configuration=configuration).create_engine()


def _recognizers(policy: ScrubPolicy, language: str) -> list[EntityRecognizer]:
    phones = predefined_recognizers.PhoneRecognizer(
        supported_language=language, supported_regions=policy.countries
    )
    names = predefined_recognizers.SpacyRecognizer(
        supported_language=language, supported_entities=sorted(MODEL_ENTITIES)
    )
    patterns = [
        kind(supported_language=language)
        for name in sorted(dir(predefined_recognizers))
        if isinstance(kind := getattr(predefined_recognizers, name), type)
        and issubclass(kind, PatternRecognizer)
    ]
    countries = {None} | {"uk" if code == "GB" else code.lower() for code in policy.countries}
    return [
        one
        for one in [names, phones, *patterns]
        if set(one.supported_entities) & set(policy.entities) and one.country_code() in countries
    ]
