# The worker: it takes the runs of the work pool `default` of the Prefect server at PREFECT_API_URL.
#
#   docker build -t sluice .
#   docker run --init --env-file .env -e PREFECT_API_URL=... sluice
#
# The Dockerfiles in deployments/ have the same lines but for the last, so that a builder does this work once for all.

FROM swift:6.3.1-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      libcurl4-openssl-dev \
      libdeflate-dev \
      libnetcdf-dev \
      libxml2-dev \
      pkg-config \
      zlib1g-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# The packages by themselves: a change of the sources does not fetch them again.
COPY Package.swift ./
RUN swift package resolve
COPY Sources Sources
# Not built, but Package.swift names them.
COPY Benchmarks Benchmarks
COPY Examples Examples
COPY Tests Tests
RUN swift build -c release --static-swift-stdlib --product sluice \
 && mkdir /out \
 && strip --strip-all -o /out/sluice .build/release/sluice

FROM debian:bookworm-slim AS runtime
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      ca-certificates \
      libcurl4 \
      libnetcdf19 \
      libxml2 \
 && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 sluice \
 && useradd --uid 10001 --gid 10001 --home-dir /var/lib/sluice --create-home --shell /usr/sbin/nologin sluice
COPY --from=build /out/sluice /usr/local/bin/sluice
WORKDIR /opt/prefect
COPY scripts/create_blocks scripts/create_blocks
COPY blocks blocks
COPY deployments deployments
ENV HOME=/var/lib/sluice \
    XDG_STATE_HOME=/var/lib/sluice/state \
    XDG_CACHE_HOME=/var/lib/sluice/cache \
    SLUICE_BLOCKS=/opt/prefect/blocks \
    PREFECT_RUNNER_SERVER_ENABLE=true \
    PREFECT_RUNNER_SERVER_HOST=0.0.0.0 \
    PREFECT_RUNNER_SERVER_PORT=8080 \
    PREFECT_WORKER_WEBSERVER_HOST=0.0.0.0 \
    PREFECT_WORKER_WEBSERVER_PORT=8080
USER sluice
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
  CMD ["sluice", "health"]
CMD ["sluice", "worker", "start", "--pool", "default", "--name", "sluice-worker", "--with-healthcheck"]
