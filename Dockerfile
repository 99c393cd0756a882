# One container with the embedded Postgres:  docker run --init -p 8000:8000 -v dateline:/var/lib/dateline IMAGE
# With a Postgres of your own: set DATABASE_URL; the volume is not needed then. See also docker-compose.yml.
FROM python:3.13-slim AS build
WORKDIR /src
RUN python3 -m venv /opt/dateline
COPY requirements.lock ./
RUN /opt/dateline/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY api/ api/
COPY schemas/ schemas/
COPY migrations/ migrations/
COPY seeds/ seeds/
COPY docs/ docs/
RUN /opt/dateline/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
# Postgres' initdb refuses a user id that has no name.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/dateline dateline \
    && install --directory --owner 10001 --group 10001 --mode 0700 /var/lib/dateline
COPY --from=build /opt/dateline /opt/dateline
ENV PATH=/opt/dateline/bin:$PATH \
    HOST=0.0.0.0 \
    PORT=8000 \
    DATELINE_DATA=/var/lib/dateline
# By number, so that orchestrators can see that it is not root.
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# The empty ProxyHandler: HTTP_PROXY of the surroundings is not for our own address.
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["python3", "-c", \
    "import os, urllib.request as u; u.build_opener(u.ProxyHandler({})).open(f'http://127.0.0.1:{os.environ[\"PORT\"]}/readyz', timeout=4)"]
CMD ["dateline", "serve"]
