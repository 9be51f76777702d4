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

# The gateway, the portal, and every command that runs on one machine.
FROM debian:12.8-slim
RUN groupadd --gid 10001 datacoop \
    && useradd --uid 10001 --gid 10001 --home-dir /tmp --no-create-home --shell /usr/sbin/nologin datacoop
# A volume that is mounted for the first time takes over owner and mode of what is here.
RUN for name in datacoop/pool datacoop/landing datacoop/work datacoop/gold datacoop/grants \
        gateway portal figures; do \
        install --directory --owner=10001 --group=10001 --mode=700 "/var/lib/$name"; done
COPY --from=build /opt/python /opt/python
COPY --from=build /opt/datacoop /opt/datacoop
ENV PATH=/opt/datacoop/bin:$PATH HOME=/tmp DATACOOP_CONFIG=/etc/datacoop/datacoop.toml \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /tmp
# Ports as in infra/settings/datacoop.toml. Of a job, which listens nowhere, nobody asks.
EXPOSE 8300 8400
ENV HEALTH_URL=http://127.0.0.1:8300/healthz
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(os.environ['HEALTH_URL'], timeout=2)"]
ENTRYPOINT ["datacoop"]
CMD ["--help"]
