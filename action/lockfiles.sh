# shellcheck shell=bash
# Sourced: lockfiles that a branch has not taken, as it is protected, wait in a ref beside it, refs/sora2batch/BRANCH.
export GIT_TERMINAL_PROMPT=0

# Unites what waits for a branch with the lockfiles of the checkout; fails where that cannot be found out.
unite_lockfiles() {
  local ref="refs/sora2batch/$1" listed path
  local none="$RUNNER_TEMP/sora2batch-none.jsonl" theirs="$RUNNER_TEMP/sora2batch-theirs.jsonl"
  listed="$(git ls-remote origin "$ref")" || return 1
  [ -n "$listed" ] || return 0
  git fetch --quiet --no-tags origin "$ref" || return 1
  : >"$none"
  while IFS= read -r -d '' path; do
    git show "FETCH_HEAD:$path" >"$theirs" || return 1
    if [ -e "$path" ]; then
      sora2batch lock merge --quiet -- "$none" "$path" "$theirs" || return 1
    else
      mkdir -p -- "./$(dirname -- "$path")" && cp -- "$theirs" "$path" || return 1
    fi
  done < <(git ls-tree -r -z --name-only FETCH_HEAD | grep -z '\.lock\.jsonl$')
}
