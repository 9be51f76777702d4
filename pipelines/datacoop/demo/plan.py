"""Who takes part in the demo and what they submit: members, submissions and their files."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoMember:
    """A made-up member."""

    id: str
    title: str
    country: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """One file of a submission."""

    name: str
    share: float = 0.0
    """Part of the submission's sound rows that this file takes."""
    rows: int = 0
    """Number of sound rows where the file takes no share."""
    causes: tuple[str, ...] = ()
    """Broken rows in it, by their names in `breakage.CAUSES`."""
    columns: dict[str, str] = field(default_factory=dict)
    """Collection column to column in the file, where the two differ."""
    has_bom: bool = False
    line_end: str = "\n"
    kept: float = 1.0
    """Share of the compressed bytes that arrived."""
    is_readable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionPlan:
    """One submission, its files and what it takes over from an earlier one."""

    member: str
    collection: str
    title: str
    files: tuple[FilePlan, ...]
    shares_rows_with: str = ""
    """Id of an earlier submission of another member that has some of the same rows."""

    @property
    def id(self) -> str:
        """Name the submission; each member sends one to a collection."""
        return f"{self.member}-{self.collection}-1"


COLUMNS: dict[str, tuple[str, ...]] = {
    "documents": ("title", "text", "author", "written"),
    "dialogues": ("turns", "setting", "patient"),
    "classification": ("text", "class"),
}

MEMBERS = (
    DemoMember(
        id="kr-hanbit",
        title="Hanbit Public Health Office (made up)",
        country="KR",
        languages=("ko",),
    ),
    DemoMember(
        id="gb-northmoor",
        title="Northmoor Clinic and Court Service (made up)",
        country="GB",
        languages=("en",),
    ),
    DemoMember(
        id="ca-laurier",
        title="Laurier Justice and Citizen Services (made up)",
        country="CA",
        languages=("en", "fr"),
    ),
    DemoMember(
        id="sg-merbau",
        title="Merbau Community Services (made up)",
        country="SG",
        languages=("en",),
    ),
    DemoMember(
        id="de-auental",
        title="Gerichte und Bürgerdienste Auental (made up)",
        country="DE",
        languages=("de",),
    ),
    DemoMember(
        id="fr-valclair",
        title="Santé et Justice de Valclair (made up)",
        country="FR",
        languages=("fr",),
    ),
)

SUBMISSIONS = (
    SubmissionPlan(
        member="kr-hanbit",
        collection="dialogues",
        title="보건 상담 대화 (made up)",
        files=(
            FilePlan(
                name="talks.jsonl", share=0.5, causes=("broken_json", "one_turn", "wrong_type")
            ),
            FilePlan(
                name="talks.parquet",
                share=0.5,
                causes=("null_required", "nul_character", "text_empty"),
            ),
        ),
    ),
    SubmissionPlan(
        member="kr-hanbit",
        collection="classification",
        title="민원 접수 글 (made up)",
        files=(
            FilePlan(
                name="requests.csv",
                share=0.6,
                causes=("fields_few", "class_unknown", "spanish"),
                columns={"text": "내용", "class": "분류"},
                has_bom=True,
            ),
            FilePlan(name="requests.jsonl.zst", share=0.4, causes=("column_unknown", "text_short")),
        ),
    ),
    SubmissionPlan(
        member="gb-northmoor",
        collection="dialogues",
        title="Telephone triage dialogues (made up)",
        files=(
            FilePlan(name="triage.jsonl.gz", share=0.5, causes=("not_object", "column_missing")),
            FilePlan(name="triage.arrows", share=0.5, causes=("one_turn", "not_prose", "polish")),
        ),
    ),
    SubmissionPlan(
        member="gb-northmoor",
        collection="documents",
        title="Court rulings (made up)",
        files=(
            FilePlan(
                name="rulings.zip",
                share=1.0,
                causes=("not_utf8", "text_long", "column_unknown", "broken_json"),
            ),
            FilePlan(name="ruling_kept_apart.txt", rows=1),
            FilePlan(name="ruling_filed_wrongly.txt", causes=("spanish",)),
        ),
    ),
    SubmissionPlan(
        member="ca-laurier",
        collection="documents",
        title="Decisions in both languages / Décisions dans les deux langues (made up)",
        files=(
            FilePlan(
                name="decisions.parquet",
                share=0.5,
                causes=("nul_character", "text_short", "row_too_large"),
            ),
            FilePlan(
                name="decisions.jsonl", share=0.5, causes=("not_utf8", "wrong_type", "polish")
            ),
        ),
        shares_rows_with="gb-northmoor-documents-1",
    ),
    SubmissionPlan(
        member="ca-laurier",
        collection="classification",
        title="Citizen requests / Demandes de citoyens (made up)",
        files=(
            FilePlan(
                name="requests.tsv",
                share=0.6,
                causes=("fields_many", "class_unknown"),
                columns={"text": "demande", "class": "categorie"},
            ),
            FilePlan(
                name="requests.arrow",
                share=0.4,
                causes=("null_required", "text_empty", "not_prose"),
            ),
        ),
    ),
    SubmissionPlan(
        member="sg-merbau",
        collection="classification",
        title="Public service feedback (made up)",
        files=(
            FilePlan(
                name="feedback.csv",
                share=0.6,
                causes=("not_utf8", "fields_few", "text_long"),
                line_end="\r\n",
            ),
            FilePlan(name="feedback.arrow", share=0.4, causes=("class_unknown", "nul_character")),
        ),
        shares_rows_with="ca-laurier-classification-1",
    ),
    SubmissionPlan(
        member="sg-merbau",
        collection="dialogues",
        title="Polyclinic calls (made up)",
        files=(
            FilePlan(
                name="calls.jsonl.zst",
                share=0.5,
                causes=("broken_json", "row_too_large", "one_turn"),
            ),
            FilePlan(name="calls.parquet", share=0.5, causes=("text_short", "text_empty")),
            FilePlan(name="calls_older.parquet", is_readable=False),
        ),
        shares_rows_with="gb-northmoor-dialogues-1",
    ),
    SubmissionPlan(
        member="de-auental",
        collection="documents",
        title="Gerichtsentscheidungen (made up)",
        files=(
            FilePlan(
                name="entscheidungen.tar.gz",
                share=0.5,
                causes=("not_utf8", "spanish", "text_short"),
            ),
            FilePlan(
                name="entscheidungen.jsonl",
                share=0.5,
                causes=("null_required", "not_object", "text_long"),
            ),
        ),
    ),
    SubmissionPlan(
        member="de-auental",
        collection="classification",
        title="Anliegen an das Bürgerbüro (made up)",
        files=(
            FilePlan(
                name="anliegen.csv",
                share=0.7,
                causes=("fields_many", "not_prose", "row_too_large"),
                columns={"text": "anliegen", "class": "amt"},
            ),
            # About two thirds of its rows arrive.
            FilePlan(name="anliegen_alt.jsonl.gz", share=0.6, kept=0.68),
        ),
    ),
    SubmissionPlan(
        member="fr-valclair",
        collection="dialogues",
        title="Appels au centre de santé (made up)",
        files=(
            FilePlan(
                name="appels.jsonl", share=0.5, causes=("column_missing", "wrong_type", "polish")
            ),
            FilePlan(name="appels.arrow", share=0.5, causes=("not_prose", "nul_character")),
        ),
    ),
    SubmissionPlan(
        member="fr-valclair",
        collection="documents",
        title="Décisions de justice (made up)",
        files=(
            FilePlan(name="decisions.csv", share=0.5, causes=("fields_few", "not_utf8")),
            FilePlan(name="decisions.parquet", share=0.5, causes=("null_required", "text_long")),
            FilePlan(name="annexe.jsonl"),
        ),
        shares_rows_with="ca-laurier-documents-1",
    ),
)
"""In the order in which they are made: one that takes rows over comes after its giver."""
