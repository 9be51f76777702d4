"""Help texts and exit codes of the command line."""

from pathlib import Path

import click
import pytest
import yaml
from commands import command_paths, datacoop
from plays import make_play, make_stage, many_lines, write_settings

from datacoop.cli.main import datacoop as group


@pytest.mark.parametrize("path", list(command_paths(group)), ids=" ".join)
def test_every_command_helps_with_an_example(path: tuple[str, ...]) -> None:
    command: click.Command = group
    for name in path:
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), name) or command
    text = command.get_help(click.Context(command, info_name=" ".join(("datacoop", *path))))
    assert "Example:" in text
    assert " ".join(("datacoop", *path)) in text.partition("Example:")[2]
    names = {name for parameter in command.params for name in parameter.opts}
    assert isinstance(command, click.Group) or "--json" in names


def test_an_unknown_member_ends_with_one(tmp_path: Path) -> None:
    write_settings(make_stage(tmp_path))
    done = datacoop("intake", "run", "xx-nobody", "xx-nobody-1", folder=tmp_path, code=1)
    assert done.stderr.startswith("Error: ")
    assert "What to do: " in done.stderr


def test_a_wrong_option_ends_with_two(tmp_path: Path) -> None:
    done = datacoop("pool", "status", "--no-such-option", folder=tmp_path, code=2)
    assert "--no-such-option" in done.stderr


def test_a_pool_that_is_not_there_ends_with_two(tmp_path: Path) -> None:
    datacoop("pool", "status", "--pool", "nowhere", folder=tmp_path, code=2)


def test_a_store_that_is_not_reached_ends_with_three(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "datacoop.toml").write_text(
        '[stores]\nendpoint = "http://127.0.0.1:9"\naccess_key_id = "a"\n'
        'secret_access_key = "env:HOME"\nregion = "x"\n',
        encoding="utf-8",
    )
    done = datacoop("pool", "status", "--pool", "s3://bucket/pool", folder=tmp_path, code=3)
    assert "Traceback" not in done.stderr


def test_ten_faults_of_a_manifest_are_listed_with_their_paths(tmp_path: Path) -> None:
    stage, play = make_stage(tmp_path), make_play(many_lines(20))
    stage.submit(play)
    folder = tmp_path / "sources" / play.member / play.submission_id
    path = folder / "submission.yaml"
    value = yaml.safe_load(path.read_text(encoding="utf-8"))
    value |= {"member": "Not An Id", "languages": ["deutsch"], "contact": 7, "title": ""}
    value["files"][0] |= {"sha256": "short", "size_bytes": -1, "format": "doc"}
    value["terms"] |= {"derivatives": "maybe", "expires": "soon"}
    value["personal_data"]["legal_basis"] = "because"
    path.write_text(yaml.safe_dump(value), encoding="utf-8")
    done = datacoop("submission", "check", str(folder), folder=tmp_path, code=1)
    places = [
        "$.contact",
        "$.files[0].format",
        "$.files[0].sha256",
        "$.files[0].size_bytes",
        "$.languages[0]",
        "$.member",
        "$.personal_data.legal_basis",
        "$.terms.derivatives",
        "$.terms.expires",
        "$.title",
    ]
    assert [place for place in places if f"@ {place}" not in done.stderr] == []
