"""An S3 server of moto's as a thread, with one bucket."""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.server import ThreadedMotoServer

from datacoop.pool.object_store import ObjectStore, open_store

BUCKET = "pool"
REGION = "us-east-1"
KEY = "made-up"


@contextmanager
def moto_server() -> Iterator[str]:
    """Run a server while the `with` block does; give its URL."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        keys = {"aws_access_key_id": KEY, "aws_secret_access_key": KEY}
        client = boto3.client("s3", endpoint_url=url, region_name=REGION, **keys)
        client.create_bucket(Bucket=BUCKET)
        yield url
    finally:
        server.stop()


def open_s3(url: str, prefix: str) -> ObjectStore:
    """Open a part of the bucket of the server at `url`."""
    options = {"endpoint": url, "region": REGION, "access_key_id": KEY, "secret_access_key": KEY}
    return open_store(f"s3://{BUCKET}/{prefix}", options)


def put_object(key: str, content: bytes) -> None:
    """Put an object into the bucket past the server's door, which is slow for many."""
    get_backend("s3")[DEFAULT_ACCOUNT_ID]["aws"].put_object(BUCKET, key, content)
