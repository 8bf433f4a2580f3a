# shellcheck shell=bash disable=SC2034 # what run.sh and test.sh use
# Functions that start, look at and end a cluster on this machine: etcd, two Patroni members with a Postgres each, two croupier servers.
# Sourced by run.sh and test.sh. Everything is in one directory and on loopback; nothing is left behind.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
croupier=${CROUPIER:-$root/bin/croupier}
unset CROUPIER # not a setting of the program's
dir=""
synchronous=true # false: only for showing that test.sh notices

say() { printf '%s  %s\n' "$(date -u +%H:%M:%S)" "$*"; }
fail() {
	say "FAILED: $*" >&2
	exit 1
}

# now: seconds since the epoch, with milliseconds.
now() { date +%s.%3N; }
# since TIME [UNTIL]: seconds from then to now, or until then, as 12.3.
since() { awk -v a="$1" -v b="${2:-$(now)}" 'BEGIN { printf "%.1f", b - a }'; }

# await SECONDS WHAT COMMAND…: until the command succeeds.
await() {
	local patience=$1 what=$2 end
	shift 2
	end=$((SECONDS + patience))
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || fail "waited $patience s for: $what"
		sleep 0.1
	done
}

need_programs() {
	local missing="" bin
	for bin in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do
		[ -x "$bin/postgres" ] && [ -x "$bin/pg_rewind" ] && pg_bin=$bin
	done
	[ -n "${pg_bin:-}" ] || missing="$missing postgresql"
	command -v patroni >/dev/null || missing="$missing patroni"
	command -v etcd >/dev/null || missing="$missing etcd-server"
	command -v curl >/dev/null || missing="$missing curl"
	command -v openssl >/dev/null || missing="$missing openssl"
	command -v setpriv >/dev/null || missing="$missing util-linux"
	[ -z "$missing" ] || fail "programs are missing; on Debian: apt-get update && apt-get install -y --no-install-recommends$missing"
	[ -x "$croupier" ] || fail "there is no $croupier: run make build"
	# Postgres refuses to be root.
	as=()
	if [ "$(id -u)" = 0 ]; then
		id postgres >/dev/null 2>&1 || fail "root may not run Postgres, and there is no user postgres"
		as=(setpriv --reuid=postgres --regid=postgres --init-groups --)
	fi
}

# free_ports N: ports of loopback that nobody listens on, below those that the system gives to outgoing connections: a port must still be
# free when a server that was killed comes back.
free_ports() {
	/usr/bin/python3 - "$1" <<'PYTHON'
import random, socket, sys
found = []
for port in random.sample(range(20000, 32000), 1000):
    with socket.socket() as s:
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            continue
    found.append(port)
    if len(found) == int(sys.argv[1]):
        break
print(*found)
PYTHON
}

secret() { head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

# begin: make the directory, choose ports and passwords. clean_up undoes all from here on.
begin() {
	need_programs
	dir=$(mktemp -d /tmp/croupier-ha.XXXXXX)
	trap clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	chmod 755 "$dir"
	mkdir "$dir/log" "$dir/etcd" "$dir/pg1" "$dir/pg2"
	chmod 700 "$dir/etcd" "$dir/pg1" "$dir/pg2"
	[ ${#as[@]} = 0 ] || chown postgres: "$dir/etcd" "$dir/pg1" "$dir/pg2"
	local ports
	read -ra ports <<<"$(free_ports 8)"
	etcd_port=${ports[0]} etcd_peer=${ports[1]}
	pg_port=(0 "${ports[2]}" "${ports[3]}") api_port=(0 "${ports[4]}" "${ports[5]}") serve_port=(0 "${ports[6]}" "${ports[7]}")
	superuser=$(secret) replication=$(secret) rewind=$(secret) owner=$(secret) server=$(secret)
	master_key=$(secret)$(secret)
	patroni_pid=(0 0 0) serve_pid=(0 0 0)
	hosts=127.0.0.1:${pg_port[1]},127.0.0.1:${pg_port[2]}
	options="target_session_attrs=read-write&connect_timeout=2"
	owner_url="postgres://croupier_owner:$owner@$hosts/croupier?$options"
	server_url="postgres://croupier_server:$server@$hosts/croupier?$options"
	url=("" "http://127.0.0.1:${serve_port[1]}" "http://127.0.0.1:${serve_port[2]}")
}

start_etcd() {
	say "etcd, one member"
	env -i PATH="$PATH" "$(grep -E '^ETCD_HEARTBEAT_INTERVAL=' "$here/etcd.env")" "$(grep -E '^ETCD_ELECTION_TIMEOUT=' "$here/etcd.env")" \
		"$(grep -E '^ETCD_AUTO_COMPACTION_RETENTION=' "$here/etcd.env")" "$(grep -E '^ETCD_LOG_LEVEL=' "$here/etcd.env")" \
		ETCD_NAME=etcd1 ETCD_DATA_DIR="$dir/etcd/data" ETCD_INITIAL_CLUSTER="etcd1=http://127.0.0.1:$etcd_peer" \
		ETCD_LISTEN_PEER_URLS="http://127.0.0.1:$etcd_peer" ETCD_INITIAL_ADVERTISE_PEER_URLS="http://127.0.0.1:$etcd_peer" \
		ETCD_LISTEN_CLIENT_URLS="http://127.0.0.1:$etcd_port" ETCD_ADVERTISE_CLIENT_URLS="http://127.0.0.1:$etcd_port" \
		setsid "${as[@]}" etcd >>"$dir/log/etcd.log" 2>&1 &
	etcd_pid=$!
	disown # bash would report its end
	await 30 "etcd to answer" curl -fsS -o /dev/null "http://127.0.0.1:$etcd_port/health" 2>/dev/null
}

# start_member N: Patroni, which makes, starts or brings back its Postgres.
start_member() {
	sed -e "s|/var/run/postgresql|$dir/pg$1|" -e "s|synchronous_mode: true|synchronous_mode: $synchronous|" "$here/patroni.yml" >"$dir/pg$1.yml"
	env -i PATH="$pg_bin:$PATH" LC_ALL=C.UTF-8 TZ=UTC HOME="$dir/pg$1" \
		PATRONI_NAME="pg$1" PATRONI_ETCD3_HOSTS="127.0.0.1:$etcd_port" \
		PATRONI_RESTAPI_LISTEN="127.0.0.1:${api_port[$1]}" PATRONI_RESTAPI_CONNECT_ADDRESS="127.0.0.1:${api_port[$1]}" \
		PATRONI_POSTGRESQL_LISTEN="127.0.0.1:${pg_port[$1]}" PATRONI_POSTGRESQL_CONNECT_ADDRESS="127.0.0.1:${pg_port[$1]}" \
		PATRONI_POSTGRESQL_DATA_DIR="$dir/pg$1/data" PATRONI_POSTGRESQL_BIN_DIR="$pg_bin" PATRONI_POSTGRESQL_PGPASS="$dir/pg$1/pgpass" \
		PATRONI_SUPERUSER_USERNAME=postgres PATRONI_SUPERUSER_PASSWORD="$superuser" \
		PATRONI_REPLICATION_USERNAME=replicator PATRONI_REPLICATION_PASSWORD="$replication" \
		PATRONI_REWIND_USERNAME=rewinder PATRONI_REWIND_PASSWORD="$rewind" \
		setsid "${as[@]}" patroni "$dir/pg$1.yml" >>"$dir/log/pg$1.log" 2>&1 &
	patroni_pid[$1]=$!
	disown
}

# is N WHAT: whether Patroni says so of its member: primary, replica, synchronous.
is() { curl -fs -o /dev/null --max-time 2 "http://127.0.0.1:${api_port[$1]}/$2"; }

# standby: what Patroni must say of the one who may take over.
standby() { if [ "$synchronous" = true ]; then echo synchronous; else echo replica; fi; }

# postmaster N: the process id of the member's Postgres.
postmaster() { head -n 1 "$dir/pg$1/data/postmaster.pid" 2>/dev/null; }

# sql DATABASE STATEMENT: on the primary, as the superuser.
sql() {
	PGPASSWORD=$superuser psql -XAtq -v ON_ERROR_STOP=1 -c "$2" "host=127.0.0.1,127.0.0.1 port=${pg_port[1]},${pg_port[2]} user=postgres \
		target_session_attrs=read-write connect_timeout=2 dbname=$1"
}

start_postgres() {
	say "Patroni pg1 makes the cluster"
	start_member 1
	await 120 "pg1 to be primary" is 1 primary
	say "Patroni pg2 makes a standby of it"
	start_member 2
	await 120 "pg2 to be the standby" is 2 "$(standby)"
	# The owner migrates, and the servers log in as a role that owns nothing: docs/operations.md, "Roles".
	sql postgres "CREATE ROLE croupier_owner LOGIN CREATEROLE PASSWORD '$owner'"
	sql postgres "CREATE DATABASE croupier OWNER croupier_owner"
	"$croupier" migrate up --database-url "$owner_url" >"$dir/log/migrate.log" 2>&1 || fail "migrate up: $(cat "$dir/log/migrate.log")"
	sql postgres "CREATE ROLE croupier_server LOGIN IN ROLE croupier_app PASSWORD '$server'"
}

# start_server N: a croupier server that knows both Postgres and looks for the one that takes writes.
start_server() {
	CROUPIER_DATABASE_URL=$server_url CROUPIER_MASTER_KEY=$master_key CROUPIER_LISTEN=127.0.0.1:${serve_port[$1]} CROUPIER_MODE=sandbox \
		CROUPIER_REQUESTS_PER_SECOND=2000 CROUPIER_REQUEST_BURST=4000 \
		setsid "$croupier" serve >>"$dir/log/croupier$1.log" 2>&1 &
	serve_pid[$1]=$!
	disown
	await 30 "croupier $1 to be ready" curl -fs -o /dev/null "${url[$1]}/readyz"
}

# field NAME: the first value of that name in the JSON on standard input.
field() { { grep -oE "\"$1\": *(\"[^\"]*\"|[^,}]*)" || true; } | sed -n "1{s/^\"$1\": *//;s/^\"//;s/\"\$//;p;}"; }

start_all() {
	begin
	start_etcd
	start_postgres
	say "two croupier servers"
	start_server 1
	start_server 2
	local made
	made=$(CROUPIER_DATABASE_URL=$owner_url CROUPIER_MASTER_KEY=$master_key "$croupier" operator create --name ha --mode sandbox --json)
	api_key=$(field apiKey <<<"$made") api_secret=$(field apiSecret <<<"$made")
}

# end_process PID SIGNAL: and wait until it is gone, however it was started.
end_process() {
	case $1 in "" | 0) return 0 ;; esac
	kill "-$2" "$1" 2>/dev/null || return 0
	local end=$((SECONDS + 20))
	while kill -0 "$1" 2>/dev/null; do
		[ "$SECONDS" -lt "$end" ] || { kill -KILL "$1" 2>/dev/null || true; return 0; }
		sleep 0.05
	done
}

# clean_up ends everything that this cluster started and removes its directory. HA_KEEP=1 keeps the directory, for looking at the logs.
clean_up() {
	local status=$? n
	trap '' INT TERM
	trap - EXIT
	set +e
	case $status in 0 | 130 | 143) ;; *) say "ended with $status; the ends of the logs:" >&2 && tail -n 5 "$dir"/log/*.log | cut -c 1-300 >&2 ;; esac
	declare -F before_clean_up >/dev/null && before_clean_up
	for n in 1 2; do
		end_process "${serve_pid[n]:-0}" TERM
		end_process "${patroni_pid[n]:-0}" KILL # or it would start what is ended next
		end_process "$(postmaster "$n")" QUIT
	done
	end_process "${etcd_pid:-0}" KILL
	wait 2>/dev/null
	if [ -n "${HA_KEEP:-}" ]; then say "kept: $dir"; else rm -rf "$dir"; fi
	exit "$status"
}
