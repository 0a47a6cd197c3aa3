# Which paths may be touched.

# open_stores: FROM and INTO become the real paths of source and destination.
open_stores() {
  real_path "$SCRATCH" || refuse scratch-absent "$SCRATCH"
  SCRATCH=$REPLY
  real_path "$ARCHIVE" || refuse archive-absent "$ARCHIVE"
  ARCHIVE=$REPLY
  STATE=$ARCHIVE/.mlo/transfers
  if [ ! -w "$ARCHIVE" ]; then
    [ "$KIND" != archive ] || refuse archive-read-only "$ARCHIVE"
    STATE=$SCRATCH/.mlo/transfers
  fi
  MANIFESTS=$ARCHIVE/.mlo/manifests
  if [ "$KIND" = restore ]; then
    FROM=$ARCHIVE INTO=$SCRATCH
  else
    FROM=$SCRATCH INTO=$ARCHIVE
  fi
  STORE=$INTO
}

# check_root PATH: PATH (relative, without dots) may be copied.
check_root() {
  excludes spares "$1"
  source_parent "$1"
  if [ ! -e "$FROM/$1" ] && [ ! -L "$FROM/$1" ]; then
    [ "$KIND" = verify ] && [ -e "$INTO/$TO$1" ] || refuse missing "$FROM/$1"
  fi
  if [ "$KIND" = archive ] && [ -L "$FROM/$1" ]; then
    refuse is-a-link "$(readlink -- "$FROM/$1")"
  fi
  destination_parent "$TO$1"
  if [ -d "$FROM/$1" ] && [ ! -L "$FROM/$1" ]; then
    if [ -L "$INTO/$TO$1" ] || { [ -e "$INTO/$TO$1" ] && [ ! -d "$INTO/$TO$1" ]; }; then
      refuse not-a-directory "$INTO/$TO$1"
    fi
  elif [ -d "$INTO/$TO$1" ] && [ ! -L "$INTO/$TO$1" ] && [ -e "$FROM/$1" ]; then
    refuse is-a-directory "$INTO/$TO$1"
  fi
  if contains "$FROM/$1" "$INTO/$TO$1" || contains "$INTO/$TO$1" "$FROM/$1" ||
    [ "$FROM/$1" -ef "$INTO/$TO$1" ]; then
    refuse same-place "$FROM/$1"
  fi
}

# A link on the way could lead into someone else's files, or change under us.
source_parent() {
  case $1 in */*) parent=$FROM/${1%/*} ;; *) parent=$FROM ;; esac
  if ! real_path "$parent"; then
    [ "$KIND" = verify ] && return
    refuse missing "$FROM/$1"
  fi
  [ "$REPLY" = "$parent" ] && return
  contains "$FROM" "$REPLY" || refuse outside "$FROM/$1"
  refuse through-link "$REPLY/${1##*/}"
}

destination_parent() {
  parent=$INTO/$1
  while parent=${parent%/*} && [ ! -d "$parent" ]; do
    if [ -e "$parent" ] || [ -L "$parent" ]; then refuse not-a-directory "$parent"; fi
  done
  real_path "$parent" && [ "$REPLY" = "$parent" ] || refuse through-link "$parent"
}

check_roots() {
  for root; do check_root "$root"; done
}
