# The same in worker.Dockerfile and service.Dockerfile: Python and the locked environment, in
# folders that can be copied into any image with glibc 2.31 or later.
FROM ghcr.io/astral-sh/uv:0.13.9 AS uv
FROM debian:12.8-slim AS build
COPY --from=uv /uv /usr/local/bin/uv
ENV UV_PYTHON_INSTALL_DIR=/opt/python UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
WORKDIR /src
RUN uv python install 3.12
COPY pyproject.toml uv.lock ./
COPY models/pyproject.toml models/
RUN uv export --quiet --frozen --all-extras --no-dev --no-emit-workspace --output-file locked.txt \
    && uv venv --quiet --python 3.12 /opt/datacoop \
    && uv pip install --quiet --python /opt/datacoop --require-hashes --requirement locked.txt
# `make wheel` writes both wheels: datacoop's and that of its models.
COPY dist/*.whl dist/
RUN uv pip install --quiet --python /opt/datacoop --no-deps dist/*.whl

# What starts Beam's Python workers in a task manager (the PROCESS environment).
FROM apache/beam_python3.12_sdk:2.77.0 AS boot

# Flink's job manager and task managers, with datacoop beside them.
FROM flink:1.19.3-java17
COPY --from=boot /opt/apache/beam/boot /opt/apache/beam/boot
COPY --from=build /opt/python /opt/python
COPY --from=build /opt/datacoop /opt/datacoop
# The boot program calls `python`, and must use the environment that is here, not make one.
ENV PATH=/opt/datacoop/bin:$PATH RUN_PYTHON_SDK_IN_DEFAULT_ENVIRONMENT=1 \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# The user `flink` of the base image.
USER 9999:9999
EXPOSE 6123 8081
# A job manager answers on 8081; a task manager is known to the job manager, and asked there.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(os.environ.get('HEALTH_URL', 'http://127.0.0.1:8081/overview'), timeout=2)"]
