# Shared pieces of the scripts in scripts/. Sourced, never run.
# shellcheck shell=bash

TENURE_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
readonly TENURE_ROOT
readonly TENURE_PACKAGES="$TENURE_ROOT/scripts/lib/packages.txt"

say() { printf '\n== %s\n' "$*"; }
die() {
  printf '%s: error: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# What is going on, for the message of a failure.
current_step=

# `set -e` alone stops without a word: say what failed, and keep its status.
report_failure() {
  local status=$?
  printf '%s: error: %s failed with status %d\n' "${0##*/}" "${current_step:-line $1}" \
    "$status" >&2
  exit "$status"
}
set -E
trap 'report_failure $LINENO' ERR

# Number of build and test jobs: TENURE_JOBS, or all processors.
jobs_to_use() {
  local jobs="${TENURE_JOBS:-$(nproc)}"
  [[ "$jobs" =~ ^[1-9][0-9]*$ ]] || die "TENURE_JOBS must be a positive number, not '$jobs'"
  printf '%s\n' "$jobs"
}

# Names of the packages of the groups given.
packages_of() {
  local group name of _
  for group in "$@"; do
    while read -r name of _; do
      if [[ "$of" == "$group" && "$name" != '#' ]]; then printf '%s\n' "$name"; fi
    done <"$TENURE_PACKAGES"
  done
}

is_installed() {
  [[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]
}

# need_packages GROUP...: installs what dpkg does not have, saying what and why.
need_packages() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    die "this script installs Debian packages and finds no dpkg and apt-get here; install what" \
      "scripts/lib/packages.txt lists and build with cmake (see CONTRIBUTING.md)"
  fi
  local missing=() name list
  list="$(packages_of "$@")"
  [[ -n "$list" ]] || die "no packages for '$*' in $TENURE_PACKAGES"
  for name in $list; do
    is_installed "$name" || missing+=("$name")
  done
  if ((${#missing[@]} == 0)); then
    say "All Debian packages needed are installed"
    return
  fi

  say "Installing ${#missing[@]} missing Debian packages"
  for name in "${missing[@]}"; do
    sed -n -E "s/^(${name//+/\\+}) +[a-z]+ +(.*)/  \1: \2/p" "$TENURE_PACKAGES"
  done
  local become=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      die "you are not root and there is no sudo; as root run: apt-get install ${missing[*]}"
    become=(sudo)
    # Without a terminal nobody can type a password.
    [[ -t 0 ]] || become+=(-n)
    "${become[@]}" true ||
      die "sudo does not let you install packages; as root run: apt-get install ${missing[*]}"
  fi
  local apt=("${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y
    -o DPkg::Lock::Timeout=300)
  "${apt[@]}" update || die "apt-get update failed: is there a network?"
  "${apt[@]}" install --no-install-recommends "${missing[@]}" ||
    die "apt-get could not install: ${missing[*]}"
  for name in "${missing[@]}"; do
    is_installed "$name" || die "$name is still not installed"
  done
}
