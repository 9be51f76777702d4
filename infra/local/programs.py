"""The programs of the local cluster that are no Python packages: fetched once into a cache.

The cache is the folder that DATACOOP_CACHE names, else `~/.cache/datacoop`. As a program it prints
where versitygw is, which it builds where it is not there yet.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
FLINK = "1.19.3"
VERSITYGW = "v1.8.0"
SHADED_BEAM = "2.62.0"


class MissingError(Exception):
    """A program is not there and cannot be had; the text says what to do."""


def cache() -> Path:
    """Give the folder of what was fetched."""
    named = os.environ.get("DATACOOP_CACHE")
    folder = Path(named) if named else Path.home() / ".cache" / "datacoop"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def is_cached() -> bool:
    """Say whether Flink and Beam's job server were fetched before."""
    return any(cache().glob("*job-server*.jar")) and (cache() / f"flink-{FLINK}").is_dir()


def find(name: str, advice: str) -> str:
    """Find a program on the path.

    Raises:
        MissingError: It is not there.
    """
    found = shutil.which(name)
    if found is None:
        raise MissingError(f"no {name} on the path: {advice}")
    return found


def java() -> str:
    """Find Java."""
    return find("java", "install Java 17, such as Debian's openjdk-17-jre-headless")


def versitygw() -> Path:
    """Give versitygw: the one that DATACOOP_VERSITYGW names, on the path, or built with Go."""
    named = os.environ.get("DATACOOP_VERSITYGW") or shutil.which("versitygw")
    if named:
        return Path(named)
    made = cache() / f"versitygw-{VERSITYGW}"
    if made.is_file():
        return made
    go = find("go", "install Go, or set DATACOOP_VERSITYGW to a versitygw")
    module = f"github.com/versity/versitygw/cmd/versitygw@{VERSITYGW}"
    with (cache() / "versitygw.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of several processes one builds
        if not made.is_file():
            with tempfile.TemporaryDirectory(dir=cache()) as folder:
                command = [go, "install", "-trimpath", "-ldflags=-s -w", module]
                _run(command, {"GOBIN": folder})
                (Path(folder) / "versitygw").replace(made)
    return made


def flink_jars() -> Path:
    """Give a folder with Flink's own jars, out of the package that brings them to PyPI."""
    made = cache() / f"flink-{FLINK}"
    if not made.is_dir():
        with tempfile.TemporaryDirectory(dir=cache()) as folder:
            # The interpreter that this environment was made from: ours has no pip.
            python = getattr(sys, "_base_executable", sys.executable)
            command = [python, "-m", "pip", "download", "--quiet", "--no-deps"]
            _run([*command, "--no-binary=:all:", "-d", folder, f"apache-flink-libraries=={FLINK}"])
            jars = Path(folder) / "jars"
            jars.mkdir()
            with tarfile.open(next(Path(folder).glob("*.tar.gz"))) as archive:
                for member in archive:
                    name = Path(member.name).name
                    if name.endswith(".jar") and name.startswith(("flink-dist-", "log4j-")):
                        member.name = name
                        archive.extract(member, jars, filter="data")
            jars.replace(made)
    return made


def job_server() -> Path:
    """Give the jar of Beam's Flink job server: Beam's own, or one shaded from an older Beam."""
    flink, beam = FLINK.rpartition(".")[0], version("apache-beam")
    name = f"beam-runners-flink-{flink}-job-server"
    own, shaded = cache() / f"{name}-{beam}.jar", cache() / f"{name}-{SHADED_BEAM}-shaded.jar"
    for made in (own, shaded):
        if made.is_file():
            return made
    maven = [find("mvn", "install Maven"), "-B", "-ntp", "-q"]
    with tempfile.TemporaryDirectory(dir=cache()) as folder:
        artifact = f"-Dartifact=org.apache.beam:{name}:{beam}"
        command = [*maven, "dependency:copy", artifact, f"-DoutputDirectory={folder}"]
        if subprocess.run(command, cwd=folder, capture_output=True).returncode == 0:  # noqa: S603
            next(Path(folder).glob("*.jar")).replace(own)
            return own
        shutil.copy(HERE / "job-server.pom.xml", Path(folder) / "pom.xml")
        _run([*maven, "package"], folder=folder)
        (Path(folder) / "target" / "job-server-1.jar").replace(shaded)
    return shaded


def postgres() -> Path:
    """Give the folder of PostgreSQL's programs."""
    named = os.environ.get("DATACOOP_POSTGRES")
    folders = [Path(named)] if named else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("initdb"):
        folders.append(Path(found).resolve().parent)
    for folder in folders:
        if (folder / "initdb").is_file():
            return folder
    raise MissingError("no PostgreSQL: install it, or set DATACOOP_POSTGRES to its programs")


def _run(
    command: Sequence[str], environment: dict[str, str] | None = None, folder: str | None = None
) -> None:
    done = subprocess.run(  # noqa: S603
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise MissingError(f"{' '.join(command[:4])} failed: {' '.join(said)}")


if __name__ == "__main__":
    try:
        print(versitygw())
    except MissingError as missing:
        raise SystemExit(str(missing)) from None
