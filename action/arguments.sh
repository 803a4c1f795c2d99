# shellcheck shell=bash disable=SC2153  # MANIFESTS is a variable of the step
# Sourced: reads MANIFESTS, a path on each line, into the array `manifests`.
manifests=()
while IFS= read -r line; do
  line="${line#"${line%%[![:space:]]*}"}"
  line="${line%"${line##*[![:space:]]}"}"
  [ -z "$line" ] || manifests+=("$line")
done <<<"$MANIFESTS"
