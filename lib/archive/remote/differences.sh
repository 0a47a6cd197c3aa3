# What is told of a path: what was found equal, and each fault by its name.

# difference KIND TEXT
difference() {
  printf '%s %s\0' "$1" "$2" >>"$WORK/differences"
}

# differences KIND LIST: each record of the list, and in FAULTS that there was one.
differences() {
  [ -s "$2" ] || return 0
  xargs -0 -r -a "$2" sh "$SELF" label "$1" >>"$WORK/differences" || die work
  [ "$1" = changed ] || fault
}

fault() {
  FAULT=1 FAULTY=1
}

# equal: this path was compared, and without a fault.
equal() {
  difference equal "$1"
  EQUAL=$((EQUAL + 1))
}

label() {
  label=$1
  shift
  for record; do printf '%s %s\0' "$label" "$record"; done
}

# settle_extra: what only the copy has must be what was archived before and is no longer in the source.
settle_extra() {
  comm -z -23 "$WORK/extra" "$WORK/old.copy.cmp" >"$WORK/foreign" || die work
  differences only-copy "$WORK/foreign"
}

# tell_lost: what the manifest has and the copy has not, or not so.
tell_lost() {
  comm -z -23 "$WORK/old.copy.cmp" "$WORK/c.cmp" >"$WORK/lost" || die work
  differences lost "$WORK/lost"
  copy_has lost
}

# copy_has LIST: beside what a list names goes how the copy has it.
copy_has() {
  [ -s "$WORK/$1" ] && [ -d "$C" ] || return 0
  make has.paths apply paths "$1"
  (cd -- "$C" && apply present has.paths) >"$WORK/has" || die work
  differences copy-has "$WORK/has"
}

present() {
  for path; do
    shift
    if [ -e "$path" ] || [ -L "$path" ]; then set -- "$@" "$path"; fi
  done
  # What vanishes under our eyes is not there.
  [ $# -eq 0 ] || records "$@" 2>/dev/null || :
}

# closed RECORD...: the files that may not be read.
closed() {
  for record; do
    path=${record%%//*}
    if [ -f "$path" ] && [ ! -L "$path" ] && [ ! -r "$path" ]; then printf '%s\0' "$path"; fi
  done
}
