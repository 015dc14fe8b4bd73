# The page, the API and the tools in one image: locked packages, not root, nothing written but to /data and /tmp.
# tests/test_installs.py runs the steps below outside any container as well.
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/talks
COPY requirements.lock ./
RUN /opt/talks/bin/python -m pip install --no-cache-dir --disable-pip-version-check --only-binary :all: \
    --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md CHANGELOG.md LICENSE NOTICE ./
COPY assistant assistant
COPY ingest ingest
COPY prompts prompts
COPY seeds seeds
RUN /opt/talks/bin/python -m pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home --home-dir /data talks && install -d -o talks -g talks /data
COPY --from=build /opt/talks /opt/talks
# 0.0.0.0 is every address inside the container; which of the machine's addresses leads there, `--publish` says.
ENV PATH=/opt/talks/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TALKS_HOME=/data \
    TALKS_HOST=0.0.0.0
USER 10001
VOLUME /data
EXPOSE 7860
# Good once questions are answered; the first start reads the pages before that.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:7860/health', timeout=4)"]
ENTRYPOINT ["talks"]
CMD ["chat"]
