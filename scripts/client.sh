#!/bin/sh
# Writes the TypeScript client anew: its types from the description of the API, and dist from its sources.
set -eu
cd "$(dirname "$0")/.."
scripts/setup.sh client
CROUPIER_WRITE_TYPES=1 go test -count=1 -run '^TestTypesAreUpToDate$' ./api/client/ts/typegen
cd api/client/ts
rm -rf dist
mkdir dist
node node_modules/typescript/bin/tsc
