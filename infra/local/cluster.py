"""The whole real service on this machine, as plain processes: no docker.

versitygw (S3), PostgreSQL, Label Studio under gunicorn, datacoop's gateway and portal, Flink with
one job manager and two task managers, and Beam's job server. Ports are chosen free; logs, pids,
secrets and data lie in one folder.

    python infra/local/cluster.py up | status | submit | annotate | play | down  [--dir .cluster]
"""

import argparse
import http.client
import json
import os
import pwd
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import programs
from programs import MissingError

HOST = "127.0.0.1"
ROOT = Path(__file__).parents[2]
MARK = "DATACOOP_CLUSTER"
"""A variable that every process of a cluster has; by it `down` knows that none is left."""
BUCKETS = ("pool", "landing", "work", "gold", "grants", "accesses")
PORTS = (
    *("store", "postgres", "label_studio", "gateway", "portal"),
    *("flink", "flink_rpc", "flink_blobs", "jobs", "artifacts", "expansion"),
)
STORE, POSTGRES, STUDIO, JOB_MANAGER = "store", "postgres", "label-studio", "job-manager"
JOB_SERVER, GATEWAY, PORTAL = "job-server", "gateway", "portal"
TASK_MANAGERS = ("task-manager-1", "task-manager-2")
FLINK = (JOB_MANAGER, *TASK_MANAGERS, JOB_SERVER)
SERVICES = (STORE, POSTGRES, *FLINK, STUDIO, GATEWAY, PORTAL)
"""In the order in which they are started; they are stopped in the opposite one."""
SLOTS = 4
"""Of each task manager: each can carry a job of parallelism 4 alone when the other is killed."""
READY_SECONDS = 300.0
STOP_SECONDS = 15.0
EXEC_LOOKS = 5
DATABASE_USER = "datacoop"
OPERATOR = "operator@example.org"

_OPENED = (
    *("lang", "net", "io", "nio", "lang.reflect", "text", "time", "util", "util.concurrent"),
    *("util.concurrent.atomic", "util.concurrent.locks"),
)
_JAVA = (
    "-Xms128m",
    "-XX:+UseSerialGC",
    "--add-exports=java.base/sun.net.util=ALL-UNNAMED",
    "--add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    *(f"--add-opens=java.base/java.{name}=ALL-UNNAMED" for name in _OPENED),
)
_LOG4J = """\
rootLogger.level = INFO
rootLogger.appenderRef.file.ref = console
appender.console.name = console
appender.console.type = CONSOLE
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss,SSS} %-5p %-40c{1} - %m%n
"""


@dataclass(frozen=True, kw_only=True)
class Service:
    """A program of the cluster, and how it is seen to be up."""

    command: Sequence[str]
    port: int
    path: str = ""
    """What answers a GET with 200 when it is up; where there is none, the port tells."""
    environment: Mapping[str, str] = field(default_factory=dict)
    stop: int = signal.SIGTERM


class Cluster:
    """A cluster in one folder; made anew for the same folder it finds what runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        for name in ("logs", "pids", "tmp", "flink", "s3", "keys"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        told = self.folder / "cluster.json"
        if not told.exists():
            told.touch(mode=0o600)
            told.write_text(json.dumps(_chosen()))
        held = json.loads(told.read_text())
        self.ports: dict[str, int] = held["ports"]
        self.secrets: dict[str, str] = held["secrets"]
        self.restarts = 5
        """How often Flink starts a failed job again."""

    # What a person and a test are told.

    @property
    def store_options(self) -> dict[str, str]:
        """Options of the store's client, with the credentials."""
        return self.endpoint | {
            "access_key_id": self.secrets["store_user"],
            "secret_access_key": self.secrets["store"],
        }

    @property
    def endpoint(self) -> dict[str, str]:
        """The same without the credentials, which the client then finds in its environment."""
        return {
            "endpoint": f"http://{HOST}:{self.ports['store']}",
            "region": "us-east-1",
            "virtual_hosted_style_request": "false",
        }

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which `datacoop` works on the cluster."""
        return {
            "AWS_ACCESS_KEY_ID": self.secrets["store_user"],
            "AWS_SECRET_ACCESS_KEY": self.secrets["store"],
            "LABEL_STUDIO_TOKEN": self.secrets["studio_token"],
            "DATACOOP_CONFIG": str(self.folder / "datacoop.toml"),
        }

    def beam_arguments(self, parallelism: int = 4) -> tuple[str, ...]:
        """Beam's own options for a job on this cluster, for the runner `PortableRunner`."""
        return (
            f"--job_endpoint={HOST}:{self.ports['jobs']}",
            "--environment_type=PROCESS",
            f'--environment_config={{"command":"{self.folder / "boot"}"}}',
            f"--parallelism={parallelism}",
            # Else each step of a job starts its workers anew, and to start is dear.
            "--environment_cache_millis=600000",
        )

    @property
    def flink(self) -> str:
        """Where Flink's job manager answers."""
        return f"{HOST}:{self.ports['flink']}"

    def log(self, name: str) -> str:
        """Give what a service wrote."""
        return (self.folder / "logs" / f"{name}.log").read_text(errors="replace")

    # Start and stop.

    def up(self, names: Sequence[str] = SERVICES) -> None:
        """Start services and wait until they answer; those that run already are left alone.

        Raises:
            MissingError: A program is not there, or a service did not start.
        """
        self._write_files()
        wanted = [name for name in SERVICES if name in names]
        late = [name for name in wanted if name in (GATEWAY, PORTAL)]
        try:
            for name in wanted:
                if name not in late:
                    self.start(name)
            self.wait(*(name for name in wanted if name not in late))
            if late:
                found_pool(self)
            for name in late:
                self.start(name)
            self.wait(*late)
        except BaseException:
            self.down()
            raise

    def start(self, name: str) -> None:
        """Start a service that does not run; do not wait for it.

        Raises:
            MissingError: A program is not there.
        """
        if self.pid(name) is not None:
            return
        if name == POSTGRES:
            self._make_database()
        if name in TASK_MANAGERS:
            # Another id each time: Flink lists one that was killed until its heartbeat is missed.
            self._resource(name).write_text(f"{name}-{secrets.token_hex(4)}")
        service = self._service(name)
        with (self.folder / "logs" / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603
                service.command,
                cwd=self.folder,
                env={**self._plain(), **service.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        (self.folder / "pids" / name).write_text(str(process.pid))

    def wait(self, *names: str) -> None:
        """Wait until services answer.

        Raises:
            MissingError: One ended by itself, or does not answer in time.
        """
        limit = time.monotonic() + READY_SECONDS
        for name in names:
            while not self.is_up(name):
                if self.pid(name) is None or time.monotonic() > limit:
                    last = " ".join(self.log(name).strip().splitlines()[-2:])
                    raise MissingError(
                        f"{name} did not start: see {self.folder}/logs/{name}.log: {last}"
                    )
                time.sleep(0.1)

    def pid(self, name: str) -> int | None:
        """Give the process of a service, or none where it does not run."""
        path = self.folder / "pids" / name
        pid = int(path.read_text()) if path.exists() else 0
        # While a process becomes another program it seems to have no variables.
        for _ in range(EXEC_LOOKS if pid else 0):
            if _is_marked(pid, self.folder):
                return pid
            if not Path(f"/proc/{pid}").exists():
                break
            time.sleep(0.05)
        return None

    def _resource(self, name: str) -> Path:
        """Give the file with the id that a task manager has in Flink."""
        return self.folder / "flink" / f"{name}.id"

    def is_up(self, name: str) -> bool:
        """Say whether a service answers."""
        if self.pid(name) is None:
            return False
        if name in TASK_MANAGERS:
            managers = self.ask("/taskmanagers").get("taskmanagers", [])
            return any(one["id"] == self._resource(name).read_text() for one in managers)
        service = self._service(name)
        return _answers(service.port, service.path)

    def ask(self, path: str) -> dict:
        """Ask Flink's job manager; an empty answer where it does not answer."""
        with suppress(OSError, http.client.HTTPException, ValueError):
            connection = http.client.HTTPConnection(self.flink, timeout=5)
            try:
                connection.request("GET", path)
                return json.loads(connection.getresponse().read())
            finally:
                connection.close()
        return {}

    def stop(self, name: str) -> None:
        """Stop a service and what it started, and wait for it."""
        pid = self.pid(name)
        if pid is not None:
            with suppress(ProcessLookupError):
                os.killpg(pid, self._service(name).stop)
            _wait_gone([pid], STOP_SECONDS)
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        (self.folder / "pids" / name).unlink(missing_ok=True)

    def kill(self, name: str) -> None:
        """End a service at once, and it alone, as a power cut of its machine's part would."""
        pid = self.pid(name)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
            _wait_gone([pid], STOP_SECONDS)

    def down(self) -> list[int]:
        """Stop everything.

        Returns:
            Processes that are left: none, or something is wrong.
        """
        for name in reversed(SERVICES):
            self.stop(name)
        left = self.processes()
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        _wait_gone(left, STOP_SECONDS)
        return self.processes()

    def processes(self) -> list[int]:
        """List the processes of the cluster, workers too."""
        pids = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
        return [pid for pid in pids if pid != os.getpid() and _is_marked(pid, self.folder)]

    def workers(self) -> list[int]:
        """List the processes of Beam's Python workers."""
        return [pid for pid in self.processes() if b"sdk_worker_main" in _proc(pid, "cmdline")]

    # What is started, and how.

    def _plain(self) -> dict[str, str]:
        """Give the environment of every process: no secret that it does not need."""
        foreign = ("LABEL_STUDIO_", "DJANGO_", "POSTGRE_", "REDIS_", "AWS_", "DATACOOP_", "PG")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return {**kept, MARK: str(self.folder), "TMPDIR": str(self.folder / "tmp")}

    def _service(self, name: str) -> Service:
        if name in TASK_MANAGERS:
            return self._task_manager(name)
        made = {
            STORE: self._store,
            POSTGRES: self._postgres,
            JOB_MANAGER: self._job_manager,
            JOB_SERVER: self._job_server,
            STUDIO: self._studio,
            GATEWAY: self._gateway,
            PORTAL: self._portal,
        }
        return made[name]()

    def _store(self) -> Service:
        port = self.ports["store"]
        command = [str(programs.versitygw()), "--port", f"{HOST}:{port}"]
        return Service(
            command=[*command, "--health", "/healthz", "--quiet", "posix", str(self.folder / "s3")],
            port=port,
            path="/healthz",
            environment={
                "ROOT_ACCESS_KEY": self.secrets["store_user"],
                "ROOT_SECRET_KEY": self.secrets["store"],
            },
        )

    def _postgres(self) -> Service:
        data = self.folder / "postgres"
        port = self.ports["postgres"]
        server = [str(programs.postgres() / "postgres"), "-D", str(data), "-p", str(port)]
        command = [*_as_user(), *server, "-h", HOST, "-k", str(data)]
        return Service(command=command, port=port, stop=signal.SIGINT)

    def _make_database(self) -> None:
        data, secret = self.folder / "postgres", self.folder / "postgres-password"
        if (data / "PG_VERSION").exists():
            return
        data.mkdir(exist_ok=True)
        secret.write_text(self.secrets["postgres"])
        if os.geteuid() == 0:
            for path in (data, secret):
                shutil.chown(path, _somebody())
        initdb = [str(programs.postgres() / "initdb"), "-D", str(data), "-U", DATABASE_USER]
        command = [*_as_user(), *initdb, "-A", "scram-sha-256", "--pwfile", str(secret)]
        done = subprocess.run(  # noqa: S603
            [*command, "-E", "UTF8"], cwd=self.folder, capture_output=True, text=True
        )
        secret.unlink()
        if done.returncode:
            raise MissingError(f"initdb failed: {done.stderr.strip()[-300:]}")

    def database(self, name: str) -> str:
        """Give a database's address for SQLAlchemy; make the database where there is none."""
        import psycopg

        told = f"{DATABASE_USER}:{self.secrets['postgres']}@{HOST}:{self.ports['postgres']}"
        with psycopg.connect(f"postgresql://{told}/postgres", autocommit=True) as made:
            if not made.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                made.execute(f'create database "{name}"')
        return f"postgresql+psycopg://{told}/{name}"

    def _java(self, main: str, *options: str) -> list[str]:
        jars = sorted(programs.flink_jars().glob("*.jar"))
        conf = self.folder / "flink" / "conf"
        log = f"-Dlog4j.configurationFile=file:{conf / 'log4j.properties'}"
        started = [programs.java(), "-Xmx512m", *_JAVA, log, "-cp", ":".join(map(str, jars)), main]
        told = [part for option in options for part in ("-D", option)]
        return [*started, "--configDir", str(conf), *told]

    def _job_manager(self) -> Service:
        command = self._java(
            "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
            f"io.tmp.dirs={self.folder / 'flink' / JOB_MANAGER}",
            "jobmanager.memory.heap.size=448m",
            "jobmanager.memory.off-heap.size=128m",
            "jobmanager.memory.jvm-metaspace.size=256m",
            "jobmanager.memory.jvm-overhead.min=64m",
            "jobmanager.memory.jvm-overhead.max=64m",
        )
        return Service(command=command, port=self.ports["flink"], path="/overview")

    def _task_manager(self, name: str) -> Service:
        command = self._java(
            "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
            f"taskmanager.resource-id={self._resource(name).read_text()}",
            f"io.tmp.dirs={self.folder / 'flink' / name}",
            f"taskmanager.host={HOST}",
            f"taskmanager.numberOfTaskSlots={SLOTS}",
            "taskmanager.cpu.cores=1.0",
            "taskmanager.memory.framework.heap.size=64m",
            "taskmanager.memory.framework.off-heap.size=64m",
            "taskmanager.memory.task.heap.size=448m",
            "taskmanager.memory.task.off-heap.size=64m",
            "taskmanager.memory.network.min=192m",
            "taskmanager.memory.network.max=192m",
            "taskmanager.memory.managed.size=256m",
            "taskmanager.memory.jvm-metaspace.size=256m",
            "taskmanager.memory.jvm-overhead.min=64m",
            "taskmanager.memory.jvm-overhead.max=64m",
        )
        workers = {k: v for k, v in self.environment.items() if k.startswith("AWS_")}
        return Service(command=command, port=0, environment=workers)

    def _job_server(self) -> Service:
        jar = programs.job_server()
        ports = {
            "flink-master": self.flink,
            "job-host": HOST,
            "job-port": self.ports["jobs"],
            "artifact-port": self.ports["artifacts"],
            "expansion-port": self.ports["expansion"],
            "artifacts-dir": self.folder / "tmp" / "artifacts",
        }
        told = [part for name, value in ports.items() for part in (f"--{name}", str(value))]
        command = [programs.java(), "-Xmx768m", *_JAVA, "-jar", str(jar), *told]
        return Service(command=command, port=self.ports["jobs"])

    def _studio(self) -> Service:
        python = ROOT / ".venv-label-studio" / "bin" / "python"
        if not python.exists():
            raise MissingError("Label Studio is not installed: run `make setup`")
        self.wait(POSTGRES)
        self.database("label_studio")
        port = self.ports["label_studio"]
        serve = [str(python), str(ROOT / "infra" / "label-studio" / "serve.py")]
        data = self.folder / "label-studio"
        data.mkdir(exist_ok=True)
        return Service(
            command=[*serve, "--host", HOST, "--port", str(port), "--workers", "1"],
            port=port,
            path="/health",
            environment={
                "LABEL_STUDIO_BASE_DATA_DIR": str(data),
                "LABEL_STUDIO_USERNAME": OPERATOR,
                "LABEL_STUDIO_PASSWORD": self.secrets["studio_password"],
                "LABEL_STUDIO_USER_TOKEN": self.secrets["studio_token"],
                "POSTGRE_HOST": HOST,
                "POSTGRE_PORT": str(self.ports["postgres"]),
                "POSTGRE_NAME": "label_studio",
                "POSTGRE_USER": DATABASE_USER,
                "POSTGRE_PASSWORD": self.secrets["postgres"],
            },
        )

    def _gateway(self) -> Service:
        return self._served("gateway", "/healthz")

    def _portal(self) -> Service:
        return self._served("portal", "")

    def _served(self, name: str, path: str) -> Service:
        command = [sys.executable, "-m", "datacoop.cli.main", "serve", name]
        told = dict(self.environment)
        if name == "portal":
            del told["LABEL_STUDIO_TOKEN"]
        return Service(command=command, port=self.ports[name], path=path, environment=told)

    # What is written before the first start.

    def _write_files(self) -> None:
        for bucket in BUCKETS:
            (self.folder / "s3" / bucket).mkdir(exist_ok=True)
        for name in (JOB_MANAGER, *TASK_MANAGERS, "conf"):
            (self.folder / "flink" / name).mkdir(exist_ok=True)
        conf = self.folder / "flink" / "conf"
        (conf / "log4j.properties").write_text(_LOG4J)
        flink = {
            "jobmanager.rpc.address": HOST,
            "jobmanager.rpc.port": self.ports["flink_rpc"],
            "jobmanager.bind-host": HOST,
            "taskmanager.bind-host": HOST,
            "taskmanager.load-balance.mode": "SLOTS",
            "rest.address": HOST,
            "rest.bind-address": HOST,
            "rest.port": self.ports["flink"],
            "blob.server.port": self.ports["flink_blobs"],
            "heartbeat.interval": 1000,
            "heartbeat.timeout": 5000,
            "restart-strategy.type": "fixed-delay" if self.restarts else "none",
            "restart-strategy.fixed-delay.attempts": self.restarts,
            "restart-strategy.fixed-delay.delay": "1 s",
        }
        text = "".join(f"{name}: {value}\n" for name, value in flink.items())
        (conf / "config.yaml").write_text(text)
        boot = self.folder / "boot"
        program = ROOT / "infra" / "local" / "boot.py"
        boot.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{program}" "$@"\n')
        boot.chmod(0o755)
        self._write_settings()

    def _write_settings(self) -> None:
        gateway, portal = (f"{HOST}:{self.ports[name]}" for name in ("gateway", "portal"))
        told = f"{DATABASE_USER}:{self.secrets['postgres']}@{HOST}:{self.ports['postgres']}"
        stores = "".join(f'{name} = "{value}"\n' for name, value in self.endpoint.items())
        self._write_private(
            "datacoop.toml",
            f"""pool = "s3://pool"
landing = "s3://landing/{{member}}"
work = "s3://work"
gold = "s3://gold"
grants = "s3://grants"
operator_key = "keys/operator.key"
annotator_key = "keys/annotators.key"

[stores]
{stores}
[label_studio]
url = "http://{HOST}:{self.ports["label_studio"]}"

[gateway]
origin = "http://{gateway}"
listen = "{gateway}"
store = "postgresql+psycopg://{told}/gateway"
key = "keys/gateway.key"

[portal]
origin = "http://{portal}"
listen = "{portal}"
accesses = "s3://accesses"
""",
        )
        told = "".join(f"export {k}={shlex.quote(v)}\n" for k, v in self.environment.items())
        beam = " ".join(shlex.quote(argument) for argument in self.beam_arguments())
        told += f"export CLUSTER_DIR={shlex.quote(str(self.folder))}\n"
        self._write_private("environment", f"{told}BEAM=({beam})\nPORTAL=http://{portal}\n")

    def _write_private(self, name: str, text: str) -> None:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text)


def _chosen() -> dict[str, dict]:
    """Choose free ports, all different, and make up secrets."""
    probes = {name: socket.create_server((HOST, 0)) for name in PORTS}
    ports = {name: probe.getsockname()[1] for name, probe in probes.items()}
    for probe in probes.values():
        probe.close()
    names = ("store_user", "store", "postgres", "studio_password", "studio_token", "annotators")
    return {"ports": ports, "secrets": {name: secrets.token_hex(20) for name in names}}


def _somebody() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _as_user() -> list[str]:
    """Give what a command begins with, so that PostgreSQL, which refuses root, runs it."""
    return [] if os.geteuid() else ["runuser", "-u", _somebody(), "--"]


def _proc(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def _is_marked(pid: int, folder: Path) -> bool:
    """Say whether a process runs and belongs to the cluster in a folder."""
    return f"{MARK}={folder}".encode() in _proc(pid, "environ").split(b"\0")


def _wait_gone(pids: Sequence[int], seconds: float) -> None:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit and any(_proc(pid, "environ") for pid in pids):
        for pid in pids:
            # Where this process started it, it is there until it is asked about.
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(0.05)
    for pid in pids:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def _answers(port: int, path: str) -> bool:
    try:
        if not path:
            socket.create_connection((HOST, port), 2).close()
            return True
        connection = http.client.HTTPConnection(HOST, port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        finally:
            connection.close()
    except (OSError, http.client.HTTPException):
        return False


def found_pool(cluster: Cluster) -> None:
    """Found the demo's pool with its members, where there is none."""
    from datacoop.demo.cast import make_keys, set_up_pool
    from datacoop.pool.object_store import open_store
    from datacoop.pool.pool import Pool
    from datacoop.web.gateway.database import read_key

    cluster.database("gateway")
    keys = cluster.folder / "keys"
    read_key(keys / "gateway.key")
    if not (keys / "annotators.key").exists():
        (keys / "annotators.key").write_bytes(secrets.token_bytes(32))
    store = open_store("s3://pool", cluster.store_options)
    if next(iter(store.list("log")), None) is None:
        set_up_pool(Pool(store), make_keys(keys), _now())


def submit(cluster: Cluster) -> Iterator[str]:
    """Send the demo's submissions to their landing stores; tell a command that takes each in."""
    from datacoop.demo.cast import load_keys, submit
    from datacoop.demo.data import make_submissions
    from datacoop.demo.play import SEED
    from datacoop.pool.object_store import open_store

    keys = load_keys(cluster.folder / "keys")
    for play in make_submissions(SEED):
        submit(play, cluster.folder, keys)
        sent = open_store(str(cluster.folder / "landing" / play.member))
        landing = open_store(f"s3://landing/{play.member}", cluster.store_options)
        for name in sent.list():
            landing.put(name, sent.get(name))
        yield f"datacoop intake run {play.member} {play.submission_id}"


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    verbs = {
        "up": _up,
        "status": _status,
        "submit": _submit,
        "annotate": lambda cluster: _annotate(cluster, told.collection),
        "play": _play,
        "down": _down,
    }
    parser.add_argument("verb", choices=tuple(verbs))
    parser.add_argument("collection", nargs="?", default="documents", help="of annotate")
    folder = os.environ.get("CLUSTER_DIR", ".cluster")
    parser.add_argument("--dir", type=Path, default=Path(folder))
    told = parser.parse_args()
    if told.verb != "up" and not (told.dir / "cluster.json").exists():
        sys.exit(f"there is no cluster in {told.dir}: make cluster-up")
    cluster = Cluster(told.dir)
    try:
        verbs[told.verb](cluster)
    except MissingError as error:
        sys.exit(f"Error: {error}")


def _up(cluster: Cluster) -> None:
    cluster.up()
    _status(cluster)
    print(f"\nJob server: {programs.job_server().name}")
    print(f"To work on it: source {cluster.folder}/environment")


def _status(cluster: Cluster) -> None:
    down = []
    for name in SERVICES:
        pid, port = cluster.pid(name), cluster.ports.get(name.replace("-", "_"), 0)
        port = {JOB_MANAGER: cluster.ports["flink"], JOB_SERVER: cluster.ports["jobs"]}.get(
            name, port
        )
        state = "up" if cluster.is_up(name) else "does not answer" if pid else "does not run"
        down += [name] * (state != "up")
        where = f"{HOST}:{port}" if port else ""
        print(f"{name:<16}{state:<16}{where:<18}{pid or '':<9}logs/{name}.log")
    if down:
        sys.exit(1)


def _submit(cluster: Cluster) -> None:
    for command in submit(cluster):
        print(f'{command} --runner PortableRunner -- "${{BEAM[@]}}"')


def _annotate(cluster: Cluster, collection: str) -> None:
    import annotators

    given = annotators.label(cluster, collection)
    print(f"simulated annotators gave {given} answers about {collection}")


def _play(cluster: Cluster) -> None:
    import play

    sys.exit(play.play(cluster.folder))


def _down(cluster: Cluster) -> None:
    left = cluster.down()
    if left:
        sys.exit(f"Error: processes are left: {left}")
    print("stopped; no process is left")


if __name__ == "__main__":
    main()
