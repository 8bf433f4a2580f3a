#!/usr/bin/env bash
# Starts etcd, two Postgres under Patroni and two croupier servers on this machine, and ends them all at Ctrl-C. See README.md.
set -euo pipefail
# shellcheck source=deploy/ha/cluster.sh
. "$(dirname "$0")/cluster.sh"

start_all
cat <<END

servers     ${url[1]}  ${url[2]}
API key     $api_key
API secret  $api_secret
database    $owner_url
Patroni     http://127.0.0.1:${api_port[1]}/cluster
logs        $dir/log

Kill the primary and look:  kill -9 ${patroni_pid[1]} $(postmaster 1)
Ctrl-C ends everything.
END
while :; do sleep 1; done
