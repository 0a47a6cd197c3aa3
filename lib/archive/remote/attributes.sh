# ACLs and extended attributes. No program of the host prints them everywhere; rsync tells where two sides differ.
#   acl, xattr  PATH//TYPE of what both sides have, where the copy has others than the source

# kept_attributes: in KEEP the options for ACLs and extended attributes, where this rsync has them.
kept_attributes() {
  rsync --version >"$WORK/rsync" 2>>"$WORK/errors" || return
  can=$(tr ',\n' '  ' <"$WORK/rsync")
  case $can in *' no ACLs '*) ;; *' ACLs '*) KEEP=-A ;; esac
  case $can in *' no xattrs '*) ;; *' xattrs '*) KEEP="$KEEP -X" ;; esac
  [ "$KEEP" = '-A -X' ] || difference unkept "$(head -n 1 "$WORK/rsync")"
}

# compare_attributes LIST: of the records of LIST, which both sides have.
compare_attributes() {
  : >"$WORK/acl" && : >"$WORK/xattr" || die work
  [ -n "$KEEP" ] && [ -s "$WORK/$1" ] || return 0
  list_paths dressed "$1"
  make top printf '.\0'
  make below comm -z -13 "$WORK/top" "$WORK/dressed"
  whole=''
  [ "$TOP" != . ] || same "$WORK/below" "$WORK/dressed" || whole=1
  dress "$whole" >"$WORK/dress" 2>>"$WORK/errors"
  sed -n 's/^.........a. //p' "$WORK/dress" >"$WORK/acl.lines" &&
    sed -n 's/^..........x //p' "$WORK/dress" >"$WORK/xattr.lines" || die work
  for list in acl xattr; do
    unquoted "$WORK/$list.lines" >"$WORK/$list" || die work
    arrange "$list"
  done
}

# dress WHOLE: what rsync would change, as its itemized lines. To rsync `.` in a list means all that is in it.
dress() {
  # shellcheck disable=SC2086 # options
  set -- "$1" -a $KEEP --numeric-ids --dry-run --8-bit-output --out-format='%i %n'
  cd -- "$S" || return
  whole=$1
  shift
  rsync "$@" --from0 --no-implied-dirs --files-from="$WORK/below" -- . "$C/"
  [ -z "$whole" ] || rsync "$@" --dirs --exclude='*' -- ./ "$C/"
}

# unquoted FILE: the records of the lines of FILE; rsync writes \#ooo for what is not printable.
unquoted() {
  sed -e 's/\\\(#[0-7]\{3\}\)/\x01\1/g' -e 's/\\/\\\\/g' -e 's/\x01#/\\0/g' "$1" >"$1.quoted" || return
  while IFS= read -r line; do
    case $line in
      ./) printf './/d \0' ;;
      */) printf './%b//d \0' "${line%/}" ;;
      *) printf './%b//f\0' "$line" ;;
    esac
  done <"$1.quoted"
}

# untold_attributes: in `undressed` what is to be copied for its attributes alone: of what is equal
# otherwise, only what was touched since it was compared. What rsync copies gets its attributes anyway.
untold_attributes() {
  : >"$WORK/undressed" || die work
  [ "$KIND" = archive ] || return 0
  make alike comm -z -12 "$WORK/s.cmp" "$WORK/c.cmp"
  if [ -s "$WORK/old.source.idx" ]; then
    find_fresh
    mv -- "$WORK/alike" "$WORK/old.alike" || die work
    make alike comm -z -12 "$WORK/old.alike" "$WORK/fresh"
  fi
  compare_attributes alike
  make undressed cat "$WORK/acl" "$WORK/xattr"
  arrange undressed
}

# tell_attributes: what differs is a fault, unless the copy's file system cannot hold it.
tell_attributes() {
  make alike comm -z -12 "$WORK/s.cmp" "$WORK/c.cmp"
  compare_attributes alike
  for list in acl xattr; do
    [ -s "$WORK/$list" ] || continue
    if holds "$list"; then
      list_paths "$list.paths" "$list"
      differences "$list" "$WORK/$list.paths"
    else
      note_first "no-$list" "$list"
    fi
  done
}

# holds LIST: whether what lies beside the copy can be given what the first of the list has.
holds() {
  make first head -z -n 1 "$WORK/$1"
  path=$(sed -z "$PATHS_OF" "$WORK/first" | tr -d '\0' && printf .)
  path=$S/${path%.}
  rm -rf -- "$WORK/probe"
  if [ -d "$path" ]; then
    # shellcheck disable=SC2086 # options
    mkdir -- "$WORK/probe" && rsync -a $KEEP --numeric-ids --dirs --exclude='*' -- "$path/" "$WORK/probe/"
  else
    cp --attributes-only --preserve=mode,xattr -- "$path" "$WORK/probe"
  fi 2>/dev/null
}
