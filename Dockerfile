# One container with the embedded Postgres:
#   docker build --tag dateline .
#   docker run --init --publish 127.0.0.1:8000:8000 --volume dateline:/var/lib/dateline dateline
# With a Postgres of your own, set DATABASE_URL and leave out the volume. docker-compose.yml has a whole set-up.
#
# Version and digest: the same image on every machine, until both are changed here.
ARG PYTHON=python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b
FROM ${PYTHON} AS build
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

FROM ${PYTHON}
# initdb refuses a user id without a name.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/dateline dateline \
    && install --directory --owner 10001 --group 10001 --mode 0700 /var/lib/dateline
COPY --from=build /opt/dateline /opt/dateline
ENV PATH=/opt/dateline/bin:$PATH \
    HOST=0.0.0.0 \
    PORT=8000 \
    DATELINE_DATA=/var/lib/dateline
# A number, from which an orchestrator sees that the user is not root.
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# The empty ProxyHandler ignores HTTP_PROXY, which is not meant for requests to the container itself.
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["python3", "-c", \
    "import os, urllib.request as u; u.build_opener(u.ProxyHandler({})).open(f'http://127.0.0.1:{os.environ[\"PORT\"]}/readyz', timeout=4)"]
CMD ["dateline", "serve"]
