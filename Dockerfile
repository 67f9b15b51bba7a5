# syntax=docker/dockerfile:1
# The service as an image. Nothing of a terminology or an index is in it.
#
#   docker build --target cpu -t termsearch:cpu .      bundles and queries; ingests, slowly
#   docker build --target cuda -t termsearch:cuda .    the same, and ingests on a GPU
#
# It runs as user 10001 on a read-only root file system: all that is written goes to /data and /tmp.

ARG PYTHON=3.12
# The build of torch without CUDA's libraries, 3 GB less, is in an index of its publisher's, which its
# installation page names: --build-arg TORCH_CPU_INDEX=URL. Without it pip's default index is asked.
ARG TORCH_CPU_INDEX=

FROM python:${PYTHON}-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/termsearch
WORKDIR /src
COPY constraints.txt ./

# torch first and alone: it is the largest layer, and changes with constraints.txt only.
FROM build AS build-cpu
ARG TORCH_CPU_INDEX
RUN /opt/termsearch/bin/pip install -c constraints.txt ${TORCH_CPU_INDEX:+--index-url "$TORCH_CPU_INDEX"} torch
COPY . .
RUN /opt/termsearch/bin/pip install -c constraints.txt '.[mcp,offline,serve]'

FROM build AS build-cuda
RUN /opt/termsearch/bin/pip install -c constraints.txt torch
COPY . .
RUN /opt/termsearch/bin/pip install -c constraints.txt '.[mcp,offline,serve]'

# No compiler, no source, no pip cache. Nothing calls the interpreter's own pip.
FROM python:${PYTHON}-slim AS base
RUN groupadd --gid 10001 termsearch \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin termsearch \
    && install --directory --owner=10001 --group=10001 --mode=0700 /data \
    && rm -rf /usr/local/lib/python3*/site-packages/pip*
ENV PATH=/opt/termsearch/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    HF_HOME=/data/huggingface \
    TERMSEARCH_HOME=/data \
    TERMSEARCH_HOST=0.0.0.0
WORKDIR /data
VOLUME /data
EXPOSE 8000
USER 10001:10001
# Alive, which is not ready: a container that waits for its index is not to be killed for it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from http.client import HTTPConnection as C; from os import environ as e; c = C('127.0.0.1', int(e.get('TERMSEARCH_PORT') or 8000), timeout=4); c.request('GET', '/health'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["termsearch"]
# Others can reach it, so that it wants keys: TERMSEARCH_KEYS_FILE (see docker-compose.yml).
CMD ["serve"]

FROM base AS cuda
# For the NVIDIA container toolkit: the driver's libraries come from the host, the rest with torch.
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
COPY --from=build-cuda /opt/termsearch /opt/termsearch

# The last, so that `docker build .` without a target makes it.
FROM base AS cpu
COPY --from=build-cpu /opt/termsearch /opt/termsearch
