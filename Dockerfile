# Digit Lab for a server of one's own: web server by default, worker with another command.
# Built and run with Buildah and Podman, not with Docker, see docs/scale.md.
FROM python:3.12-slim

WORKDIR /app
ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1

# requirements-cluster.txt for an image that trains on a Dask cluster, or is its scheduler or worker.
ARG REQUIREMENTS=requirements.txt
# Before the code, so that a change of the code does not install everything again.
COPY requirements.txt requirements-cluster.txt ./
RUN pip install -r "$REQUIREMENTS" "psycopg[binary]==3.3.9"

# For everybody to read, also if who builds has a strict umask: the user below is not the owner.
COPY --chmod=755 . .
# Without DIGIT_LAB_STORE the runs are in this folder: mount a volume there.
RUN useradd --uid 1000 --create-home lab && mkdir store && chown lab store
# By its number: Kubernetes cannot see of a name that it is not root's (`runAsNonRoot`).
USER 1000

EXPOSE 8501
HEALTHCHECK --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=5)"]
# As a list, so that SIGTERM reaches the process itself: runs go back into the queue.
CMD ["streamlit", "run", "streamlit_app.py", "--server.headless=true", "--server.address=0.0.0.0"]
