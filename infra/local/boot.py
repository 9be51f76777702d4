"""Start one of Beam's Python workers, as its Go program `boot` does: for a PROCESS environment.

A task manager runs it with the addresses of the job's services. It needs apache-beam and datacoop
in the Python that runs it, and nothing of the job: no file is fetched, no package installed.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, NamedTuple

NEEDED = ("apache_beam", "datacoop")
LACKS_PACKAGE = 78
"""The exit code of a Python without one of them: told at once, before anything is imported."""
TIMEOUT_SECONDS = 60

if missing := [name for name in NEEDED if find_spec(name) is None]:
    sys.stderr.write(f"{sys.executable} lacks {', '.join(missing)}\n")
    sys.exit(LACKS_PACKAGE)

import grpc  # noqa: E402
from apache_beam.portability.api import beam_provision_api_pb2 as provision  # noqa: E402
from apache_beam.portability.api import beam_provision_api_pb2_grpc as provision_grpc  # noqa: E402
from google.protobuf import json_format  # noqa: E402


class _Call(NamedTuple):
    """A call, as gRPC wants it changed."""

    method: str
    timeout: float | None
    metadata: Any
    credentials: Any
    wait_for_ready: bool | None
    compression: Any


class _AsWorker(grpc.UnaryUnaryClientInterceptor):
    """Say in each call which worker asks."""

    def __init__(self, worker: str) -> None:
        self._worker = worker

    def intercept_unary_unary(self, go_on: Callable, call: Any, request: Any) -> Any:  # noqa: ANN401
        """Add the worker's id."""
        told = [*(call.metadata or ()), ("worker_id", self._worker)]
        return go_on(_Call(call.method, call.timeout, told, call.credentials, None, None), request)


def main() -> None:
    """Ask for the job's options, then become the worker."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--id", required=True)
    parser.add_argument("--provision_endpoint", required=True)
    for name in ("logging", "control"):
        parser.add_argument(f"--{name}_endpoint", default="")
    told, _ = parser.parse_known_args()
    channel = grpc.intercept_channel(
        grpc.insecure_channel(told.provision_endpoint), _AsWorker(told.id)
    )
    stub = provision_grpc.ProvisionServiceStub(channel)
    asked = provision.GetProvisionInfoRequest()
    given = stub.GetProvisionInfo(asked, timeout=TIMEOUT_SECONDS).info
    folder = os.path.join(tempfile.gettempdir(), f"beam-worker-{os.getpid()}")
    os.makedirs(os.path.join(folder, "staged"), mode=0o700)
    services = {
        "LOGGING": given.logging_endpoint.url or told.logging_endpoint,
        "CONTROL": given.control_endpoint.url or told.control_endpoint,
        "STATUS": given.status_endpoint.url,
    }
    os.environ |= {
        f"{name}_API_SERVICE_DESCRIPTOR": f'url: "{url}"' for name, url in services.items() if url
    }
    os.environ |= {
        "WORKER_ID": told.id,
        "PIPELINE_OPTIONS": json_format.MessageToJson(given.pipeline_options),
        "RUNNER_CAPABILITIES": " ".join(given.runner_capabilities),
        "SEMI_PERSISTENT_DIRECTORY": folder,
    }
    command = [sys.executable, "-m", "apache_beam.runners.worker.sdk_worker_main"]
    os.execv(sys.executable, command)  # noqa: S606


if __name__ == "__main__":
    main()
