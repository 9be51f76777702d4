"""Label Studio over its HTTP API: projects, tasks and answers. The only user of its SDK.

No write is sent again blindly. A time-out or a 504 does not say whether the server committed,
so after a failure it is asked which keys it has, and only the missing ones go again.
"""

import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, TypeVar

from datacoop.errors import OutsideError, SettingsError, TransientError
from datacoop.label.answers import Answer
from datacoop.label.routing import Task
from datacoop.label.studio_json import KEY as KEY
from datacoop.label.studio_json import utc

SERVICE = "Label Studio"
BATCH_TASKS = 1_000
BATCH_BYTES = 4_000_000
PAGING_FACTOR = 4
"""Up to how many times the keys asked for a project may hold before filtering is cheaper."""

KEYS_A_FILTER = 40
"""Keys asked for in one request: they travel in the URL, and gunicorn takes one of 4 kB."""

VERSION = "1.23.2"
"""The Label Studio that this code was tried against; another one is refused."""

PAGE_SIZE = 1_000
TITLE_LENGTH = 50
"""The longest title that Label Studio takes."""

_RECORD_KEY = re.compile(r"[0-9a-f]{64}")

_ONCE = {"max_retries": 0}
"""Request options of every write: by itself the SDK sends a POST again after a 504."""

# A busy server, a gateway that gave up, and answers that are no JSON although they say 200.
_TRANSIENT = frozenset({200, 201, 408, 425, 429})

T = TypeVar("T")


class _Stored(NamedTuple):
    """A task that Label Studio holds."""

    task_id: int
    is_answered: bool


class LabelStudio:
    """A Label Studio server, as one of its users."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout_seconds: float = 60.0,
        tries: int = 5,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare to talk to the server; nothing is sent yet.

        Args:
            url: Where it answers, such as `http://127.0.0.1:8080`.
            token: The legacy API token of the user to act as.
            timeout_seconds: How long one request may take.
            tries: How often an operation that fails for a passing reason is tried in all.
            sleep: Waits a number of seconds between two tries.

        Raises:
            SettingsError: The SDK is not installed.
        """
        try:
            import httpx
            from label_studio_sdk import LabelStudio as Client
            from label_studio_sdk.core.api_error import ApiError
            from label_studio_sdk.core.parse_error import ParsingError
        except ImportError as error:
            raise SettingsError(
                "labelling needs label-studio-sdk", hint="Install datacoop[label]."
            ) from error
        self._failures = (ApiError, ParsingError, httpx.HTTPError)
        self._refused = ApiError
        self._url = url
        self._tries = tries
        self._sleep = sleep
        # The SDK is typed in part only.
        build: Any = Client
        self._client = build(base_url=url, api_key=token, timeout=timeout_seconds, max_retries=0)
        self._timeout_seconds = timeout_seconds
        self._is_known = True
        """Whether it is still the one that was met; it may come back as another one."""

    def require_version(self) -> None:
        """Make sure that it is the version that all of this was tried with.

        After a failure that may pass it is looked again, before anything else is asked.

        Raises:
            SettingsError: It is another version than `VERSION`.
            TransientError: Label Studio cannot be reached, or not reliably.
        """
        self._read("read version", self._check_version)

    def _check_version(self) -> None:
        found = str(self._get("/api/version/", {}).get("release", "unknown"))
        self._is_known = found == VERSION
        if not self._is_known:
            raise wrong_version(self._url, found)

    def now_utc(self) -> str:
        """Give the time by the clock that answers are dated by, to the second.

        Raises:
            TransientError: Label Studio cannot be reached, or not reliably.
        """

        def read() -> str:
            told = self._answer("GET", "/api/version/", {}).headers.get("date", "")
            try:
                return utc(parsedate_to_datetime(told).isoformat())
            except ValueError:
                raise self._refused(status_code=200) from None

        return self._read("read time", read)

    def require_access(self) -> None:
        """Make sure that the token is one of its users.

        Raises:
            OutsideError: It refuses the token.
            TransientError: Label Studio cannot be reached, or not reliably.
        """
        self._read("read projects", lambda: self._get("/api/projects/", {"page_size": 1}))

    def ensure_project(
        self,
        collection: str,
        title: str,
        configuration: str,
        instruction: str,
        votes: int,
        *,
        may_be_empty: bool = False,
    ) -> int:
        """Give the project of a collection; make it where there is none, renew it where it differs.

        It is known by a line in its description, so its title may be changed by hand.

        Args:
            configuration: The text of `labeling.xml`.
            instruction: What annotators read before they begin.
            votes: Votes asked for each task.
            may_be_empty: Whether an answer without any result counts, as where nothing is to be
                marked.

        Raises:
            SettingsError: It is another version than `VERSION`.
            TransientError: Label Studio cannot be reached, or not reliably.
            OutsideError: It refuses, for instance a configuration that old answers do not fit.
        """
        self.require_version()
        marker = f"datacoop collection: {collection}"
        content: dict[str, Any] = {
            "label_config": configuration,
            "expert_instruction": instruction,
            "maximum_annotations": votes,
            "enable_empty_annotation": may_be_empty,
        }

        def create(_: Sequence[str]) -> None:
            self._client.projects.create(
                title=title[:TITLE_LENGTH],
                description=marker,
                show_instruction=True,
                request_options=_ONCE,
                **content,
            )

        def lacking() -> list[str]:
            return [marker] if self._find_project(marker) is None else []

        self._make("create project", create, lacking(), lacking)
        project = self._find_project(marker)
        if project is None:
            raise TransientError(SERVICE, "create project", "made, but not listed")
        self._renew(project, content)
        return project

    def add_tasks(self, project: int, tasks: Iterable[Task]) -> None:
        """Send the tasks that the project does not hold yet; sending them again changes nothing.

        Privacy: sends scrubbed payload, and the record id as the key.

        Raises:
            TransientError: Some tasks are still missing after all tries; run it again.
            OutsideError: Label Studio refuses the tasks.
        """
        wanted = {task.key: _written({KEY: task.key, **task.payload}) for task in tasks}
        missing = self._missing(project, list(wanted))
        for batch in _batches({key: wanted[key] for key in missing}):
            self._add_batch(project, batch)

    def answers(self, project: int) -> list[Answer]:
        """Read all annotations of a project, by task and annotation number, unchecked.

        Raises:
            TransientError: Label Studio cannot be reached, or not reliably.
        """
        answered = _filter(
            "or",
            ("total_annotations", "greater", "Number", 0),
            ("cancelled_annotations", "greater", "Number", 0),
        )
        # Without all fields the server leaves out what was answered.
        tasks = self._list_tasks(project, query=answered, fields="all")
        # A task that moves to another page while we read is met twice.
        found = {answer.annotation_id: answer for task in tasks for answer in _answers(task)}
        return list(found.values())

    def count_tasks(self, project: int) -> int:
        """Give how many tasks a project holds.

        Raises:
            TransientError: Label Studio cannot be reached, or not reliably.
        """
        query = {"project": project, "include": "id", "page_size": 1}
        return int(self._read("count tasks", lambda: self._get("/api/tasks/", query))["total"])

    def made_utc(self, project: int, keys: Sequence[str]) -> dict[str, str]:
        """Give when the tasks of these keys were made, in UTC; those that are gone are left out.

        Raises:
            TransientError: Label Studio cannot be reached, or not reliably.
        """
        found = self._search_tasks(project, keys) if keys else ()
        made = {str(task["data"].get(KEY)): utc(task["created_at"]) for task in found}
        return {key: made[key] for key in keys if key in made}

    def task_numbers(self, project: int) -> dict[bytes, int]:
        """Give the number of each task of a project by its record; others are left out.

        Raises:
            TransientError: Label Studio cannot be reached, or not reliably.
        """
        found: dict[bytes, int] = {}
        for task in self._list_tasks(project, include="id,data"):
            key = task["data"].get(KEY)
            if isinstance(key, str) and _RECORD_KEY.fullmatch(key):
                # Should a record have two tasks, everybody takes the older one.
                record_id = bytes.fromhex(key)
                found[record_id] = min(task["id"], found.get(record_id, task["id"]))
        return found

    def everything(self) -> Iterator[tuple[str, bytes]]:
        """Give all tasks of all projects, answers and drafts and all, as JSON, each with a name.

        Raises:
            OutsideError: Label Studio does not answer as it should.
        """
        for project in self._list_projects():
            for task in self._list_tasks(project.id, fields="all"):
                content = json.dumps(task, ensure_ascii=False, default=str)
                yield f"project {project.id}, task {task['id']}", content.encode()

    def delete_tasks(self, project: int, keys: Iterable[str]) -> None:
        """Delete the tasks of these keys with their annotations; those that are gone are fine.

        Raises:
            TransientError: Label Studio cannot be reached, or not reliably.
        """
        for part in _parts(list(keys), BATCH_TASKS):
            stored = self._find_tasks(project, part)
            self._delete(project, [task.task_id for tasks in stored.values() for task in tasks])

    def _add_batch(self, project: int, batch: dict[str, bytes]) -> None:
        # Past the SDK: it copies every value of every task twice before it writes it.
        def send(keys: Sequence[str]) -> None:
            body = b"[" + b",".join(batch[key] for key in keys) + b"]"
            self._request("POST", f"/api/projects/{project}/import", {}, body)

        keys = list(batch)
        self._make("import tasks", send, keys, lambda: self._missing(project, keys))

    def _missing(self, project: int, keys: Sequence[str]) -> list[str]:
        """Give the keys that the project lacks, after removing what it holds twice."""
        stored = self._find_tasks(project, keys)
        self._delete(project, [number for tasks in stored.values() for number in _surplus(tasks)])
        return [key for key in keys if key not in stored]

    def _find_tasks(self, project: int, keys: Sequence[str]) -> dict[str, list[_Stored]]:
        wanted = set(keys)
        found: dict[str, list[_Stored]] = defaultdict(list)
        for task in self._search_tasks(project, keys):
            key = task["data"].get(KEY)
            if key in wanted:
                answered = (task["total_annotations"] or 0) + (task["cancelled_annotations"] or 0)
                found[key].append(_Stored(task["id"], answered > 0))
        return found

    def _search_tasks(self, project: int, keys: Sequence[str]) -> Iterator[Any]:
        """Give the tasks of the keys, and perhaps others, in the cheapest way."""
        include = "id,data,created_at,total_annotations,cancelled_annotations"
        held = self.count_tasks(project)
        if not held:
            return
        if held <= PAGING_FACTOR * len(keys):
            yield from self._list_tasks(project, include=include)
            return
        for part in _parts(keys, KEYS_A_FILTER):
            wanted = _filter("and", (f"data.{KEY}", "in_list", "List", list(part)))
            yield from self._list_tasks(project, query=wanted, include=include)

    def _list_tasks(self, project: int, **parameters: str) -> Iterator[dict[str, Any]]:
        def page(number: int) -> tuple[list[dict[str, Any]], int]:
            query = {"project": project, "page": number, "page_size": PAGE_SIZE, **parameters}
            found = self._get("/api/tasks/", query)
            return found["tasks"], found["total"]

        return self._pages("list tasks", page)

    def _list_projects(self) -> Iterator[Any]:
        def page(number: int) -> tuple[list[Any], int]:
            pager = self._client.projects.list(page=number, page_size=PAGE_SIZE)
            return pager.items or [], pager.response.count

        return self._pages("list projects", page)

    def _find_project(self, marker: str) -> int | None:
        projects = self._list_projects()
        # Should two have been made after all, everybody takes the older one.
        return min((p.id for p in projects if p.description == marker), default=None)

    def _renew(self, project: int, content: dict[str, Any]) -> None:
        now = self._read("read project", lambda: self._client.projects.get(project))
        if any(getattr(now, name) != value for name, value in content.items()):
            self._read("update project", lambda: self._client.projects.update(project, **content))

    def _get(self, path: str, query: dict[str, Any]) -> dict[str, Any]:
        found = self._request("GET", path, query)
        if not isinstance(found, dict):
            raise self._refused(status_code=200)
        return found

    def _request(
        self, method: str, path: str, query: dict[str, Any], body: bytes | None = None
    ) -> Any:  # noqa: ANN401 - JSON
        """Send one request as the SDK would, once; give the JSON that comes back."""
        answer = self._answer(method, path, query, body)
        try:
            return answer.json()
        except ValueError:
            # A page of some gateway's: what became of the request is unknown.
            raise self._refused(status_code=200) from None

    def _answer(
        self, method: str, path: str, query: dict[str, Any], body: bytes | None = None
    ) -> Any:  # noqa: ANN401 - httpx's, which is loaded late
        wrapper = self._client._client_wrapper
        answer = wrapper.httpx_client.httpx_client.request(
            method,
            f"{self._url.rstrip('/')}{path}",
            params=query,
            content=body,
            headers=wrapper.get_headers() | {"Content-Type": "application/json"},
            timeout=self._timeout_seconds,
        )
        if not answer.is_success:
            raise self._refused(status_code=answer.status_code)
        return answer

    def _delete(self, project: int, task_ids: Sequence[int]) -> None:
        if task_ids:
            selected: Any = {"all": False, "included": list(task_ids)}
            # Deleting by number may be repeated: a number is never given twice.
            self._read(
                "delete tasks",
                lambda: self._client.actions.create(
                    id="delete_tasks", project=project, selected_items=selected
                ),
            )

    def _make(
        self,
        operation: str,
        make: Callable[[Sequence[str]], None],
        missing: Sequence[str],
        look: Callable[[], Sequence[str]],
    ) -> None:
        """Make what is missing; after a failure look what is still missing, and make only that."""
        for attempt in range(self._tries):
            if not missing:
                return
            try:
                self._call(operation, lambda: make(missing))  # noqa: B023 - called at once
                if attempt:
                    # What timed out may have been carried out after we looked.
                    look()
                return
            except TransientError as error:
                failure = error
            self._sleep(2.0**attempt)
            missing = look()
        if missing:
            raise failure

    def _read(self, operation: str, read: Callable[[], T]) -> T:
        """Do what may be done twice, trying again after failures that pass."""
        for attempt in range(self._tries - 1):
            try:
                return self._call(operation, read)
            except TransientError:
                self._sleep(2.0**attempt)
        return self._call(operation, read)

    def _pages(self, operation: str, page: Callable[[int], tuple[list[T], int]]) -> Iterator[T]:
        seen, number = 0, 1
        while True:
            items, total = self._read(operation, lambda: page(number))  # noqa: B023 - called at once
            yield from items
            seen, number = seen + len(items), number + 1
            if not items or seen >= total:
                return

    def _call(self, operation: str, call: Callable[[], T]) -> T:
        try:
            if not self._is_known:
                self._check_version()
            return call()
        except self._failures as error:
            failure = self._failure(operation, error)
            self._is_known = self._is_known and not isinstance(failure, TransientError)
        # Outside the handler: the SDK's errors hold the answer's body, which may quote tasks.
        raise failure

    def _failure(self, operation: str, error: Exception) -> OutsideError:
        status = getattr(error, "status_code", None)
        if status is None:
            hint = f"Is Label Studio running at {self._url}? Then run the command again."
            return TransientError(SERVICE, operation, type(error).__name__, hint=hint)
        detail = f"HTTP {status}"
        if status >= 500 or status in _TRANSIENT:
            hint = "Nothing was sent twice. Run the command again, later if it is overloaded."
            return TransientError(SERVICE, operation, detail, hint=hint)
        if status in (401, 403):
            hint = "Check the token, and that legacy tokens are switched on in Label Studio."
            return OutsideError(SERVICE, operation, detail, hint=hint)
        return OutsideError(SERVICE, operation, detail, hint="Its own log says why it refused.")


def wrong_version(url: str, found: str) -> SettingsError:
    """Say that Label Studio is another version than the one that was tried."""
    return SettingsError(
        f"Label Studio at {url} is version {found}, and not {VERSION}",
        hint=f"Nothing was sent to it. Run label-studio=={VERSION}, as infra/label-studio pins it, "
        "or a datacoop that was tried with the other version.",
    )


def _surplus(tasks: Sequence[_Stored]) -> list[int]:
    """Give which tasks of one key to delete: all but the first, or but those with answers."""
    answered = [task for task in tasks if task.is_answered]
    kept = answered or [min(tasks)]
    return [task.task_id for task in tasks if task not in kept]


def _answers(task: dict[str, Any]) -> Iterator[Answer]:
    for annotation in task["annotations"] or ():
        yield Answer(
            annotation_id=annotation["id"],
            key=str(task["data"].get(KEY, "")),
            user_id=annotation.get("completed_by"),
            result=annotation.get("result"),
            updated_utc=utc(annotation["updated_at"]),
            is_skipped=bool(annotation.get("was_cancelled")),
        )


def _filter(conjunction: str, *rules: tuple[str, str, str, object]) -> str:
    """Write a filter of Label Studio's data manager over columns of tasks."""
    names = ("filter", "operator", "type", "value")
    items = [
        dict(zip(names, (f"filter:tasks:{column}", *rest), strict=True)) for column, *rest in rules
    ]
    filters = {"conjunction": conjunction, "items": items}
    return json.dumps({"filters": filters}, separators=(",", ":"))


def _parts(keys: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def _written(data: dict[str, Any]) -> bytes:
    return json.dumps({"data": data}, ensure_ascii=False).encode()


def _batches(wanted: dict[str, bytes]) -> Iterator[dict[str, bytes]]:
    """Cut the tasks into requests that are neither too many tasks nor too many bytes."""
    batch: dict[str, bytes] = {}
    size_bytes = 0
    for key, task in wanted.items():
        if batch and (len(batch) >= BATCH_TASKS or size_bytes + len(task) > BATCH_BYTES):
            yield batch
            batch, size_bytes = {}, 0
        batch[key] = task
        size_bytes += len(task)
    if batch:
        yield batch
