#!/bin/bash -p
# notify.sh TEXT [KEY=VALUE]...: posts a text to NOTIFY_URL, in the form that its address asks for; the keys travel
# where anything that takes JSON listens. One request, five seconds at most; a redirect is not followed, since it
# would carry the text elsewhere. Ends with 0 if the server took it. The address is itself a password: curl gets it
# on its standard input, and no message repeats it.
set -euo pipefail

# quote TEXT: sets quoted to it as a JSON string.
quote() {
  local LC_ALL=C text="${1//\\/\\\\}"
  text="${text//\"/\\\"}"
  text="${text//$'\n'/\\n}"
  quoted="\"${text//[[:cntrl:]]/ }\""
}

# The addresses that services give out. A server of one's own is known by a name like ntfy.example.org.
kind_of() {
  local rest="${1#*://}" host
  host="${rest%%[/?#]*}"
  host="${host##*@}"
  host="${host%%:*}"
  case "${host,,}" in
    ntfy.* | *.ntfy.*) kind=ntfy ;;
    hooks.slack.com | hooks.slack-gov.com) kind=slack ;;
    discord.com | *.discord.com | discordapp.com) kind=discord ;;
    *.webhook.office.com | outlook.office.com | *.logic.azure.com | *.powerplatform.com) kind=teams ;;
    *) kind=json ;;
  esac
}

# Sets body. A Teams webhook takes a message with an adaptive card, as channels and workflows both do.
make_body() {
  local quoted pair
  quote "$1"
  case $kind in
    ntfy) body="$1" ;;
    slack) body="{\"text\":$quoted}" ;;
    discord) body="{\"content\":$quoted,\"allowed_mentions\":{\"parse\":[]}}" ;;
    teams)
      body="{\"type\":\"TextBlock\",\"wrap\":true,\"text\":$quoted}"
      body="{\"type\":\"AdaptiveCard\",\"version\":\"1.4\",\"body\":[$body]}"
      body="{\"contentType\":\"application/vnd.microsoft.card.adaptive\",\"content\":$body}"
      body="{\"type\":\"message\",\"attachments\":[$body]}"
      ;;
    json)
      body="{\"text\":$quoted"
      for pair in "${@:2}"; do
        quote "${pair#*=}"
        if [[ ${pair#*=} =~ ^(0|[1-9][0-9]{0,14})$ ]]; then quoted="${pair#*=}"; fi
        body+=",\"${pair%%=*}\":$quoted"
      done
      body+="}"
      ;;
  esac
}

# setting NAME VALUE: a line of a curl configuration.
setting() {
  local text="${2//\\/\\\\}"
  text="${text//\"/\\\"}"
  text="${text//$'\t'/\\t}"
  text="${text//$'\r'/\\r}"
  printf '%s = "%s"\n' "$1" "${text//$'\n'/\\n}"
}

configuration() {
  local type=application/json
  if [[ $kind == ntfy ]]; then type=text/plain; fi
  setting url "$NOTIFY_URL"
  setting proto '=http,https'
  setting header "Content-Type: $type; charset=utf-8"
  setting data-raw "$body"
  setting connect-timeout 4
  setting max-time 5
  setting output /dev/null
  setting write-out '%{http_code}'
  printf 'silent\ngloboff\n'
}

main() {
  local kind body answer status=0
  if (($# == 0)) || [[ -z ${NOTIFY_URL-} ]]; then
    printf 'usage: NOTIFY_URL=... notify.sh TEXT [KEY=VALUE]...\n' >&2
    exit 2
  fi
  kind_of "$NOTIFY_URL"
  make_body "$@"
  # -q: what a user's .curlrc says is about other requests.
  answer="$(configuration | curl -q -K - 2>/dev/null)" || status=$?
  if [[ $status == 0 && $answer == 2?? ]]; then return; fi
  if [[ $status == 0 ]]; then answer="the server answered $answer"; else answer="curl ended with $status"; fi
  printf 'notify.sh: Cannot post to NOTIFY_URL: %s\n' "$answer" >&2
  exit 1
}

main "$@"
