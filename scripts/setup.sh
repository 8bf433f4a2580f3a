#!/bin/sh
# Installs what a target needs where it may (root on Debian or a relative of it), and otherwise names the one command that does.
# Usage: scripts/setup.sh build|sandbox|demo|client|test|all. Says nothing and takes no time when all is there; what it says goes to
# stderr, because stdout belongs to the program that is started next.
set -eu

has() { command -v "$1" >/dev/null 2>&1; }

has_postgres() {
	has postgres && has initdb && return
	for bin in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin \
		/Applications/Postgres.app/Contents/Versions/*/bin; do
		[ -x "$bin/postgres" ] && [ -x "$bin/initdb" ] && return
	done
	return 1
}

has_chromium() {
	for name in chromium chromium-browser google-chrome google-chrome-stable headless-shell; do
		has "$name" && return
	done
	[ -d "/Applications/Google Chrome.app" ] || [ -d "/Applications/Chromium.app" ]
}

# The race detector needs a C compiler with its library, except on macOS.
has_compiler() {
	[ "$system" = Darwin ] && return
	has "${CC:-gcc}" && echo 'int main(void) { return 0; }' | "${CC:-gcc}" -x c -include stdlib.h -fsyntax-only - 2>/dev/null
}

has_node() {
	has node && node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)'
}

# The TypeScript compiler, as api/client/ts/package-lock.json has it; nothing of it is needed to build croupier. npm's cache is ours, because
# there may be no home directory to write to.
install_client() {
	client=$(dirname "$0")/../api/client/ts
	cmp -s "$client/package-lock.json" "$client/node_modules/.installed" && return
	echo "setup: installing the TypeScript compiler (npm ci)" >&2
	log=$(mktemp)
	trap 'rm -f "$log"' EXIT
	(cd "$client" && npm_config_cache=$PWD/../../../.cache/npm npm ci --ignore-scripts --no-audit --no-fund) </dev/null >"$log" 2>&1 || {
		tail -n 30 "$log" >&2
		echo "setup: could not install; the command was: npm ci, in api/client/ts" >&2
		exit 1
	}
	cp "$client/package-lock.json" "$client/node_modules/.installed"
}

# package NAME-ON-DEBIAN: what it is called here.
package() {
	case "$system/$1" in
	Darwin/postgresql) echo postgresql@17 ;;
	Darwin/chromium) echo google-chrome ;;
	Darwin/nodejs) echo node ;;
	*) echo "$1" ;;
	esac
}

# debian_install PACKAGE...: as root, quietly, with the log shown when it fails.
debian_install() {
	echo "setup: installing $* (apt-get)" >&2
	log=$(mktemp)
	trap 'rm -f "$log"' EXIT
	{ apt "update" && no_default_cluster "$@" && apt install --no-install-recommends "$@"; } </dev/null >"$log" 2>&1 || {
		tail -n 30 "$log" >&2
		echo "setup: could not install; the command was: apt-get update && apt-get install -y $*" >&2
		exit 1
	}
}

apt() {
	DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 "$@"
}

# Debian's package would make and start a server that nobody here wants. Its own configuration file says how not to.
no_default_cluster() {
	case " $* " in *" postgresql "*) ;; *) return 0 ;; esac
	[ -e /etc/postgresql-common/createcluster.conf ] && return 0 # the machine's owner has decided about it
	apt install --no-install-recommends postgresql-common
	sed -i 's/^#*create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
}

system=$(uname -s)
if ! has go; then
	echo "setup: Go is missing: install Go 1.26 or newer (https://go.dev/doc/install, or on macOS: brew install go)" >&2
	exit 1
fi

target=${1:-all}
missing=""
need() { missing="$missing $(package "$1")"; }
case "$target" in
build) ;;
sandbox) has_postgres || need postgresql ;;
demo)
	has_postgres || need postgresql
	has curl || need curl
	has openssl || need openssl
	;;
client)
	has_postgres || need postgresql
	has_node || need nodejs
	has npm || need npm
	;;
test | all)
	has_postgres || need postgresql
	has_node || need nodejs
	has npm || need npm
	has_chromium || need chromium
	has_compiler || { need gcc && need libc6-dev; }
	has python3 || need python3
	has curl || need curl
	has openssl || need openssl
	;;
*)
	echo "usage: $0 build|sandbox|demo|client|test|all" >&2
	exit 2
	;;
esac
finish() {
	case "$target" in client | test | all) install_client ;; esac
	exit 0
}
[ -n "$missing" ] || finish

# shellcheck disable=SC2086 # a list of words
if [ "$(id -u)" = 0 ] && has apt-get; then
	debian_install $missing
	finish
fi
if [ "$system" = Darwin ]; then
	command="brew install$missing"
elif has apt-get; then
	command="sudo apt-get install -y$missing"
else
	command="your package manager's install command for:$missing"
fi
if [ "$missing" = " $(package postgresql)" ]; then
	echo "setup: no Postgres here: it will be downloaded for croupier alone. To install it instead: $command" >&2
	finish
fi
echo "setup: missing:$missing. Install with: $command" >&2
exit 1
