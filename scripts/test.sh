#!/bin/sh
# All tests under the race detector, then those that are only true without it (files with the build constraint !race).
set -eu
limit=15m # for one package; five times what the slowest takes where nothing else runs

echo "== go test -race ./..."
go test -race -timeout "$limit" ./...

echo "== go test, what is for speed or allocations: the tests of such a file, or where it has none all of its package"
find . -path './.*' -prune -o -name node_modules -prune -o -name '*_test.go' -exec grep -l '^//go:build .*!race' {} + | sort |
	while read -r file; do
		names=$(sed -n 's/^func \(Test[A-Za-z0-9_]*\)(.*/\1/p' "$file" | paste -s -d '|' -)
		go test -timeout "$limit" -run "${names:+^($names)\$}" "$(dirname "$file")" || exit 1
	done
