# What is known to be in the archive, in ARCHIVE/.mlo/manifests/PATH:
#   SHA256SUMS  for sha256sum -c, run in the archive root; no mlo needed
#   sums        the same with NUL; copy.cmp: modes, times and links; facts: files and bytes
#   source.idx, copy.idx  both sides as they were when compared equal: a file
#               that stands there unchanged, inode and change time included,
#               need not be read again by the next `archive` (verify always reads)
# No manifest lies within the tree of another: the outer takes the inner in, and
# what is archived again below it is replaced in it.

# cover KEY: in COVER the path whose manifest holds KEY, or will.
cover() {
  COVER=$1
  while [ ! -f "$MANIFESTS/$COVER/SHA256SUMS" ]; do
    case $COVER in
      */*) COVER=${COVER%/*} ;;
      *) COVER=$1 && return ;;
    esac
  done
}

# untouched: whether both sides are to the last inode what was compared equal before.
untouched() {
  cover "$KEY"
  [ "$COVER" = "$KEY" ] || return
  get "$MANIFESTS/$KEY/top"
  [ "$REPLY" = "$TOP" ] && same "$MANIFESTS/$KEY/excludes" "$WORK/excludes" || return
  unmoved "$MANIFESTS/$KEY/copy.idx" "$C" &
  left_out unmoved "$MANIFESTS/$KEY/source.idx" "$S"
  source=$?
  wait $! && [ "$source" -eq 0 ]
}

# load_manifest: WORK/old.LIST for this path, WORK/rest.LIST for what else its manifest holds.
load_manifest() {
  for list in sums copy.cmp source.idx copy.idx; do
    : >"$WORK/old.$list" && : >"$WORK/rest.$list" || die work
  done
  cover "$KEY"
  if [ "$COVER" != "$KEY" ]; then
    take_over "$MANIFESTS/$COVER" "./${KEY#"$COVER"/}" "$TOP"
  else
    find "$MANIFESTS/$KEY" -name SHA256SUMS -printf '%h\0' 2>/dev/null >"$WORK/inner" || :
    apply take_inner inner || die work
  fi
  for list in sums copy.cmp source.idx copy.idx; do
    sort_list "$list" "$WORK/old.$list"
  done
}

sort_list() {
  [ -s "$2" ] || return 0
  case $1 in
    sums) sort -z -t / -k 2 -o "$2" "$2" ;;
    *) sort -z -o "$2" "$2" ;;
  esac || die work
}

# take_inner DIRECTORY...: this path's own manifest, or those of paths within it.
take_inner() {
  for inner; do
    get "$inner/top"
    if [ "$inner" = "$MANIFESTS/$KEY" ]; then
      [ "$REPLY" = "$TOP" ] && take_over "$inner" "$TOP" "$TOP"
    else
      there=.
      [ "$REPLY" = . ] || there=./${inner##*/}
      take_over "$inner" "$there" "./${inner#"$MANIFESTS/$KEY"/}"
    fi
  done
  return 0
}

# take_over DIRECTORY THERE HERE: adds its records at THERE to WORK/old.*, named HERE; the others to WORK/rest.*.
take_over() {
  for list in sums copy.cmp source.idx copy.idx; do
    [ -f "$1/$list" ] || continue
    if [ "$1" = "$MANIFESTS/$KEY" ]; then
      cat -- "$1/$list" >>"$WORK/old.$list" || die work
      continue
    fi
    xargs -0 -r -a "$1/$list" sh "$SELF" rename "$list" "$2" "$3" >>"$WORK/old.$list" 3>>"$WORK/rest.$list" || die work
  done
}

# rename LIST THERE HERE RECORD...: records at THERE as if at HERE to stdout, the others to 3.
rename() {
  list=$1 there=$2 here=$3
  shift 3
  for record; do
    sum=''
    [ "$list" != sums ] || sum=${record%%  *}'  '
    path=${record#"$sum"}
    case $path in
      "$there" | "$there"/*) printf '%s\0' "$sum$here${path#"$there"}" ;;
      *) printf '%s\0' "$record" >&3 ;;
    esac
  done
}

# store_manifest: the lists of WORK, all compared equal, become the manifest.
store_manifest() {
  phase storing
  new_sums
  # They are not needed any more, and may be large.
  mv -- "$WORK/s.idx" "$WORK/new.source.idx" && mv -- "$WORK/c.idx" "$WORK/new.copy.idx" &&
    mv -- "$WORK/c.cmp" "$WORK/new.copy.cmp" || die work
  cover "$KEY"
  there=$TOP
  cp -- "$WORK/excludes" "$WORK/new.excludes" || die work
  if [ "$COVER" != "$KEY" ]; then
    [ ! -f "$MANIFESTS/$COVER/excludes" ] ||
      xargs -0 -r -a "$MANIFESTS/$COVER/excludes" sh "$SELF" outside "$KEY" >>"$WORK/new.excludes" || die work
    there=.
    for list in sums copy.cmp source.idx copy.idx; do
      xargs -0 -r -a "$WORK/new.$list" sh "$SELF" rename "$list" "$TOP" "./${KEY#"$COVER"/}" >>"$WORK/rest.$list" &&
        mv -- "$WORK/rest.$list" "$WORK/new.$list" || die work
      sort_list "$list" "$WORK/new.$list"
    done
  fi
  base=./$COVER
  [ "$there" = . ] || case $COVER in */*) base=./${COVER%/*} ;; *) base=. ;; esac
  returns=''
  ! escapes_returns || returns=1
  sum_lines "$base" "$WORK/new.sums" "$returns" >"$WORK/SHA256SUMS" || die work
  count "$WORK/new.sums"
  [ "$(wc -l <"$WORK/SHA256SUMS")" -eq "$REPLY" ] || die work
  tally new.copy.cmp
  put "$WORK/facts" "$REPLY
" || die work
  put_manifest "$MANIFESTS/$COVER"
}

# put_manifest DIRECTORY: first the index goes, last it comes back, so that what is
# trusted without reading was never written by halves.
put_manifest() {
  {
    mkdir -p -- "$1" && printf '%s\n' "$there" >"$1/top.new" && mv -- "$WORK/new.excludes" "$1/excludes.new" &&
      mv -- "$WORK/SHA256SUMS" "$1/SHA256SUMS.new" && mv -- "$WORK/facts" "$1/facts.new"
  } 2>>"$WORK/errors" || die archive-full
  for list in sums copy.cmp copy.idx source.idx; do
    mv -- "$WORK/new.$list" "$1/$list.new" 2>>"$WORK/errors" || die archive-full
  done
  rm -f -- "$1/source.idx"
  for list in top excludes facts sums copy.cmp copy.idx SHA256SUMS source.idx; do
    mv -f -- "$1/$list.new" "$1/$list" || die archive-full
  done
  # Taken in: see load_manifest.
  find "$1" -mindepth 1 -maxdepth 1 -type d -exec rm -rf -- {} +
}

# new_sums: what was read now over what was known, without what is gone.
new_sums() {
  regular c
  list_summed known old.sums
  make gone comm -z -23 "$WORK/known" "$WORK/c.reg"
  make void apply void gone
  make merged cat "$WORK/void" "$WORK/sum" "$WORK/old.sums"
  sort -z -s -u -t / -k 2 -o "$WORK/merged" "$WORK/merged" || die work
  take new.sums "/^$VOID  /!p" merged
  rm -- "$WORK/merged" "$WORK/sum" "$WORK/old.sums"
  # Whatever was killed on the way: a file without its sum, or a sum without its file, is no manifest.
  list_summed summed new.sums
  same "$WORK/summed" "$WORK/c.reg" || die work
}

VOID=0000000000000000000000000000000000000000000000000000000000000000

void() {
  for path; do printf '%s\0' "$VOID  $path"; done
}

# sum_lines BASE LIST RETURNS: its lines as sha256sum writes them: with a backslash before one whose
# name has a backslash or a newline escaped, and a carriage return where RETURNS says so.
sum_lines() {
  # The text of a substitution: what means something there gets a backslash.
  quoted=$(printf '%s.' "$1" | sed 's/[\\&,]/\\&/g' | sed '$!s/$/\\/')
  program='s/\\/\\\\/g;s/\n/\\n/g'
  [ -z "$3" ] || program="$program;s/\r/\\\\r/g"
  sed -z -e "s,  \./,  ${quoted%.}/," -e 't on' -e ':on' -e "$program" -e T -e 's/\`/\\/' "$2" >"$2.escaped" &&
    tr '\0' '\n' <"$2.escaped" && rm -- "$2.escaped"
}

# escapes_returns: whether this host's sha256sum does.
escapes_returns() {
  odd=$WORK/$(printf 'a\rb.')
  : >"${odd%.}" || return
  case $(sha256sum -- "${odd%.}") in \\*) return 0 ;; esac
  return 1
}
