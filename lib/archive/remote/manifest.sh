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
    xargs -0 -r -a "$WORK/inner" sh "$SELF" take_inner || die work
  fi
  for list in sums copy.cmp source.idx copy.idx; do
    sort_list "$list" "$WORK/old.$list"
  done
}

sort_list() {
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
  cp -- "$WORK/s.idx" "$WORK/new.source.idx" && cp -- "$WORK/c.idx" "$WORK/new.copy.idx" &&
    cp -- "$WORK/c.cmp" "$WORK/new.copy.cmp" || die work
  new_sums
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
  odd=$(cd -- "$WORK" && : >"$(printf 'a\rb')" && sha256sum -- "$(printf 'a\rb')" | cut -c 1)
  xargs -0 -r -a "$WORK/new.sums" sh "$SELF" sum_lines "$base" "$odd" >"$WORK/SHA256SUMS" || die work
  tally "$WORK/new.copy.cmp" >"$WORK/facts" || die work
  put_manifest "$MANIFESTS/$COVER"
}

# put_manifest DIRECTORY: first the index goes, last it comes back, so that what is
# trusted without reading was never written by halves.
put_manifest() {
  mkdir -p -- "$1" || die archive-full
  printf '%s\n' "$there" >"$1/top.new" && cp -- "$WORK/new.excludes" "$1/excludes.new" || die archive-full
  for list in sums copy.cmp copy.idx source.idx; do
    cp -- "$WORK/new.$list" "$1/$list.new" || die archive-full
  done
  cp -- "$WORK/SHA256SUMS" "$1/SHA256SUMS.new" && cp -- "$WORK/facts" "$1/facts.new" || die archive-full
  rm -f -- "$1/source.idx"
  for list in top excludes facts sums copy.cmp copy.idx SHA256SUMS source.idx; do
    mv -f -- "$1/$list.new" "$1/$list" || die archive-full
  done
  # Taken in: see load_manifest.
  find "$1" -mindepth 1 -maxdepth 1 -type d -exec rm -rf -- {} +
}

# new_sums: what was read now over what was known, without what is gone.
new_sums() {
  list_summed known old.sums
  comm -z -23 "$WORK/known" "$WORK/c.reg" >"$WORK/gone" || die work
  xargs -0 -r -a "$WORK/gone" sh "$SELF" void >"$WORK/void" || die work
  make merged cat "$WORK/void" "$WORK/c.sum" "$WORK/old.sums"
  sort -z -s -u -t / -k 2 -o "$WORK/merged" "$WORK/merged" || die work
  xargs -0 -r -a "$WORK/merged" sh "$SELF" not_void >"$WORK/new.sums" || die work
  # Whatever was killed on the way: a file without its sum, or a sum without its file, is no manifest.
  list_summed summed new.sums
  same "$WORK/summed" "$WORK/c.reg" || die work
}

VOID=0000000000000000000000000000000000000000000000000000000000000000

void() {
  for path; do printf '%s\0' "$VOID  $path"; done
}

not_void() {
  for record; do
    case $record in "$VOID"*) ;; *) printf '%s\0' "$record" ;; esac
  done
}

# sum_lines BASE ESCAPES "HASH  PATH"...: lines as sha256sum writes them. Newer ones escape a
# carriage return too: ESCAPES is then a backslash.
sum_lines() {
  base=$1 newline='
' return=''
  [ "$2" != \\ ] || return=$(printf '\r')
  shift 2
  for record; do
    path=$base/${record#*  ./}
    case $path in
      *\\* | *"$newline"*) escaped=1 ;;
      *) escaped='' && [ -n "$return" ] && case $path in *"$return"*) escaped=1 ;; esac ;;
    esac
    if [ -z "$escaped" ]; then
      printf '%s  %s\n' "${record%%  *}" "$path"
      continue
    fi
    printf '\\%s  ' "${record%%  *}"
    while [ -n "$path" ]; do
      rest=${path#?}
      case $path in
        \\*) printf '\\\\' ;;
        "$newline"*) printf '\\n' ;;
        "$return"*) if [ -n "$return" ]; then printf '\\r'; else printf '%s' "${path%"$rest"}"; fi ;;
        *) printf '%s' "${path%"$rest"}" ;;
      esac
      path=$rest
    done
    printf '\n'
  done
}

# tally LIST: number and bytes of its regular files.
tally() {
  files=0 bytes=0
  xargs -0 -r -a "$1" sh "$SELF" tally_some >"$WORK/tally" || return
  while read -r some more; do files=$((files + some)) bytes=$((bytes + more)); done <"$WORK/tally"
  echo "$files $bytes"
}

tally_some() {
  files=0 bytes=0
  for record; do
    facts=${record#*//}
    case $facts in
      f*)
        facts=${facts#* * }
        files=$((files + 1)) bytes=$((bytes + ${facts%% *}))
        ;;
    esac
  done
  echo "$files $bytes"
}
