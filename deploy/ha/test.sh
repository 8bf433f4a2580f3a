#!/usr/bin/env bash
# Makes the primary fail under load, five times, and proves that no acknowledged round was lost. About six minutes. See README.md.
#
#   deploy/ha/test.sh [--load SECONDS] [--clients N] [--synchronous false]
#
# SECONDS is how long the load lasts, which must cover all failovers; 0 leaves only two players. --synchronous false shows that the test
# can fail: commits do not wait for the standby, which is cut off two seconds before the primary dies. HA_KEEP=1 keeps the logs.
set -euo pipefail
# shellcheck source=deploy/ha/cluster.sh
. "$(dirname "$0")/cluster.sh"

load_for=280 clients=8
while [ $# -gt 0 ]; do
	[ $# -gt 1 ] || set -- --help --help
	case $1 in
	--load) load_for=$2 ;;
	--clients) clients=$2 ;;
	--synchronous) synchronous=$2 ;;
	*) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
	esac
	shift 2
done

report=()
note() {
	say "$1"
	report+=("$1")
}

# --- the load

start_load() {
	load="none but the probes" load_pid="" load_began=$(now)
	[ "$load_for" != 0 ] || return 0
	load="croupier torture --against … --for ${load_for}s --clients $clients"
	setsid "$croupier" torture --against "${url[1]},${url[2]}" --database-url "$owner_url" --api-key "$api_key" --api-secret "$api_secret" \
		--for "${load_for}s" --clients "$clients" --keep "$dir/torture" --json "$dir/torture.json" >"$dir/log/load.log" 2>&1 &
	load_pid=$!
	await 60 "the load to play" grep -qE '^torture: [0-9]+ s of' "$dir/log/load.log"
	say "load: $load"
}

end_load() {
	[ -n "$load_pid" ] || return 0
	kill -0 "$load_pid" 2>/dev/null || say "the load has ended already; give it more --load"
	say "the load goes on until its $load_for s are over, and is checked"
	wait "$load_pid" || fail "the load ended with $?: $(tail -n 20 "$dir/log/load.log")"
	load_pid=""
	note "the load: found right after $(since "$load_began") s"
}

# --- the probes: a player on each server who spins five times a second, and remembers when he was told what

# operator N PATH BODY: a call that the operator signs.
operator() {
	local at signature
	at=$(date +%s).$(printf %09d $(((RANDOM * 32768 + RANDOM) % 1000000000))) # no two calls have one signature
	signature=$(printf '%s.POST.%s.%s' "$at" "$2" "$3" | openssl dgst -sha256 -hmac "$api_secret")
	curl -sS --max-time 30 -X POST "${url[$1]}$2" -H 'Content-Type: application/json' -H "Authorization: Bearer $api_key" \
		-H "X-Timestamp: $at" -H "X-Signature: sha256=${signature##* }" -d "$3"
}

# start_probe N: told$N gets a line for every message of the server, after the time at which it came.
start_probe() {
	local launch token
	launch=$(operator "$1" /api/v1/test/players "{\"externalId\":\"probe$1\",\"currency\":\"USD\",\"startingBalance\":1000000.00}" | field ssoToken)
	token=$(curl -sS --max-time 30 -X POST "${url[$1]}/api/v1/auth/sso/exchange" -H 'Content-Type: application/json' \
		-d "{\"launchToken\":\"$launch\"}" | field sessionToken)
	[ -n "$token" ] || fail "the probe's player got no session"
	mkfifo "$dir/ask$1"
	"$croupier" ws --server "${url[$1]}" --token "$token" --timeout 30s <"$dir/ask$1" 2>"$dir/log/probe$1.log" |
		while IFS= read -r line; do printf '%s %s\n' "$EPOCHREALTIME" "$line"; done >"$dir/told$1" &
	(
		exec >"$dir/ask$1"
		n=0
		while [ ! -e "$dir/enough" ]; do
			n=$((n + 1))
			printf '{"type":"action","payload":{"action":"spin","betPerLine":0.05,"activePaylines":20},"requestId":"probe%s-%s"}\n' "$1" "$n"
			sleep 0.2
		done
	) &
	probe_pid[$1]=$!
}

# first_told N AFTER: when the probe was first told of a round after a time.
first_told() { awk -v after="$2" '$1 > after && /^[0-9.]+ \{"type":"action_result"/ { print $1; exit }' "$dir/told$1"; }
told_after() { [ -n "$(first_told "$1" "$2")" ]; }
plays() { told_after 1 "$1" && told_after 2 "$1"; }

end_probes() {
	touch "$dir/enough"
	wait "${probe_pid[1]}" "${probe_pid[2]}"
	await 40 "the probes to be answered" probes_ended
}
probes_ended() { ! pgrep -f "croupier ws --server http://127.0.0.1:(${serve_port[1]}|${serve_port[2]}) " >/dev/null; }

# prove_probe N: every answer that the probe was given is stored as it was told, byte for byte.
prove_probe() {
	sed -n 's/^[0-9.]* {"type":"action_result","payload"://p' "$dir/told$1" | sed 's/,"requestId":"[^"]*"[^{}]*}$//' | sort >"$dir/acknowledged$1"
	sql croupier "SELECT a.answer FROM actions a JOIN players p ON p.id = a.player_id WHERE p.external_id = 'probe$1'" | sort >"$dir/stored$1"
	local lost
	lost=$(comm -23 "$dir/acknowledged$1" "$dir/stored$1" | wc -l)
	[ -s "$dir/acknowledged$1" ] || fail "the probe on server $1 was told nothing"
	[ "$lost" = 0 ] || fail "$lost rounds that the probe on server $1 was told of are not stored"
	note "probe on server $1: $(wc -l <"$dir/acknowledged$1") acknowledged rounds, all stored as they were told; errors: $(refusals "$1")"
}
refusals() {
	local codes
	codes=$(grep -oE '"type":"error","payload":\{"code":"[0-9]+"' "$dir/told$1" | grep -oE '[0-9]+' | sort | uniq -c |
		awk '{ printf "%s%s × %s", c, $1, $2; c = ", " }')
	echo "${codes:-none}"
}

# --- the failovers

# fail_over HOW FROM TO: the primary dies, the standby takes over, and play goes on. HOW is
#   machine  kill -9 of Postgres and of Patroni: nobody is left to tell the standby
#   process  kill -9 of Postgres alone: its Patroni gives up the claim to be primary
#   silence  SIGSTOP of both: connections stay open, and nobody answers
#   stall    the standby hears nothing for 20 s, so that commits wait, are given up, and are there for readers of the primary only;
#            then as machine
fail_over() {
	local how=$1 from=$2 to=$3 began primary
	await 60 "pg$to to be the standby of pg$from" is "$to" "$(standby)"
	await 30 "both probes to play" plays "$(now)"
	primary=$(postmaster "$from")
	[ "$synchronous" = true ] || cut_off "$to" 2
	[ "$how" != stall ] || cut_off "$to" 20
	began=$(now)
	case $how in
	machine | stall)
		kill -KILL "${patroni_pid[from]}" "$primary"
		note "kill -9 of pg$from's Postgres and Patroni$([ "$how" != stall ] || echo ", after 20 s without a standby that answers")"
		;;
	process)
		kill -KILL "$primary"
		note "kill -9 of pg$from's Postgres alone"
		;;
	silence)
		# shellcheck disable=SC2046 # a list of numbers
		kill -STOP "${patroni_pid[from]}" "$primary" $(pgrep -P "$primary")
		note "SIGSTOP of pg$from's Postgres and Patroni"
		;;
	esac
	play_goes_on "$began" "$to"
	if [ "$how" = silence ]; then # what a watchdog, or whoever looks after the machine, does
		# shellcheck disable=SC2046 # a list of numbers
		kill -KILL "${patroni_pid[from]}" "$primary" $(pgrep -P "$primary")
	fi
	[ "$how" = process ] || await 10 "Patroni pg$from to be gone" gone "${patroni_pid[from]}"
}
gone() { ! kill -0 "$1" 2>/dev/null; }

# cut_off N SECONDS: the standby receives nothing for so long, and then never again what was sent to it meanwhile.
cut_off() {
	local receiver
	await 30 "pg$1 to receive WAL" receives "$1" >/dev/null
	receiver=$(receives "$1")
	kill -STOP "$receiver"
	sleep "$2"
	kill -TERM "$receiver"
	(sleep 0.5 && kill -CONT "$receiver") &
}

receives() { pgrep -P "$(postmaster "$1")" -f walreceiver; }

# play_goes_on TIME N: after what happened at the time pgN becomes primary, and each croupier server plays on without being restarted.
play_goes_on() {
	local dead first n
	await 60 "pg$2 to be primary" is "$2" primary
	note "  pg$2 is primary after $(since "$1") s"
	# What was on its way when the primary died is told within moments, and nothing can be committed until another is promoted.
	dead=$(awk -v t="$1" 'BEGIN { printf "%.3f", t + 1 }')
	for n in 1 2; do
		await 60 "the probe on server $n to play again" told_after "$n" "$dead"
		first=$(first_told "$n" "$dead")
		note "  server $n acknowledges the first round after $(since "$1" "$first") s"
	done
	for n in 1 2; do
		kill -0 "${serve_pid[n]}" 2>/dev/null || fail "croupier $n has ended"
		await 30 "news of a deposit at the other server to reach the probe on server $n" hears_of_deposit "$n"
	done
	note "  each server tells its players of deposits made at the other after $(since "$1") s"
}

# hears_of_deposit N: whether a deposit for the probe on server N, made at the other server, is told to the probe at once. It is news by
# LISTEN and NOTIFY; what a server misses while it is not connected costs nobody anything, so deposits are made until one is heard of.
hears_of_deposit() {
	local order
	order=deposit-$(secret)
	operator $((3 - $1)) /api/v1/wallet/deposit \
		"{\"playerId\":\"probe$1\",\"amount\":1.00,\"currency\":\"USD\",\"transactionId\":\"$order\"}" >>"$dir/log/deposits.log" || return 1
	sleep 0.3
	awk -v after="$dead" '$1 > after && /^[0-9.]+ \{"type":"balance_update"/ { found = 1; exit } END { exit !found }' "$dir/told$1"
}

# bring_back N: the old primary becomes the standby of the new one.
bring_back() {
	local began how
	began=$(now)
	how=$(grep -c 'running pg_rewind from' "$dir/log/pg$1.log" || true)
	kill -0 "${patroni_pid[$1]}" 2>/dev/null || start_member "$1"
	if wait_for_standby "$1"; then
		how=$(($(grep -c 'running pg_rewind from' "$dir/log/pg$1.log" || true) - how))
		case $how in 0) how="without pg_rewind" ;; *) how="by pg_rewind" ;; esac
	else
		say "pg$1 does not come back by itself: a new copy (patronictl reinit)"
		"${as[@]}" env PATRONI_ETCD3_HOSTS="127.0.0.1:$etcd_port" patronictl -c "$dir/pg$1.yml" reinit croupier "pg$1" --force --wait
		await 120 "pg$1 to be the standby" is "$1" "$(standby)"
		how="by a new copy"
	fi
	note "pg$1 is back as the $(standby) standby, $how, in $(since "$began") s"
}
wait_for_standby() {
	local end=$((SECONDS + 90))
	until is "$1" "$(standby)"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.2
	done
}

before_clean_up() {
	touch "$dir/enough"
	local pid
	for pid in "${load_pid:-}" "${probe_pid[@]:-}"; do
		[ -z "$pid" ] || kill -TERM "$pid" 2>/dev/null
	done
}

probe_pid=()
start_all
versions="$("$pg_bin/postgres" --version), $(patroni --version), $(etcd --version | head -n 1), $(nproc) cores"
started=("${serve_pid[@]}")
start_probe 1
start_probe 2
start_load
fail_over machine 1 2
bring_back 1
fail_over machine 2 1
bring_back 2
fail_over process 1 2
bring_back 1
fail_over silence 2 1
bring_back 2
fail_over stall 1 2
bring_back 1
end_load
end_probes

say "the proof"
prove_probe 1
prove_probe 2
"$croupier" ledger check --database-url "$owner_url" >"$dir/ledger" 2>&1 || fail "$(cat "$dir/ledger")"
note "croupier ledger check: $(grep -E '^[0-9]+ players' "$dir/ledger"): the ledger holds"
[ "${started[*]}" = "${serve_pid[*]}" ] || fail "a croupier server was restarted"

printf '\n%s\n%s\nload: %s\n\n' "$(date -u +%F)" "$versions" "$load"
printf '%s\n' "${report[@]}"
printf '\nWhat the servers logged, by message:\n'
cat "$dir"/log/croupier?.log | grep -oE '"level":"[A-Z]*","msg":"[^"]*"' | sort | uniq -c | sort -rn
[ ! -s "$dir/log/load.log" ] || { printf '\nThe load said:\n' && tail -n 40 "$dir/log/load.log"; }
printf '\nNo acknowledged round was lost.\n'
