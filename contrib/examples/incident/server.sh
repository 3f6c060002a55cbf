#!/bin/sh
# A server of the example: server NAME CONFIGURATION MONITOR. It refuses a configuration that it cannot work
# with, and beats for as long as it lives.
set -eu
pool_size=$(sed -n 's/^ *pool_size: *\([0-9]*\).*/\1/p' "$2")
if [ "${pool_size:-0}" -lt 1 ]; then
    echo "$1: database.pool_size is ${pool_size:-missing}: not one connection to work with" >&2
    exit 1
fi
exec srebox heartbeat send --to "$3" --id "$1"
