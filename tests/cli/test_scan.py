"""`datacoop scan` as a steward runs it: lines for machines, a page for people."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import corpora
import pytest
import yaml
from click.testing import CliRunner
from commands import datacoop

from datacoop.cli.main import datacoop as group

POLICY: dict[str, Any] = {
    "name": "plain",
    "schema": "datacoop.scrub-policy.v1",
    "description": "A made-up policy for a test.",
    "version": 1,
    "countries": ["GB"],
    "names": False,
    "entities": {
        "EMAIL_ADDRESS": {"operator": "replace"},
        "PHONE_NUMBER": {"operator": "replace"},
        "IP_ADDRESS": {"operator": "keep"},
    },
}
ROWS = [
    {"id": "a", "text": "Write to ada@example.org", "note": "call 020 7946 0123", "lang": "en"},
    {"id": 7, "text": " at 192.0.2.10,\tbye", "note": None, "lang": "de"},
]
HOSTILE = [
    '<script>alert(1)</script><img src=x onerror="alert(2)"> x@example.org',
    "</p></article></main><style>*{display:none}</style> x@example.org ' onload=alert(3)",
    "&lt;b&gt; <!-- x@example.org --> ]]> \u202e\x00 {{7*7}} javascript:alert(4)",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "rows.jsonl", ROWS)
    (tmp_path / "policy.yaml").write_text(yaml.safe_dump(POLICY), encoding="utf-8")
    return tmp_path


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def run(*arguments: str, file: str = "rows.jsonl", code: int = 0) -> str:
    given = ["scan", file, "--policy", "policy.yaml", *arguments]
    done = CliRunner().invoke(group, given)
    assert done.exit_code == code, done.output
    return done.stdout if code == 0 else done.output


def lines(*arguments: str, file: str = "rows.jsonl") -> list[dict[str, Any]]:
    out = run("--json", "--language-column", "lang", *arguments, file=file)
    return [json.loads(line) for line in out.splitlines()]


def test_json_is_one_line_a_record_with_findings_and_scrubbed_text(folder: Path) -> None:
    assert lines() == [
        {
            "id": "a",
            "findings": [{"start": 9, "end": 24, "entity": "EMAIL_ADDRESS", "score": 1.0}],
            "text": "Write to <EMAIL_ADDRESS>",
        },
        {"id": 7, "findings": [], "text": " at 192.0.2.10,\tbye"},
    ]


def test_other_columns_are_read_where_they_are_named(folder: Path) -> None:
    first, second, third = lines("--text-column", "note", "--text-column", "text")
    assert (first["column"], first["text"]) == ("note", "call <PHONE_NUMBER>")
    assert (second["id"], second["column"]) == ("a", "text")
    assert (third["id"], third["column"]) == (7, "text")
    (line, waits) = lines("--text-column", "note", "--id-column", "lang")
    assert line["id"] == "en"
    assert waits == {
        "id": "de", "findings": [], "text": None, "reason": "ingest.column_missing",
    }  # fmt: skip


def test_a_record_without_an_id_goes_by_its_position(folder: Path) -> None:
    first, second = lines("--id-column", "nowhere")
    first_line = (folder / "rows.jsonl").read_bytes().index(b"\n") + 1
    assert (first["id"], second["id"]) == (0, first_line)


def test_rows_that_intake_would_hold_back_show_no_text(folder: Path) -> None:
    rows = [{"id": 1, "text": ["x@example.org"]}, {"id": 2}, {"id": 3, "text": "x@example.org"}]
    write(folder / "odd.jsonl", rows)
    with (folder / "odd.jsonl").open("a", encoding="utf-8") as file:
        file.write("x@example.org\n")
    found = lines("--language", "en", file="odd.jsonl")
    assert [line.get("reason") for line in found] == [
        "ingest.wrong_type",
        "ingest.column_missing",
        None,
        "ingest.bad_json",
    ]
    assert "x@example.org" not in json.dumps(found)


def test_a_language_that_nothing_reads_waits(folder: Path) -> None:
    (folder / "policy.yaml").write_text(yaml.safe_dump(POLICY | {"names": True}), encoding="utf-8")
    write(folder / "zz.jsonl", [{"id": 1, "text": "x@example.org", "lang": "zz"}])
    (line,) = lines(file="zz.jsonl")
    assert line["reason"] == "scrub.language_unsupported"
    assert line["text"] is None


def test_what_a_personal_column_says_is_found_in_the_text(folder: Path) -> None:
    policy = POLICY | {"columns": {"author": "PERSON"}}
    (folder / "policy.yaml").write_text(yaml.safe_dump(policy), encoding="utf-8")
    rows = [{"id": 1, "text": "signed Qmza Zzyx", "author": "Qmza Zzyx"}, {"id": 2, "text": "Qmza"}]
    write(folder / "authors.jsonl", rows)
    signed, other = lines("--language", "en", file="authors.jsonl")
    assert [one["entity"] for one in signed["findings"]] == ["PERSON"]
    assert "Qmza" not in signed["text"]
    assert other["text"] == "Qmza"


def test_csv_is_scanned_too(folder: Path) -> None:
    (folder / "rows.csv").write_text('id,text\n1,"a, x@example.org"\n', encoding="utf-8")
    (line,) = lines("--language", "en", file="rows.csv")
    assert line["text"] == "a, <EMAIL_ADDRESS>"


def test_the_terminal_shows_counts_and_no_value(folder: Path) -> None:
    out = run("--language", "en", "--html", "page.html")
    assert "EMAIL_ADDRESS" in out
    assert "IP_ADDRESS" in out
    for value in ("ada", "192.0.2"):
        assert value not in out


class Page(HTMLParser):
    """What a browser makes of a page: elements, attributes, and texts."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.samples: list[str] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "article":
            self.samples.append("")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.samples:
            self.samples[-1] += data

    @property
    def marks(self) -> int:
        return sum(tag == "mark" for tag, _ in self.elements)


def page(*arguments: str, file: str = "rows.jsonl") -> Page:
    run("--language", "en", "--html", "page.html", *arguments, file=file)
    return Page(Path("page.html").read_text(encoding="utf-8"))


def test_the_page_shows_each_finding_with_its_label(folder: Path) -> None:
    found = page()
    title, sample = found.samples[0].split("\n")[:2]
    assert title == "rows.jsonl, a, text (en)"
    assert sample == "Write to ada@example.org EMAIL_ADDRESS"
    assert "192.0.2.10 IP_ADDRESS, kept" in found.samples[1]
    assert "left in the text: IP_ADDRESS" in found.text
    assert "CREDIT_CARD" in found.text, "what is not looked for is named"
    assert "2 texts: 1 findings taken out, 1 kept" in found.text


def test_the_page_needs_nothing_else_and_runs_nothing(folder: Path) -> None:
    found = page()
    for tag, attributes in found.elements:
        assert tag not in {"script", "link", "img", "iframe", "form", "object"}
        assert not {name for name in attributes if name.startswith("on") or name == "src"}
        if tag == "a":
            assert str(attributes["href"]).startswith("#")
    policy = next(a["content"] for t, a in found.elements if "http-equiv" in a)
    assert str(policy).startswith("default-src 'none'; style-src 'sha256-")
    regions = [a for _, a in found.elements if a.get("role") == "region"]
    assert all(a["tabindex"] == "0" and a["aria-label"] for a in regions)


def outline(content: Page) -> set[tuple[str, str]]:
    return {(tag, name) for tag, attributes in content.elements for name in (*attributes, "")}


def check_hostile(folder: Path, texts: list[str]) -> Page:
    """The page of hostile texts has the elements and attributes of one of harmless texts."""
    harmless = outline(page()) | {("span", ""), ("span", "class")}
    rows = [{"id": text[:40], text[:40] or "x": 1, "text": text} for text in texts]
    write(folder / "<img src=x>.jsonl", rows)
    found = page(file="<img src=x>.jsonl")
    assert outline(found) <= harmless
    return found


def test_hostile_texts_stay_texts(folder: Path) -> None:
    found = check_hostile(folder, HOSTILE)
    assert found.marks == len(HOSTILE)
    assert '<script>alert(1)</script><img src=x onerror="alert(2)">' in found.samples[0]
    assert "[U+202E]" in found.samples[2]
    assert not {"\u202e", "\x00"} & set(found.text)


@pytest.mark.corpora
def test_texts_of_a_list_of_attacks_stay_texts(folder: Path) -> None:
    lists = corpora.path("bad_xss").rglob("*.txt")
    attacks = [
        line for path in lists for line in path.read_text("utf-8", "replace").splitlines() if line
    ]
    for start in range(0, len(attacks), len(attacks) // 10):
        texts = [f"{attack} x@example.org" for attack in attacks[start : start + 5]]
        assert check_hostile(folder, texts).marks >= 1


def test_long_texts_are_cut_around_what_was_found(folder: Path) -> None:
    text = "x " * 5000 + "ada@example.org" + " y" * 5000
    write(folder / "rows.jsonl", [{"id": 1, "text": text}])
    (sample,) = page().samples
    assert len(sample) < 500
    assert "[9,880 more characters]" in sample
    assert "ada@example.org EMAIL_ADDRESS" in sample


def test_passages_between_findings_are_whole_or_counted(folder: Path) -> None:
    near, far = "a@example.org", "b@example.org"
    text = f"{near} {'n' * 200} {near} {'f' * 400} {far}"
    write(folder / "rows.jsonl", [{"id": 1, "text": text}])
    (sample,) = page().samples
    assert f"{near} EMAIL_ADDRESS {'n' * 200} {near}" in sample
    assert "[162 more characters]" in sample
    assert sample.count("f") == 400 - 162


def test_a_few_samples_stand_for_all_and_all_are_counted(folder: Path) -> None:
    rows = [{"id": n, "text": f"p{n}@example.org"} for n in range(30)]
    write(folder / "rows.jsonl", [*rows, {"id": 99, "text": "020 7946 0123"}])
    found = page()
    assert len(found.samples) == 6
    assert "020 7946 0123" in found.samples[-1]
    assert "31 texts: 31 findings" in found.text


def test_the_page_is_written_in_its_folder_alone_and_for_its_owner(folder: Path) -> None:
    outside = folder / "outside.txt"
    outside.write_text("mine", encoding="utf-8")
    (folder / "pages").mkdir()
    (folder / "pages" / "page.html").symlink_to(outside)
    before = set(folder.rglob("*"))
    run("--language", "en", "--html", "pages/page.html")
    written = folder / "pages" / "page.html"
    assert outside.read_text(encoding="utf-8") == "mine"
    assert not written.is_symlink()
    assert written.stat().st_mode & 0o077 == 0
    assert set(folder.rglob("*")) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("--html", "rows.jsonl", "--language", "en"),
        ("--html", "nowhere/page.html", "--language", "en"),
        ("--language", "en", "--language", "de"),
        (),
        ("--language", "en", "--collection", "documents"),
        ("--language", "en", "--column", "text=body"),
    ],
)
def test_wrong_usage_is_refused_and_writes_nothing(
    arguments: tuple[str, ...], folder: Path
) -> None:
    content = (folder / "rows.jsonl").read_bytes()
    before = set(folder.rglob("*"))
    run(*arguments, code=2)
    assert set(folder.rglob("*")) == before
    assert (folder / "rows.jsonl").read_bytes() == content


@pytest.mark.parametrize(
    "arguments", [("--html", "p.html", "--language", "en"), ("--collection", "documents"), ()]
)
def test_options_of_the_other_way_to_scan_are_refused(
    arguments: tuple[str, ...], folder: Path
) -> None:
    assert CliRunner().invoke(group, ["scan", "rows.jsonl", *arguments]).exit_code == 2


def test_a_file_that_is_not_there_is_told_without_a_traceback(folder: Path) -> None:
    arguments = ("scan", "no.jsonl", "--policy", "policy.yaml", "--language", "en")
    done = datacoop(*arguments, folder=folder, code=2)
    assert "no.jsonl" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_policy_rows_go_through_the_intake_of_a_collection(folder: Path) -> None:
    write(folder / "rows.jsonl", [{"text": "The office wrote to ada@example.org last week. " * 9}])
    given = ["scan", "rows.jsonl", "--collection", "documents", "--language", "en", "--json"]
    done = CliRunner().invoke(group, given, catch_exceptions=False)
    (found,) = json.loads(done.stdout)
    assert (found["rows"], found["findings"]["EMAIL_ADDRESS"]) == (1, 9)
