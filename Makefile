# The commands of this project. `make` alone lists them.
SHELL := /bin/bash
SWIFT ?= swift
SLUICE = .build/debug/sluice

.PHONY: help setup build release demo test test-peers test-prefect test-storage bench format lint clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing: libcurl, libnetcdf, libxml2, zlib and pkg-config, by apt
	@scripts/setup

build: setup ## Build everything for development (first time: 2 to 4 minutes on 2 cores)
	$(SWIFT) build --build-tests

release: setup ## Build the optimised program with the Swift runtime in it, .build/release/sluice (first time: 3 to 6 minutes)
	$(SWIFT) build -c release --static-swift-stdlib --product sluice

demo: build ## Import ERA5-Land climate into DHIS2 on built-in stand-ins (seconds, after the build)
	@scripts/demo $(SLUICE)

test: setup ## Run all tests (about a minute, after the build)
	$(SWIFT) test

test-peers: build ## Run the reference clients of the Climate Data Store, from PyPI, against the sandbox
	@scripts/test-peers

test-prefect: setup ## Run the tests of the Prefect client against real Prefect servers, on SQLite and PostgreSQL
	@scripts/test-prefect

test-storage: setup ## Run the object storage tests against two real S3 servers: rclone and OpenStack Swift
	@scripts/test-storage

bench: release ## Measure speed and memory beside other tools, in one run (about 5 minutes)
	@scripts/bench/all

format: ## Format the sources
	$(SWIFT) format format --in-place --recursive --parallel Sources Tests Package.swift

lint: ## Check the format
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests Package.swift

clean: ## Remove what was built
	rm -rf .build
