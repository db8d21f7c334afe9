FROM python:3.13-slim

RUN useradd --system --uid 10001 --home-dir /srv/ocop ocop \
    && install -d -o ocop -m 700 /data /keys
WORKDIR /srv/ocop
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md alembic.ini ./
COPY app app
COPY migrations migrations
RUN pip install --no-cache-dir --no-deps --no-build-isolation -e .

USER ocop
ENV OCOP_FILES=/data/files \
    OCOP_KEYS_FILE=/keys/keys.json \
    PYTHONUNBUFFERED=1
VOLUME ["/data", "/keys"]
EXPOSE 8000
HEALTHCHECK --interval=10s --start-period=20s CMD \
    python -c "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz')"
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--no-server-header"]
