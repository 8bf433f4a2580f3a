#!/bin/sh
# All tests under the race detector, then those that are only true without it (files with the build constraint !race).
set -eu
limit=15m # for one package; five times what the slowest takes where nothing else runs

echo "== go test -race ./..."
go test -race -timeout "$limit" ./...

plain=$(find . -path './.*' -prune -o -name node_modules -prune -o -name '*_test.go' -exec grep -l '^//go:build .*!race' {} + |
	while read -r file; do dirname "$file"; done | sort -u)
if [ -n "$plain" ]; then
	echo "== go test, packages with tests for speed or allocations"
	# shellcheck disable=SC2086 # a list of words
	go test -timeout "$limit" $plain
fi
