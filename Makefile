# The commands of this project. `make` alone lists them.
SHELL := /bin/bash
SWIFT ?= swift
SLUICE = .build/debug/sluice

.PHONY: help setup build program release demo start restart server deploy deploy-local register-blocks create-blocks test test-containers test-indicators test-peers test-prefect test-storage bench bench-worker format lint clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing: libcurl, libdeflate, libnetcdf, libxml2, zlib and pkg-config, by apt
	@scripts/setup

build: setup ## Build everything for development (first time: 2 to 4 minutes on 2 cores)
	$(SWIFT) build --build-tests

program: setup
	@$(SWIFT) build --product sluice

release: setup ## Build the optimised program with the Swift runtime in it, .build/release/sluice (first time: 3 to 6 minutes)
	$(SWIFT) build -c release --static-swift-stdlib --product sluice

demo: build ## Run the four flows on built-in stand-ins (seconds, after the build); again, it changes nothing
	@scripts/demo $(SLUICE)

start: ## Start the stack of compose.yml with Docker, in this terminal: http://localhost:4200
	docker compose up --build

restart: ## Remove the stack with all it holds, build its images afresh, and start it
	docker compose down -v && docker compose build --no-cache && docker compose up

server: program ## Start a Prefect server and a worker in this terminal, without Docker; Ctrl-C stops both
	@scripts/server

# A login that stands in .env is read from there by sluice itself: it must not be hidden by an empty one.
ifdef PREFECT_API_AUTH_STRING
export PREFECT_API_AUTH_STRING
endif
# The default address of the server is the last of all: it must not hide the one of .env or of a profile.
deploy deploy-local register-blocks create-blocks: export SLUICE := $(SLUICE)

deploy: register-blocks create-blocks ## Register block types, create blocks, and deploy what deployments/ declares
	@scripts/at-server $(SLUICE) deploy --all

deploy-local: program ## Deploy every flow by the root prefect.yaml, and make the work pool if it is missing
	@scripts/at-server $(SLUICE) deploy --all --prefect-file prefect.yaml --create-pool

register-blocks: program ## Register the types of blocks at the Prefect server of PREFECT_API_URL
	@scripts/at-server $(SLUICE) block register

create-blocks: program ## Create the blocks of blocks/ and of the environment at the Prefect server of PREFECT_API_URL
	@scripts/at-server scripts/create_blocks

# As many tests at a time as a small machine can serve: each starts servers and clients of its own.
test: setup ## Run all tests (2 to 3 minutes, after the build)
	$(SWIFT) test --experimental-maximum-parallelization-width 6

test-peers: build ## Run the reference clients of the Climate Data Store and of DHIS2, from PyPI, against the sandbox
	@scripts/test-peers

test-indicators: setup ## Hold the climate indicators against MetPy and xclim, from PyPI
	@scripts/test-indicators

test-containers: release ## Prove compose.yml by its schema, and the images in a Debian 12 folder (2 to 4 minutes after the build)
	@scripts/test-containers

test-prefect: setup ## Play the scenarios and run the live tests on real Prefect servers, SQLite and PostgreSQL (about 8 minutes)
	@scripts/test-prefect

test-storage: setup ## Run the object storage tests against two real S3 servers: rclone and OpenStack Swift
	@scripts/test-storage

bench: release ## Measure speed and memory beside other tools, in one run (about 5 minutes)
	@scripts/bench/all

bench-worker: release ## Measure runs under the worker beside Prefect's own, on one server (about 8 minutes, after the build)
	@scripts/bench/worker

format: ## Format the sources
	$(SWIFT) format format --in-place --recursive --parallel Sources Tests Examples Package.swift

lint: ## Check the format
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests Examples Package.swift

clean: ## Remove what was built
	rm -rf .build
