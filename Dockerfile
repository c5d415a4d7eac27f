# Two stages: the first builds the wheel with the locked tools, the second carries what runs and nothing else.
# Debian 13, because its SQLite is newer than Debian 12's; the service checks the library at start and says so.
FROM python:3.11-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements.lock requirements-dev.lock ./
RUN python -m venv /opt/tools \
    && /opt/tools/bin/pip install --no-deps --require-hashes -r requirements-dev.lock
RUN python -m venv /opt/clinic_bot \
    && /opt/clinic_bot/bin/pip install --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY clinic_bot clinic_bot
RUN /opt/tools/bin/python -m build --wheel --no-isolation --outdir /tmp/dist \
    && /opt/clinic_bot/bin/pip install --no-deps --no-index /tmp/dist/*.whl

FROM python:3.11-slim-trixie
LABEL org.opencontainers.image.title="clinic_bot" org.opencontainers.image.licenses="MIT"
# /data belongs to the user before the volume is first mounted there, so a new volume does too.
RUN useradd --system --uid 10001 --no-create-home clinic \
    && install --directory --owner clinic --mode 0700 /data
COPY --from=build /opt/clinic_bot /opt/clinic_bot
ENV PATH=/opt/clinic_bot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CLINIC_BOT_HOST=0.0.0.0 \
    CLINIC_BOT_PORT=8000
USER clinic
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=15s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['CLINIC_BOT_PORT'] + '/health/live', timeout=3)"]
ENTRYPOINT ["clinic-bot"]
CMD ["serve"]
