"""Bodies made anew: of what annotators send, and of what Label Studio answers.

What is not named here goes through in neither direction.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from datacoop.label.result_check import MALFORMED, Questions, check_result
from datacoop.web.gateway.guidelines import written
from datacoop.web.gateway.store_accounts import Account
from datacoop.web.gateway.store_served import Served

LONGEST_SECONDS = 1e6


class Sent(NamedTuple):
    """A body to send on, or the reason code why not."""

    body: dict[str, Any]
    reason: str


def annotation_body(
    sent: object, questions: Questions, data: Mapping[str, Any] | None, *, is_draft: bool = False
) -> Sent:
    """Make the body of an annotation or a draft from what an annotator sent.

    Args:
        data: The task's payload, by column.
    """
    if not isinstance(sent, Mapping):
        return Sent({}, MALFORMED)
    skipped = sent.get("was_cancelled", False)
    if type(skipped) is not bool:
        return Sent({}, MALFORMED)
    body: dict[str, Any] = {"result": []}
    # What stood in a form when its task was skipped is no answer.
    if is_draft or not skipped:
        checked = check_result(sent.get("result"), questions, data, complete=not is_draft)
        if checked.reason:
            return Sent({}, checked.reason)
        body["result"] = list(checked.items)
    if _is_seconds(sent.get("lead_time")):
        body["lead_time"] = sent["lead_time"]
    if is_draft:
        body["was_postponed"] = sent.get("was_postponed") is True
    else:
        body["was_cancelled"] = skipped
        if _is_time(sent.get("started_at")):
            body["started_at"] = sent["started_at"]
    return Sent(body, "")


def _is_seconds(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= LONGEST_SECONDS


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str) and len(value) < 40 and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


_ANNOTATION = (
    "id",
    "result",
    "created_ago",
    "was_cancelled",
    "created_at",
    "updated_at",
    "draft_created_at",
    "lead_time",
)


def shown_annotation(raw: Mapping[str, Any], account: Account, served: Served) -> dict[str, Any]:
    """Make what an annotator sees of an annotation of their own."""
    return {name: raw.get(name) for name in _ANNOTATION} | {
        "task": served.id,
        "completed_by": account.studio_user,
        "created_username": account.studio_email,
        "ground_truth": False,
        "parent_prediction": None,
        "parent_annotation": None,
    }


_DRAFT = ("id", "result", "lead_time", "was_postponed", "created_ago", "created_at", "updated_at")


def shown_draft(raw: Mapping[str, Any], account: Account, served: Served) -> dict[str, Any]:
    """Make what an annotator sees of a draft of their own."""
    return {name: raw.get(name) for name in _DRAFT} | {
        "task": served.id,
        "annotation": served.annotation,
        "user": account.studio_email,
        "created_username": account.studio_email,
    }


def shown_task(
    served: Served,
    project: int,
    data: Mapping[str, Any],
    annotations: Iterable[Mapping[str, Any]],
    drafts: Iterable[Mapping[str, Any]],
) -> dict[str, Any]:
    """Make a task as Label Studio's page reads it; gold and audit tasks look like all others."""
    annotations, drafts = list(annotations), list(drafts)
    return {
        "id": served.id,
        "inner_id": served.id,
        "project": project,
        "data": dict(data),
        "meta": {},
        "annotations": annotations,
        "drafts": drafts,
        "predictions": [],
        "queue": "Sequence queue",
        "unique_lock_id": None,
        "is_labeled": bool(annotations),
        "overlap": 1,
        "total_annotations": len(annotations),
        "cancelled_annotations": 0,
        "total_predictions": 0,
        "comment_count": 0,
        "unresolved_comment_count": 0,
        "comment_authors": [],
        "updated_by": [],
        "annotators": [],
        "draft_exists": bool(drafts),
        "file_upload": None,
    }


_PROJECT = (
    "id",
    "title",
    "label_config",
    "show_instruction",
    "show_skip_button",
    "enable_empty_annotation",
    "show_annotation_history",
    "color",
    "parsed_label_config",
    "config_has_control_tags",
    "skip_queue",
    "sampling",
    "control_weights",
)


def shown_project(raw: Mapping[str, Any], done: int) -> dict[str, Any]:
    """Make what an annotator sees of a project: how to label, and their own count."""
    return {name: raw.get(name) for name in _PROJECT} | {
        # Label Studio shows HTML, and makes one block of Markdown.
        "expert_instruction": written(str(raw.get("expert_instruction") or "")),
        "description": "",
        "created_by": {},
        "model_version": "",
        "is_published": True,
        "is_draft": False,
        "show_collab_predictions": False,
        "reveal_preannotations_interactively": False,
        "maximum_annotations": 1,
        "task_number": done + 1,
        "task_count": done + 1,
        "queue_total": done + 1,
        "queue_done": done,
        "total_annotations_number": done,
        "annotation_count": done,
        "can_delete_tasks": False,
        "can_manage_annotations": False,
        "can_manage_tasks": False,
        "source_syncing": False,
        "target_syncing": False,
    }


_COLUMN = ("id", "title", "type", "target", "parent", "visibility_defaults", "project_defined")


def shown_columns(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Make the list of columns without the users and values that it names."""
    listed = raw.get("columns")
    columns = listed if isinstance(listed, list) else []
    return {
        "columns": [
            {name: column[name] for name in _COLUMN if name in column}
            | ({"children": column["children"]} if "children" in column else {})
            for column in columns
        ]
    }


def whoami(account: Account) -> dict[str, Any]:
    """Make the only user that there is, for an annotator: themselves, without their name."""
    return {
        "id": account.studio_user,
        "first_name": "",
        "last_name": "",
        "username": account.annotator,
        "email": account.studio_email,
        "initials": "",
        "phone": "",
        "avatar": None,
        "custom_hotkeys": {},
        "active_organization": 1,
        "active_organization_meta": {"title": "datacoop", "email": ""},
        "allow_newsletters": False,
        "permissions": [],
    }


VERSION: Mapping[str, Any] = {
    "release": "1.23.2",
    "edition": "Community",
    "label-studio-os-package": {
        "version": "1.23.2",
        "short_version": "1.23",
        "latest_version_from_pypi": None,
        "latest_version_upload_time": None,
        "current_version_is_outdated": False,
    },
}
"""The version for which the table of routes was written; the page looks for its package."""

EMPTY_PAGE: Mapping[str, Any] = {"count": 0, "next": None, "previous": None, "results": []}
EMPTY_TASKS: Mapping[str, Any] = {
    "total_annotations": 0,
    "total_predictions": 0,
    "total": 0,
    "tasks": [],
}


def views(project: int) -> list[dict[str, Any]]:
    """Make the one view of the data manager, which no annotator sees."""
    data = {
        "title": "Default",
        "type": "list",
        "target": "tasks",
        "ordering": [],
        "hiddenColumns": {"explore": [], "labeling": []},
        "filters": {"conjunction": "and", "items": []},
    }
    return [{"id": 1, "order": 0, "project": project, "user": None, "data": data}]
