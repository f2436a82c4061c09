# shellcheck shell=bash
# What the scripts in this folder share. Sourced, never run.

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)

# Queries are checked against .sqlx. A DATABASE_URL would make the queue
# library's own macros look into that database too, and fail there.
unset DATABASE_URL
export SQLX_OFFLINE=true

# rustup's folder is not in the PATH of a shell opened before it was installed.
command -v cargo >/dev/null || PATH="${CARGO_HOME:-${HOME:-}/.cargo}/bin:$PATH"

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
  bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' yellow=$'\e[33m' blue=$'\e[34m' plain=$'\e[0m'
else
  bold='' green='' red='' yellow='' blue='' plain=''
fi

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$yellow$*$plain" >&2; }
fail() {
  printf '%s\n' "$red$*$plain" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# The scripts with options carry their help as the comment on top of them.
print_help() { sed -n '2,/^[^#]/ { s/^# \{0,1\}//p }' "$0"; }

# step NAME COMMAND…: says what is being done, does it, says how long it took.
step() {
  local name=$1 since=$SECONDS
  shift
  say "$blue▸$plain $bold$name$plain"
  # shellcheck disable=SC2034 # read by the script when it ends early
  current_step=$name
  "$@"
  # shellcheck disable=SC2034
  current_step=''
  say "$green✓$plain $name ($((SECONDS - since)) s)"
}

# Where initdb, pg_ctl and postgres are; the newest if there are several.
postgres_bin() {
  local initdb
  initdb=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb /usr/pgsql-*/bin/initdb |
    grep -v '\*' | sort -V | tail -n 1) || true
  [ -n "$initdb" ] || initdb=$(command -v initdb) || return 1
  dirname -- "$initdb"
}

# Before 15, a view sees every organization's rows: it cannot ask as its user.
require_postgres_15() {
  local version
  version=$("$1/initdb" --version | grep -oE '[0-9]+' | head -n 1)
  [ "$version" -ge 15 ] || fail "Postgres in $1 is version $version; Plumbline needs 15 or newer. apt.postgresql.org has it for older systems."
}

chromedriver_path() {
  command -v chromedriver && return
  [ -x /usr/lib/chromium-browser/chromedriver ] && say /usr/lib/chromium-browser/chromedriver
}

# Where cargo puts what it builds, whatever the environment or its settings say.
target_dir() {
  (cd "$root" && cargo metadata --format-version 1 --no-deps --offline) |
    sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p'
}
