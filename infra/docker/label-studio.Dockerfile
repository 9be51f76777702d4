# Label Studio as infra/label-studio pins it, started by its serve.py.
FROM ghcr.io/astral-sh/uv:0.13.9 AS uv
FROM debian:12.8-slim AS build
COPY --from=uv /uv /usr/local/bin/uv
ENV UV_PYTHON_INSTALL_DIR=/opt/python UV_LINK_MODE=copy UV_PROJECT_ENVIRONMENT=/opt/label-studio
WORKDIR /src
COPY infra/label-studio/pyproject.toml infra/label-studio/uv.lock ./
RUN uv python install 3.12 && uv sync --quiet --locked --python 3.12

FROM debian:12.8-slim
RUN groupadd --gid 10001 datacoop \
    && useradd --uid 10001 --gid 10001 --home-dir /tmp --no-create-home --shell /usr/sbin/nologin datacoop \
    && install --directory --owner=10001 --group=10001 --mode=700 /var/lib/label-studio
COPY --from=build /opt/python /opt/python
COPY --from=build /opt/label-studio /opt/label-studio
COPY infra/label-studio/serve.py /opt/label-studio/serve.py
ENV PATH=/opt/label-studio/bin:$PATH HOME=/tmp LABEL_STUDIO_BASE_DATA_DIR=/var/lib/label-studio \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /tmp
EXPOSE 8080
# The first start makes the database, which takes over a minute.
HEALTHCHECK --interval=10s --timeout=3s --start-period=300s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/health', timeout=2)"]
ENTRYPOINT ["python", "/opt/label-studio/serve.py"]
CMD ["--host", "0.0.0.0", "--port", "8080", "--workers", "2", "--threads", "4"]
