#!/bin/bash
# The bytes that outcomes are drawn from, through the dieharder battery (Debian: apt-get install dieharder). Prints a line for every
# p-value and how much was read. docs/fairness-report.md has a result.
#
#   make build && scripts/battery.sh bin/croupier TEXT [dieharder options for every test, as -Y 1]
#
# Every test reads a stream of its own, from seeds that TEXT and the test's number give: the same TEXT gives the same p-values.
# Left out is test 14, which dieharder itself says not to use, and the lagged sums above lag 3, which read 224 GB.
set -euo pipefail
croupier=$1 text=$2
shift 2
count=$(mktemp)
trap 'rm -f "$count"' EXIT

tests() {
	for d in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 15 16 100 101 102 204 205 206 207 208 209; do echo "$d 0"; done
	for n in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "200 $n"; done
	for n in 2 3 4 5; do echo "201 $n"; done
	for n in 2 3 4 5; do echo "202 $n"; done
	for n in 0 1 2 3; do echo "203 $n"; done
	echo "17 0"
}

# one runs a test. The reader closes the pipe when it has enough, which ends what writes to it.
one() {
	{ "$croupier" rng --raw --seeds-from "$text/$1/$2" || true; } | { tee >(wc -c >>"$count") || true; } 2>/dev/null |
		dieharder -g 200 -d "$1" -n "$2" -D test_name -D ntuple -D tsamples -D psamples -D pvalues -D assessment "${@:3}"
}

"$croupier" version
dieharder -l | sed -n 2p
if [ -n "${TESTS:-}" ]; then echo "$TESTS"; else tests; fi | while read -r d n; do
	one "$d" "$n" "$@" </dev/null
done
sleep 1 # the counters end after what they count
awk '{ sum += $1 } END { printf "%.2f GiB were read by %d tests\n", sum / 2^30, NR }' "$count"
