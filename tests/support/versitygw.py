"""A versitygw of a test's own: an S3 server as a process, with its data in a folder."""

import os
import shlex
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import boto3
import pytest
from infra.local import programs
from processes import ServerProcess

from datacoop.pool.object_store import ObjectStore, open_store

BUILD_SECONDS = 900
READY_SECONDS = 20
REGION = "us-east-1"
NAMESPACE = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
ROOT = ("made-up-root", "made-up-root-secret")


def program() -> Path:
    """Give the server.

    Where there is none the test is left out by name; where nothing may be left out it fails.
    """
    try:
        return programs.versitygw()
    except programs.MissingError as missing:
        if os.environ.get("DATACOOP_LEAVE_NOTHING_OUT"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))


class Versitygw(ServerProcess):
    """A server on a port of its own, gone when the `with` block ends; its folder stays."""

    def __init__(self, folder: Path, *, disk_bytes: int | None = None) -> None:
        """Make a server.

        Args:
            disk_bytes: Have its data on a disk of this size, which is gone with the server.
        """
        self._folder = folder
        self._disk_bytes = disk_bytes
        if disk_bytes is not None:
            allowed = subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False)
            if allowed.returncode:
                pytest.skip(
                    "this machine lets nobody mount a small disk in a namespace of their own"
                )
        self._program = program()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, or start it again on the same port and data."""
        for name in ("data", "users"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        command = [str(self._program), "--port", f"127.0.0.1:{self.port}", "--quiet"]
        command += ["--health", "/healthz", "--iam-dir", str(self._folder / "users")]
        command += ["posix", str(self._folder / "data")]
        if self._disk_bytes is not None:
            data = shlex.quote(str(self._folder / "data"))
            mount = f"mount -t tmpfs -o size={self._disk_bytes} tmpfs {data}"
            command = [*NAMESPACE, "sh", "-c", f'{mount} && exec "$@"', "sh", *command]
        root = dict(zip(("ROOT_ACCESS_KEY", "ROOT_SECRET_KEY"), ROOT, strict=True))
        self._process = subprocess.Popen(
            command,
            env={**os.environ, **root},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("versitygw does not answer")

    @property
    def data(self) -> Path:
        """Where its data is, as it sees it itself: nobody else sees a disk of its own."""
        return Path(f"/proc/{self.pid}/root{self._folder}/data")

    def client(self, keys: tuple[str, str] = ROOT) -> Any:
        """Give a client of another make than ours, for what ours cannot do."""
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=keys[0],
            aws_secret_access_key=keys[1],
        )

    def add_user(self, name: str) -> tuple[str, str]:
        """Make a user who may do nothing yet; give the credentials."""
        keys = (name, f"secret-of-{name}")
        command = [str(self._program), "admin", "--access", ROOT[0], "--secret", ROOT[1]]
        command += ["--endpoint-url", self.url, "create-user"]
        command += ["--access", keys[0], "--secret", keys[1], "--role", "user"]
        subprocess.run(command, check=True, capture_output=True)
        return keys

    def options(self, keys: tuple[str, str] | None = ROOT) -> dict[str, str]:
        """Give the options of a store on this server; without credentials where there are none."""
        found = {"endpoint": self.url, "region": REGION, "virtual_hosted_style_request": "false"}
        if keys is not None:
            found |= {"access_key_id": keys[0], "secret_access_key": keys[1]}
        return found

    def open(self, bucket: str, keys: tuple[str, str] = ROOT) -> ObjectStore:
        """Open a bucket; root makes it where it is missing."""
        if keys == ROOT:
            client = self.client()
            if bucket not in {one["Name"] for one in client.list_buckets()["Buckets"]}:
                client.create_bucket(Bucket=bucket)
        return open_store(f"s3://{bucket}", self.options(keys))
