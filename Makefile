# Every target installs or names what it needs; ARGS="…" goes to the program that it runs.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help sandbox test demo bench build lint vuln fuzz setup clean

FUZZTIME ?= 30s

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

sandbox: ## build and start everything; Ctrl-C ends it (ARGS="--listen 127.0.0.1:9000 --data-dir DIR --json")
	@scripts/setup.sh sandbox
	@$(MAKE) --no-print-directory build
	@exec bin/croupier sandbox $(ARGS)

test: ## everything that CI runs: lint, known vulnerabilities, all tests under the race detector
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory lint vuln
	@scripts/test.sh

demo: ## play the whole way with curl and a WebSocket client against a sandbox of its own
	@scripts/setup.sh demo
	@$(MAKE) --no-print-directory build
	@demo/demo.sh $(ARGS)

bench: ## measure rounds/s and latency beside one commit per round (ARGS replaces --floor)
	@scripts/setup.sh sandbox
	@$(MAKE) --no-print-directory build
	@exec bin/croupier bench $(if $(ARGS),$(ARGS),--floor)

build: ## bin/croupier, one static binary
	@scripts/setup.sh build
	@CGO_ENABLED=0 go build -trimpath -o bin/croupier ./cmd/croupier

lint: ## gofmt, go vet, staticcheck
	@scripts/lint.sh

vuln: ## govulncheck, where its database can be reached
	@scripts/vuln.sh

fuzz: ## every fuzz target for FUZZTIME (30s) each
	@scripts/setup.sh test
	@FUZZTIME=$(FUZZTIME) scripts/fuzz.sh

setup: ## install what all of this needs (as root on Debian), or name the one command that does
	@scripts/setup.sh all

clean: ## remove what was built
	rm -rf bin .cache
