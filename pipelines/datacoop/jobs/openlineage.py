"""Send OpenLineage events to a server that keeps them, by its HTTP interface."""

import http.client
import json
from urllib.parse import urlsplit

from datacoop.errors import OutsideError, SettingsError
from datacoop.records.digest import canonical_json

PATH = "/api/v1/lineage"
TIMEOUT_SECONDS = 20


def send_events(url: str, content: bytes) -> None:
    """Send each event of `openlineage.json`; events have ids, so sending again doubles nothing.

    Args:
        url: The server, such as `http://lineage.example.org:5000`.

    Raises:
        SettingsError: The URL is none of HTTP.
        OutsideError: The server cannot be reached, or does not take an event.
    """
    place = urlsplit(url)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    if place.scheme not in kinds or not place.netloc:
        raise SettingsError("openlineage is no URL of HTTP", hint="Write it as https://host:port.")
    hint = "The version is published. Run `datacoop release publish` again to send its events."
    connection = kinds[place.scheme](place.netloc, timeout=TIMEOUT_SECONDS)
    try:
        for event in json.loads(content):
            headers = {"Content-Type": "application/json"}
            path = place.path.rstrip("/") + PATH
            connection.request("POST", path, canonical_json(event), headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status >= 300:
                raise OutsideError("OpenLineage", "post", f"status {answer.status}", hint=hint)
    except (OSError, http.client.HTTPException) as error:
        raise OutsideError("OpenLineage", "post", type(error).__name__, hint=hint) from error
    finally:
        connection.close()
