#!/bin/sh
# The least that a run can be: one process, and on one connection the three requests that every run needs.
set -eu
state() { echo "{\"state\":{\"type\":\"$1\"}}"; }
run=$PREFECT_API_URL/flow_runs/$PREFECT__FLOW_RUN_ID
exec curl --silent --fail --noproxy '*' --output /dev/null "$run" \
  --next --silent --fail --noproxy '*' --output /dev/null --json "$(state RUNNING)" "$run/set_state" \
  --next --silent --fail --noproxy '*' --output /dev/null --json "$(state COMPLETED)" "$run/set_state"
