#!/usr/bin/env bash
# The whole way of a player, with nothing but curl, openssl and a WebSocket client (bin/croupier ws), against a sandbox of its own
# or a running one. It says what it does and ends with an error at the first thing that is not as promised.
#
#   demo/demo.sh [--url URL --api-key KEY --api-secret SECRET [--database-url URL]]
set -euo pipefail

croupier=${CROUPIER:-$(cd "$(dirname "$0")/.." && pwd)/bin/croupier}
unset CROUPIER # not a setting of the program's
url="" key="" secret="" database=""
while [ $# -gt 0 ]; do
	[ $# -gt 1 ] || set -- --help --help
	case $1 in
	--url) url=${2%/} ;;
	--api-key) key=$2 ;;
	--api-secret) secret=$2 ;;
	--database-url) database=$2 ;;
	*) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
	esac
	shift 2
done

work=$(mktemp -d "${TMPDIR:-/tmp}/croupier-demo.XXXXXX")
chmod 755 "$work" # for the user that runs Postgres for root
sandbox=""
clean_up() {
	status=$?
	trap '' INT TERM
	if [ -n "$sandbox" ]; then
		kill -TERM "$sandbox" 2>/dev/null || true
		wait "$sandbox" 2>/dev/null || true
	fi
	rm -rf "$work"
	case $status in 0 | 130 | 143) ;; *) echo "demo: FAILED" >&2 ;; esac
	exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# --- saying and checking

step=0
heading() {
	step=$((step + 1))
	printf '\n%2d. %s\n' "$step" "$1"
}
show() { printf '    %s\n' "$1"; }
fail() {
	printf '    NOT AS PROMISED: %s\n' "$1" >&2
	[ "$BASH_SUBSHELL" = 0 ] || kill -TERM $$ # from inside $(…), end the script all the same
	exit 1
}
# same WHAT EXPECTED ACTUAL
same() {
	[ "$2" = "$3" ] || fail "$1: expected $2, got $3"
	show "✓ $1"
}

# --- reading JSON and money, as far as this script needs it

# field NAME: the first value of that name in the JSON on standard input, without its quotes.
field() {
	{ grep -oE "\"$1\": *(\"[^\"]*\"|[^,}]*)" || true; } | sed -n "1{s/^\"$1\": *//;s/^\"//;s/\"\$//;s/\\\\u0026/\\&/g;p;}"
}
need() {
	value=$(field "$1" <<<"$2")
	[ -n "$value" ] || fail "there is no $1 in: $2"
	printf '%s' "$value"
}
# cents AMOUNT: 12.30 → 1230
cents() {
	case $1 in
	*.??) printf '%d' "$((10#${1%.*} * 100 + 10#${1#*.}))" ;;
	*) fail "not an amount with two decimals: $1" ;;
	esac
}

# --- calling the server

# operator PATH BODY: a call that the operator signs. Sets answer.
operator() {
	local now signature
	now=$(date +%s).$(printf %09d $(((RANDOM * 32768 + RANDOM) % 1000000000))) # no two calls have one signature
	signature=$(printf '%s.POST.%s.%s' "$now" "$1" "$2" | openssl dgst -sha256 -hmac "$secret")
	answer=$(curl -sS --max-time 30 -X POST "$url$1" -H 'Content-Type: application/json' -H "Authorization: Bearer $key" \
		-H "X-Timestamp: $now" -H "X-Signature: sha256=${signature##* }" -d "$2")
	[ "$(field success <<<"$answer")" = true ] || fail "$1: $answer"
}
# player PATH: what the player may see. Sets answer.
player() {
	answer=$(curl -sS --max-time 30 "$url$1" -H "Authorization: Bearer $token")
	[ "$(field success <<<"$answer")" = true ] || fail "$1: $answer"
}
# play MESSAGE…: a new connection, the messages, and an answer to each. Sets answer.
play() {
	answer=$(printf '%s\n' "$@" | "$croupier" ws --url "$ws" --token "$token" 2>"$work/ws") || fail "$(cat "$work/ws") $answer"
}
spin() { printf '{"type":"action","payload":{"action":"spin","betPerLine":0.25,"activePaylines":20},"requestId":"%s"}' "$1"; }
payload() { sed 's/^{"type":"[a-z_]*","payload"://;s/,"requestId":.*//' <<<"$1"; }
balance_now() {
	player /api/v1/wallet/balance
	need balance "$answer"
}

if [ -z "$url" ]; then
	heading "Start a sandbox: a server with a Postgres of its own"
	mkfifo "$work/info"
	set -m # a process group of its own: Ctrl-C is for this script, which ends it
	"$croupier" sandbox --json --listen 127.0.0.1:0 --data-dir "$work/data" >"$work/info" 2>"$work/log" &
	sandbox=$!
	set +m
	exec 3<"$work/info" # stays open, so that nothing that it prints can fail
	read -r info <&3 || fail "the sandbox did not start: $(cat "$work/log")"
	url=$(need baseUrl "$info") key=$(need apiKey "$info") secret=$(need apiSecret "$info") database=$(need databaseUrl "$info")
	show "$url"
fi
[ -n "$key" ] && [ -n "$secret" ] || fail "--url needs --api-key and --api-secret"
ws="ws${url#http}/ws"
me="demo-$(date +%s)-$$"

heading "The operator vouches for a player: a signed call for a launch token"
operator /api/v1/auth/sso/create-token "{\"playerId\":\"$me\",\"currency\":\"USD\",\"jurisdiction\":\"MT\",\"locale\":\"en-GB\",\"username\":\"Demo\"}"
launch=$(need launchToken "$answer")
show "$(cut -c1-16 <<<"$launch")…, of one use, for 30 seconds"

heading "The player exchanges it for a session"
exchange() {
	answer=$(curl -sS --max-time 30 -X POST "$url/api/v1/auth/sso/exchange" -H 'Content-Type: application/json' -d "{\"launchToken\":\"$launch\"}")
}
exchange
token=$(need sessionToken "$answer")
show "a JWT: $(cut -c1-40 <<<"$token")…"
exchange
same "the launch token cannot be used again" 80102 "$(need code "$answer")"

heading "The operator deposits 100.00 USD, and by accident sends the order twice"
order="{\"playerId\":\"$me\",\"amount\":100.00,\"currency\":\"USD\",\"transactionId\":\"deposit-$me\"}"
operator /api/v1/wallet/deposit "$order"
operator /api/v1/wallet/deposit "$order"
same "the second is known as a duplicate" true "$(need duplicate "$answer")"
same "it was paid once" 100.00 "$(balance_now)"

heading "The player connects and chooses a client seed, after the server has committed to its own"
play '{"type":"seed_get","payload":{},"requestId":"look"}'
promised=$(need nextServerSeedHash "$answer")
show "the server's next seed has the SHA-256 $promised"
mine="demo seed $$"
play "{\"type\":\"seed_rotate\",\"payload\":{\"clientSeed\":\"$mine\"},\"requestId\":\"choose\"}"
state=$(sed 's/.*"revealed":{[^}]*}//' <<<"$answer")
commitment=$(need serverSeedHash "$state")
same "the pair in play has the seed that was promised" "$promised" "$commitment"
same "and the client seed of the player" "$mine" "$(need clientSeed "$state")"

heading "Spin: 20 lines at 0.25"
play "$(spin spin-1)"
first=$(payload "$answer")
outcome=$first
show "reels $(grep -o '"reelPositions":\[[^]]*\]' <<<"$first" | sed -n '1s/.*://p'), won $(need totalWin "$first")"
before=$(cents "$(need before "$first")") after=$(cents "$(need after "$first")") won=$(cents "$(need totalWin "$first")")
same "balance before − 5.00 + the win = balance after" $((before - 500 + won)) "$after"
same "the round was drawn under the commitment" "$commitment" "$(need serverSeedHash "$first")"

heading "Send the same request again, on a new connection"
play "$(spin spin-1)"
same "the same answer, byte for byte" "$first" "$(payload "$answer")"
same "nothing was charged" "$after" "$(cents "$(balance_now)")"

heading "Spin again, and lose the connection before the answer comes"
printf '%s\n' "$(spin spin-2)" | "$croupier" ws --url "$ws" --token "$token" --exit-on-send 2>"$work/ws" || fail "$(cat "$work/ws")"
show "sent, and cut"

heading "Reconnect and resend, three times: there is one result"
play "$(spin spin-2)" "$(spin spin-2)"
second=$(payload "$(sed -n 1p <<<"$answer")")
same "twice on one connection: the same answer" "$second" "$(payload "$(sed -n 2p <<<"$answer")")"
play "$(spin spin-2)"
same "on another connection: the same answer" "$second" "$(payload "$answer")"
before=$(cents "$(need before "$second")") won=$(cents "$(need totalWin "$second")")
same "it began where the first spin ended" "$after" "$before"
after=$(cents "$(need after "$second")")
same "and was charged once" "$after" "$(cents "$(balance_now)")"
same "it is the player's second round" 1 "$(need nonce "$second")"

heading "Use a request id for another request"
play '{"type":"action","payload":{"action":"spin","betPerLine":0.50,"activePaylines":20},"requestId":"spin-2"}'
same "it is refused" 30604 "$(need code "$answer")"

heading "Rotate the seeds: the server must show what it had committed to"
play '{"type":"seed_rotate","payload":{"clientSeed":"another"},"requestId":"rotate"}'
seed=$(need serverSeed "$answer")
show "revealed: $seed"
hash=$(printf '%s' "$seed" | openssl dgst -sha256)
same "its SHA-256 is the commitment" "$commitment" "${hash##* }"
same "two rounds were played under it" 2 "$(need rounds "$answer")"

# A reel has 32 stops, so that a draw is four bytes modulo 32, with nothing to reject: 2^32 is a multiple of 32.
# verify ROUND-ID NONCE TOLD: the reels by HMAC-SHA-512 and shell arithmetic.
verify() {
	local bytes reels="" i stops
	player "/api/v1/rounds/$1"
	same "the record of round $2 has the revealed seed" "$seed" "$(need serverSeed "$answer")"
	bytes=$(printf '%s:%s' "$mine" "$2" | openssl dgst -sha512 -hmac "$seed")
	bytes=${bytes##* }
	show "HMAC-SHA-512(seed, \"$mine:$2\") = $(cut -c1-40 <<<"$bytes")…"
	for i in 0 1 2 3 4; do
		reels="$reels,$((16#${bytes:i*8:8} % 32))"
	done
	stops=$(grep -o '"reelPositions":\[[^]]*\]' <<<"$3" | sed -n '1s/.*\[\(.*\)\]/\1/p')
	same "its first five draws are the reels $stops" "${reels#,}" "$stops"
}
heading "Verify both rounds with openssl and shell arithmetic"
verify "$(need roundId "$outcome")" 0 "$outcome"
verify "$(need roundId "$second")" 1 "$second"

heading "The statement: every movement, newest first"
player "/api/v1/wallet/transactions?limit=200"
total=0 count=0 newest=""
while read -r entry; do
	amount=$(need amount "$entry") code=$(need code "$entry") balance=$(need balance "$entry")
	[ -n "$newest" ] || newest=$balance
	case $code in
	deposit | payout) total=$((total + $(cents "$amount"))) ;;
	stake) total=$((total - $(cents "$amount"))) ;;
	*) fail "a movement that nobody made: $entry" ;;
	esac
	case $code in stake) count=$((count + 1)) ;; esac
	show "$(printf '%-8s %8s   balance %8s' "$code" "$amount" "$balance")"
done < <(tr '{' '\n' <<<"$answer" | grep '"debit"')
same "two stakes" 2 "$count"
same "the movements add up to the balance" "$after" "$total"
same "which is what the last one left" "$after" "$(cents "$newest")"

heading "The ledger of the whole house"
if [ -n "$database" ]; then
	"$croupier" ledger check --database-url "$database" >"$work/ledger" 2>&1 || fail "$(cat "$work/ledger")"
	sed 's/^/    /' "$work/ledger"
else
	show "not looked at: that needs --database-url"
fi

printf '\nAll as promised.\n'
