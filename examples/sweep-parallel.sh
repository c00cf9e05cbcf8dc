#!/usr/bin/env bash
# The points of a sweep spread with GNU parallel: the same CSV as `millionth sweep`, byte for byte.
# Use: examples/sweep-parallel.sh SCENARIO KEY=a,b,c [KEY=d,e]... [-- OPTIONS OF millionth run]
#
# MILLIONTH names the program. Other machines that have it too: PARALLEL='--sshlogin host1,host2'.
set -euo pipefail

scenario=${1:?a scenario is needed, such as stage-3}
shift
points=() settings=() axis=0
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  key=${1%%=*} axis=$((axis + 1))
  IFS=, read -ra values <<<"${1#*=}"
  points+=(::: "${values[@]/#/$key=}")
  settings+=(--set "{$axis}")
  shift
done
[ "${1:-}" != -- ] || shift

# Each point is a run of its own that says a head and a line: of the heads the first one is enough.
parallel --quote --keep-order --halt soon,fail=1 \
  "${MILLIONTH:-millionth}" run "$scenario" "${settings[@]}" --csv - "$@" "${points[@]}" </dev/null |
  awk 'NR == 1 || NR % 2 == 0'
