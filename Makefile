# The commands of this project. `make` alone lists them.
SHELL := /bin/bash
SWIFT ?= swift
SLUICE = .build/debug/sluice

.PHONY: help setup build release demo deploy deploy-local register-blocks create-blocks test test-indicators test-peers test-prefect test-storage bench bench-worker format lint clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing: libcurl, libdeflate, libnetcdf, libxml2, zlib and pkg-config, by apt
	@scripts/setup

build: setup ## Build everything for development (first time: 2 to 4 minutes on 2 cores)
	$(SWIFT) build --build-tests

release: setup ## Build the optimised program with the Swift runtime in it, .build/release/sluice (first time: 3 to 6 minutes)
	$(SWIFT) build -c release --static-swift-stdlib --product sluice

demo: build ## Run the four flows on built-in stand-ins (seconds, after the build); again, it changes nothing
	@scripts/demo $(SLUICE)

deploy deploy-local: export PREFECT_API_URL ?= http://localhost:4200/api

deploy: setup ## Deploy what deployments/ declares to the Prefect server of PREFECT_API_URL
	@$(SWIFT) build --product sluice
	@$(SLUICE) deploy --all

deploy-local: setup ## Deploy every flow by the root prefect.yaml, and make the work pool if it is missing
	@$(SWIFT) build --product sluice
	@$(SLUICE) deploy --all --prefect-file prefect.yaml --create-pool

# As many tests at a time as a small machine can serve: each starts servers and clients of its own.
test: setup ## Run all tests (2 to 3 minutes, after the build)
	$(SWIFT) test --experimental-maximum-parallelization-width 6

test-peers: build ## Run the reference clients of the Climate Data Store and of DHIS2, from PyPI, against the sandbox
	@scripts/test-peers

register-blocks: build ## Register the types of blocks at the Prefect server of PREFECT_API_URL
	@PREFECT_API_URL=$${PREFECT_API_URL:-http://localhost:4200/api} $(SLUICE) block register

create-blocks: build ## Create the blocks of blocks/ and of the environment at the Prefect server of PREFECT_API_URL
	@PREFECT_API_URL=$${PREFECT_API_URL:-http://localhost:4200/api} scripts/create_blocks

test-indicators: setup ## Hold the climate indicators against MetPy and xclim, from PyPI
	@scripts/test-indicators

test-prefect: setup ## Run the tests of the Prefect client against real Prefect servers, on SQLite and PostgreSQL
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
