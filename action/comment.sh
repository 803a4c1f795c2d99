#!/usr/bin/env bash
# Makes the plan one comment on the pull request: the one that stands there is renewed, and none is made where nothing
# has changed. A token that may not comment, as that of a fork, is no reason to fail: the job's summary has it all.
set -euo pipefail

comment="$RUNNER_TEMP/sora2batch-comment.md"
if ! [[ "${GITHUB_REF:-}" =~ ^refs/pull/([0-9]+)/ ]]; then
  echo "no pull request, so no comment"
  exit 0
fi
number="${BASH_REMATCH[1]}"
if ! [ -s "$comment" ]; then
  echo "no plan, so no comment"
  exit 0
fi
marker="$(head -n 1 "$comment")"

# Only comments of our own: whoever copies the marker into theirs keeps it.
# shellcheck disable=SC2016  # GraphQL's variables, not the shell's
found="$(
  gh api graphql --paginate -f owner="${GITHUB_REPOSITORY%%/*}" -f name="${GITHUB_REPOSITORY#*/}" -F number="$number" \
    -f query='
      query($owner: String!, $name: String!, $number: Int!, $endCursor: String) {
        repository(owner: $owner, name: $name) {
          pullRequest(number: $number) {
            comments(first: 100, after: $endCursor) {
              nodes { id viewerDidAuthor body }
              pageInfo { hasNextPage endCursor }
            }
          }
        }
      }' \
    --jq '.data.repository.pullRequest.comments.nodes[]
      | select(.viewerDidAuthor) | .id + " " + (.body | split("\n")[0] | rtrimstr("\r"))'
)" || {
  echo "::warning title=sora2batch::The comments of this pull request cannot be read; the plan is in the job's summary."
  exit 0
}

id=""
while read -r one first; do
  if [ "$first" = "$marker" ]; then
    id="$one"
    break
  fi
done <<<"$found"

if [ -n "$id" ]; then
  # shellcheck disable=SC2016
  sent="$(gh api graphql -f id="$id" -F body=@"$comment" --jq '.data.updateIssueComment.issueComment.url' \
    -f query='
      mutation($id: ID!, $body: String!) {
        updateIssueComment(input: {id: $id, body: $body}) { issueComment { url } }
      }')" || sent=""
elif [ "$CHANGED" = "false" ]; then
  echo "nothing has changed, so no comment"
  exit 0
else
  sent="$(gh api --method POST "repos/$GITHUB_REPOSITORY/issues/$number/comments" -F body=@"$comment" --jq .html_url)" || sent=""
fi

if [ -n "$sent" ]; then
  echo "comment: $sent"
else
  echo "::warning title=sora2batch::This token may not comment; the plan is in the job's summary."
fi
