"""A project of every kind of question in a real Label Studio, answered and exported as JSON."""

from typing import Any

import httpx

from datacoop.demo.accounts import Account
from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.label.label_studio import KEY

CONFIGURATION = """<View>
  <Text name="text" value="$text_a"/>
  <Text name="text_b" value="$text_b"/>
  <Choices name="relation" toName="text" choice="single">
    <Choice value="same"/><Choice value="related"/><Choice value="different"/>
  </Choices>
  <Rating name="likeness" toName="text" maxRating="5"/>
  <Labels name="parts" toName="text"><Label value="place"/><Label value="time"/></Labels>
  <Pairwise name="clearer" toName="text,text_b"/>
</View>"""

TEXTS = (
    ("The office in Elmford opens at nine.", "Elmford's office is open from nine o'clock."),
    ("The bus to Marlow stops at noon.", "Bread is sold at the market."),
    ("Der Schalter öffnet um neun. 창구 🙂 ist hell.", "Das Licht ist an."),
)

ANSWERS = (
    (0, 0, "same", 5, [(14, 21, "place"), (28, 35, "time")], "left"),
    (0, 1, "related", 4, [(14, 21, "place")], "right"),
    (1, 0, "different", 1, [(11, 17, "place"), (24, 31, "time")], "left"),
    (1, 1, "different", 2, [], "left"),
    (2, 0, "related", 3, [(17, 24, "time")], "right"),
)
"""Task, annotator, relation, likeness, parts and clearer, as the API is given them."""


def make_export(server: LabelStudioServer, accounts: list[Account], project: int) -> Any:
    """Fill a project of `CONFIGURATION`; give what Label Studio exports of it."""
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
        operator = {"Authorization": f"Token {server.token}"}
        tasks = [
            {"data": {KEY: f"{number:064x}", "text_a": a, "text_b": b}}
            for number, (a, b) in enumerate(TEXTS)
        ]
        sent = client.post(f"/api/projects/{project}/import", json=tasks, headers=operator)
        sent.raise_for_status()
        listed = client.get(f"/api/tasks/?project={project}", headers=operator).json()["tasks"]
        ids = {task["data"][KEY]: task["id"] for task in listed}
        for number, annotator, relation, likeness, parts, clearer in ANSWERS:
            user = {"Authorization": f"Token {accounts[annotator].token}"}
            path = f"/api/tasks/{ids[f'{number:064x}']}/annotations/"
            result = [
                item("relation", "choices", {"choices": [relation]}),
                item("likeness", "rating", {"rating": likeness}),
                *(span(TEXTS[number][0], *part) for part in parts),
                {"from_name": "clearer", "to_name": ["text", "text_b"], "type": "pairwise"}
                | {"value": {"selected": clearer}},
            ]
            client.post(path, json={"result": result}, headers=user).raise_for_status()
        user = {"Authorization": f"Token {accounts[2].token}"}
        skipped = {"result": [], "was_cancelled": True}
        path = f"/api/tasks/{ids[f'{0:064x}']}/annotations/"
        client.post(path, json=skipped, headers=user).raise_for_status()
        path = f"/api/projects/{project}/export?exportType=JSON&download_all_tasks=true"
        return client.get(path, headers=operator).raise_for_status().json()


def item(name: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"from_name": name, "to_name": "text", "type": kind, "value": value}


def span(text: str, start: int, end: int, label: str) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": text[start:end], "labels": [label]}
    return item("parts", "labels", value) | {"id": f"{label}{start}"}
