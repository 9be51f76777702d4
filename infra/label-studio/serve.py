"""Run Label Studio on PostgreSQL, under gunicorn: for more people than one machine's demo.

Run it by the Python of Label Studio's own environment, with the variables that the README names:

    .venv/bin/python serve.py --port 8080 --workers 2 --threads 4

It brings the database up to date, makes the operator's user, has the database refuse a task that
is sent twice, and then becomes gunicorn. Ends with 2 where something is missing.
"""

import argparse
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

NEEDED = (
    *("LABEL_STUDIO_BASE_DATA_DIR", "LABEL_STUDIO_USERNAME", "LABEL_STUDIO_PASSWORD"),
    *("LABEL_STUDIO_USER_TOKEN", "POSTGRE_HOST", "POSTGRE_PORT", "POSTGRE_NAME", "POSTGRE_USER"),
    "POSTGRE_PASSWORD",
)
ALWAYS = {
    "DJANGO_DB": "default",
    "DJANGO_SETTINGS_MODULE": "core.settings.label_studio",
    "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
    "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
    "CORS_ALLOW_ALL_ORIGINS": "false",
    "COLLECT_ANALYTICS": "false",
    "LATEST_VERSION_CHECK": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
}
ONCE = (
    "create unique index if not exists datacoop_task_once on task "
    "(project_id, (data ->> 'pool_uid')) where data ->> 'pool_uid' is not null"
)


def main() -> None:
    """Prepare the database, then become gunicorn."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--host", default="127.0.0.1", help="where only datacoop reaches it")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--workers", type=int, default=2, help="processes, 235 MB each")
    parser.add_argument("--threads", type=int, default=4, help="of each process")
    told = parser.parse_args()
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        sys.stderr.write(f"not set: {', '.join(missing)}\nSee infra/label-studio/README.md.\n")
        sys.exit(2)
    os.environ.update(ALWAYS)
    commands = Path(sys.executable).parent
    subprocess.run([commands / "label-studio", "init", "--quiet"], check=True)  # noqa: S603
    refuse_doubles()
    # Label Studio's modules are imported as if they stood alone.
    root = Path(sysconfig.get_paths()["purelib"]) / "label_studio"
    os.environ["PYTHONPATH"] = str(root)
    os.chdir(root)
    os.execv(  # noqa: S606
        commands / "gunicorn",
        [
            *("gunicorn", "core.wsgi:application", "--preload"),
            *("--bind", f"{told.host}:{told.port}"),
            *("--workers", str(told.workers), "--threads", str(told.threads)),
            *("--timeout", "120", "--graceful-timeout", "20", "--keep-alive", "30"),
            "--no-control-socket",
        ],
    )


def refuse_doubles() -> None:
    """Have the database itself refuse a task that is sent twice."""
    import psycopg

    names = {"host": "HOST", "port": "PORT", "dbname": "NAME", "user": "USER"}
    told = {name: os.environ[f"POSTGRE_{variable}"] for name, variable in names.items()}
    with psycopg.connect(**told, password=os.environ["POSTGRE_PASSWORD"]) as database:
        database.execute(ONCE)


if __name__ == "__main__":
    main()
