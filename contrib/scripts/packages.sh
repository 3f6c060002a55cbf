# Sourced by contrib/quickstart and contrib/check: says what is missing, then installs it with apt-get
# (as root, or through sudo), and runs the rest as the person who called.
# shellcheck shell=sh

say() { printf '%s\n' "$*" >&2; }

die() {
    say "$1"
    exit 2
}

# as_caller COMMAND...: under sudo, as the user who called sudo, so that nothing in the tree ends up
# owned by root.
as_caller() {
    if [ "$(id -u)" = 0 ] && [ "${SUDO_UID:-0}" != 0 ]; then
        sudo -u "#$SUDO_UID" -- "$@"
    else
        "$@"
    fi
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        die "Root is needed to install packages: run this as root, or install sudo, or install them yourself: $missing"
    fi
}

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = 'ii ' ]
}

# need PURPOSE PACKAGE...: makes sure the Debian packages are there.
need() {
    purpose=$1
    shift
    if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
        say "This is no Debian-like system: make sure that what these Debian packages hold is installed ($purpose):"
        say "  $*"
        return 0
    fi
    missing=
    for package in "$@"; do
        installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    say "Installing with apt-get ($purpose):$missing"
    as_root apt-get update -q >/dev/null || die "apt-get update failed: is the network there?"
    # shellcheck disable=SC2086 # a list of package names
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >/dev/null ||
        die "apt-get could not install:$missing"
}

# shellcheck disable=SC2034 # for those who source this
build_packages="gcc libc6-dev make autoconf automake pkg-config libyaml-dev libpcre2-dev \
    libuv1-dev libcurl4-openssl-dev libmicrohttpd-dev libsqlite3-dev libjansson-dev libssl-dev zlib1g-dev libzstd-dev"
