"""The pages held against the program: codes, commands, links, and what must not be in them."""

import re
import runpy
import shlex
import subprocess
from pathlib import Path

import click
import pytest

from datacoop.cli.main import GROUPS, LazyGroup, datacoop
from datacoop.records.quarantine import REASONS, Reason
from datacoop.validate.verdict import VERDICT_REASONS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TESTS = ROOT / "tests"
PAGES = sorted(
    [
        *DOCS.rglob("*.md"),
        *ROOT.glob("*.md"),
        *ROOT.glob("infra/*/README.md"),
        ROOT / "models/README.md",
    ]
)
MAKER = runpy.run_path(str(DOCS / "make_reason_codes.py"))
LABEL_REASONS: dict[str, Reason] = MAKER["LABEL_REASONS"]
ALL_REASONS = {**REASONS, **VERDICT_REASONS, **LABEL_REASONS}
CODE = re.compile(r"\b(?:ingest|scrub|validate|verdict|label)\.[a-z0-9_]+\b")
ROW = re.compile(r"^\| `([a-z_]+\.[a-z0-9_]+)` \| (.+?) \| (.+) \|$", re.MULTILINE)


def commands() -> list[str]:
    """List every command as it is typed, without `datacoop`."""
    group = datacoop
    assert isinstance(group, LazyGroup)
    found = []
    for name in sorted(GROUPS):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            found += [f"{name} {inner}" for inner in sorted(command.commands)]
        else:
            found.append(name)
    return found


def anchors(page: Path) -> set[str]:
    """Give the names under which the headings of a page are linked."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\s-]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def tracked_files() -> list[Path]:
    """List the files of the repository, new ones too, that are texts we wrote."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a checkout: git does not list the files")
    # npz is binary; lock files name where packages come from.
    names = (n for n in listed.stdout.split("\n") if n and not n.endswith((".lock", ".npz")))
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def test_the_page_of_reason_codes_is_the_one_that_its_script_makes() -> None:
    text = (DOCS / "reason-codes.md").read_text(encoding="utf-8")
    assert text == MAKER["page"](), "run docs/make_reason_codes.py"


def test_the_page_lists_exactly_the_codes_with_their_texts() -> None:
    listed = ROW.findall((DOCS / "reason-codes.md").read_text(encoding="utf-8"))
    assert len(listed) == len(ALL_REASONS)
    assert {code: Reason(meaning, advice) for code, meaning, advice in listed} == ALL_REASONS


def test_the_answers_reasons_are_those_of_the_code() -> None:
    names = ("answers", "audit_marks", "experts", "result_check")
    sources = [ROOT / f"pipelines/datacoop/label/{name}.py" for name in names]
    text = "".join(source.read_text(encoding="utf-8") for source in sources)
    given = set(re.findall(r'"(label\.[a-z_]+)"', text))
    assert set(LABEL_REASONS) == given


@pytest.mark.parametrize("code", sorted(ALL_REASONS))
def test_every_code_is_named_by_a_test(code: str) -> None:
    room, _, name = code.partition(".")
    # The tests of a room may leave its name out.
    short = f'"{name}"'
    assert any(
        code in CODE.findall(text) or (short in text and path.is_relative_to(TESTS / room))
        for path in sorted(TESTS.rglob("*.py"))
        if path != Path(__file__)
        for text in [path.read_text(encoding="utf-8")]
    )


NO_CODES = {"scrub.yaml", "scrub.policy"}
"""A file and a key that look like codes."""


def test_pages_name_no_code_that_does_not_exist() -> None:
    unknown = {
        (page.name, code)
        for page in PAGES
        for code in re.findall(
            r"`((?:ingest|scrub|validate|verdict|label)\.[a-z0-9_]+)`",
            page.read_text(encoding="utf-8"),
        )
        if code not in {*ALL_REASONS, *NO_CODES}
    }
    assert not unknown


@pytest.mark.parametrize("command", commands())
def test_every_command_is_on_a_page(command: str) -> None:
    wanted = re.compile(rf"datacoop {re.escape(command)}(?![\w-])")
    pages = [ROOT / "README.md", *DOCS.rglob("*.md")]
    assert any(wanted.search(page.read_text(encoding="utf-8")) for page in pages)


def command_lines(page: Path) -> list[list[str]]:
    """Give the words behind `datacoop` of each command in the code blocks of a page."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```bash\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    joined = "\n".join(blocks).replace("\\\n", " ")
    return [
        shlex.split(line, comments=True) for line in re.findall(r"^datacoop (.+)$", joined, re.M)
    ]


def fault_of(words: list[str]) -> str | None:
    """Say what is wrong with a command as it is typed, or nothing."""
    command: click.Command = datacoop
    # What follows -- is another program's.
    left = words[: words.index("--")] if "--" in words else list(words)
    while isinstance(command, click.Group) and left and not left[0].startswith("-"):
        found = command.get_command(click.Context(command), left.pop(0))
        if found is None:
            return f"no such command: {' '.join(words)}"
        command = found
    context = click.Context(command)
    known = {name for option in command.get_params(context) for name in option.opts}
    known |= {"--help", "--version"}
    # What follows is Beam's.
    left = left[: left.index("--")] if "--" in left else left
    wrong = [word for word in left if word.startswith("--") and word not in known]
    return f"no such option: {' '.join(words)}" if wrong else None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_in_a_code_block_exists_with_its_options(page: Path) -> None:
    assert not [fault for words in command_lines(page) if (fault := fault_of(words))]


def test_a_command_that_does_not_exist_is_seen() -> None:
    assert fault_of(["release", "burn"])
    assert fault_of(["verify", "pool", "--loudly"])
    assert fault_of(["verify", "pool", "--json"]) is None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path) if path else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            dead.append(target)
    assert not dead


# Put together here, so that this file does not hold what it looks for.
FOREIGN = re.compile(
    "|".join(
        [
            r"(?<![\w.~}])/(?:" + "|".join(["work", "root"]) + r")/",
            r"files\.python" + r"hosted\.org",
            r"pypi\." + r"org",
            r"index-" + r"url",
        ]
    )
)


def test_no_file_names_a_path_of_a_machine_or_a_registry() -> None:
    named = [
        str(path.relative_to(ROOT))
        for path in tracked_files()
        if FOREIGN.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not named
