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

# note_first KIND LIST: something worth a word that is no fault: how many records the list has, and the first few.
note_first() {
  [ -s "$WORK/$2" ] || return 0
  count "$WORK/$2"
  difference "note-$1" "$REPLY"
  head -z -n 20 -- "$WORK/$2" >"$WORK/noted" || die work
  xargs -0 -r -a "$WORK/noted" sh "$SELF" label "noted-$1" >>"$WORK/differences" || die work
}

# settle_extra: what only the copy has must be what was archived before, or brought over now, and is no
# longer in the source. That is kept, and said.
settle_extra() {
  make known.cmp sort -z -m "$WORK/old.copy.cmp" "$WORK/brought"
  make unknown comm -z -23 "$WORK/extra" "$WORK/known.cmp"
  differences only-copy "$WORK/unknown"
  make archived comm -z -12 "$WORK/extra" "$WORK/known.cmp"
  [ -s "$WORK/archived" ] && ! source_absent || return 0
  list_paths archived.paths archived
  list_paths source.paths s.cmp
  make kept comm -z -23 "$WORK/archived.paths" "$WORK/source.paths"
  note_first kept kept
}

# tell_reasons: what rsync and the file system said, for the paths it concerns. Of a path that was
# found equal nothing is left to explain.
tell_reasons() {
  if root_is_equal; then
    grep -aE -e 'acl|xattr' -- "$WORK/errors" >"$WORK/said" || return 0
  else
    cp -- "$WORK/errors" "$WORK/said" || return 0
  fi
  sort -u "$WORK/said" | head -n 300 | tr '\n' '\0' >"$WORK/said.first"
  xargs -0 -r -a "$WORK/said.first" sh "$SELF" label said >>"$WORK/differences" || die work
}

# find_outside: WORK/outer has one name of each file that has more names than this path holds.
find_outside() {
  : >"$WORK/outer" || die work
  [ -s "$WORK/s.hl" ] || return 0
  sort -z -t / -k 1,1 -k 3 "$WORK/s.hl" >"$WORK/hl" && sort -z -s -u -t / -k 1,1 "$WORK/hl" >"$WORK/first" || die work
  make inodes cut -z -d / -f 1 "$WORK/hl"
  make counted uniq -z -c "$WORK/inodes"
  make outside apply fewer counted
  make outer.first join -z -t / "$WORK/outside" "$WORK/first"
  make outer cut -z -d / -f 3- "$WORK/outer.first"
}

# fewer "NUMBER DEVICE:INODE:LINKS"...: the second of those whose number is less than their links.
fewer() {
  for record; do
    inode=${record##* }
    number=${record% *}
    [ "${number##* }" -ge "${inode##*:}" ] || printf '%s\0' "$inode"
  done
}

# tell_lost: what the manifest has and the copy has not, or not so.
tell_lost() {
  make lost comm -z -23 "$WORK/old.copy.cmp" "$WORK/c.cmp"
  hide_below "$WORK/c.shut" lost
  differences lost "$WORK/lost"
  copy_has lost
}

# copy_has LIST: beside what a list names goes how the copy has it.
copy_has() {
  [ -s "$WORK/$1" ] && [ -d "$C" ] || return 0
  make has.paths sed -z "$PATHS_OF" "$WORK/$1"
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
