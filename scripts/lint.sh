#!/bin/sh
# gofmt, go vet and staticcheck over our own files. Hidden directories may hold caches.
set -eu

echo "== gofmt"
unformatted=$(find . -path './.*' -prune -o -name node_modules -prune -o -name '*.go' -exec gofmt -l {} +)
if [ -n "$unformatted" ]; then
	echo "not formatted; run gofmt -w on:" >&2
	echo "$unformatted" >&2
	exit 1
fi
echo "== go vet"
go vet ./...
echo "== staticcheck"
go tool staticcheck ./...
