# Reading everything again, and removing what was proved to be safe.

# against_manifest: the sums of the archive's side against those it was archived with.
against_manifest() {
  side=c
  [ "$KIND" != restore ] || side=s
  sort -z "$WORK/$side.sum" >"$WORK/sums.now" && sort -z "$WORK/old.sums" >"$WORK/sums.then" || die work
  make other.sums comm -z -23 "$WORK/sums.now" "$WORK/sums.then"
  list_summed other other.sums
  list_summed known old.sums
  make rotten comm -z -12 "$WORK/known" "$WORK/other"
  differences manifest "$WORK/rotten"
}

# verify_root: reads everything afresh, and trusts nothing but the manifest.
verify_root() {
  cover "$KEY"
  if [ ! -f "$MANIFESTS/$COVER/SHA256SUMS" ]; then
    difference no-manifest "$ROOT"
    fault
  fi
  phase listing
  leave_out_archived
  list_both
  load_manifest
  phase comparing
  compare_lists
  make hash comm -z -12 "$WORK/s.reg" "$WORK/c.reg"
  cp -- "$WORK/s.reg" "$WORK/s.hash" && cp -- "$WORK/c.reg" "$WORK/c.hash" || die work
  hash_all
  compare_sums
  : >"$WORK/unread" || die work
  for side in s c; do
    list_summed read "$side.sum"
    comm -z -23 "$WORK/$side.reg" "$WORK/read" >>"$WORK/unread" || die work
  done
  if look_again; then differences restless "$WORK/moved"; fi
  if source_absent; then
    difference source-absent "$ROOT"
  else
    differences only-source "$WORK/need"
    copy_has need
    differences content "$WORK/unequal"
  fi
  differences link "$WORK/links"
  differences tied "$WORK/tied"
  differences unread "$WORK/unread"
  settle_extra
  against_manifest
  tell_lost
  root_is_equal || return 0
  tally "$WORK/c.cmp" >"$WORK/facts" || die work
  get "$WORK/facts"
  equal "$REPLY"
}

# intact: before anything is removed from the source, whether the copy still is what its
# manifest says; what is not is named, and neither mended nor trusted in the same breath.
intact() {
  [ -s "$WORK/old.copy.cmp" ] || return 0
  phase comparing
  compare_links
  differences link "$WORK/links"
  differences tied "$WORK/tied"
  tell_lost
  comm -z -13 "$WORK/old.copy.cmp" "$WORK/c.cmp" >"$WORK/foreign" || die work
  differences only-copy "$WORK/foreign"
  cp -- "$WORK/c.reg" "$WORK/c.hash" && : >"$WORK/s.hash" || die work
  hash_all
  list_summed read c.sum
  make unread comm -z -23 "$WORK/c.reg" "$WORK/read"
  differences unread "$WORK/unread"
  against_manifest
  root_is_equal
}

source_absent() {
  [ ! -e "$S/$TOP" ] && [ ! -L "$S/$TOP" ]
}

# remove_root: the source as it was verified, and only if it still is that to the last change time.
remove_root() {
  phase removing
  cover "$KEY"
  leave_out_archived
  list_source
  if ! same "$WORK/s.idx" "$WORK/removable.$NUMBER"; then
    difference not-removed "$ROOT"
    fault
    return
  fi
  cp -- "$WORK/removable.cmp.$NUMBER" "$WORK/removable" || die work
  (
    cd -- "$S" || exit
    xargs -0 -r -a "$WORK/removable" sh "$SELF" directories >"$WORK/leaving" || exit
    xargs -0 -r -a "$WORK/leaving" chmod u+rwx -- || exit
    xargs -0 -r -a "$WORK/removable" sh "$SELF" not_directories >"$WORK/files" || exit
    xargs -0 -r -a "$WORK/files" rm -f -- || exit
    sort -z -r "$WORK/leaving" | xargs -0 -r rmdir --ignore-fail-on-non-empty -- 2>/dev/null
  )
  [ "$TOP" != . ] || rmdir --ignore-fail-on-non-empty -- "$S"
  : >"$WORK/left" || die work
  [ ! -d "$S" ] || (cd -- "$S" && apply still_there removable) >"$WORK/left" || die work
  if [ -s "$WORK/left" ]; then
    difference not-removed "$ROOT"
    fault
  else
    difference removed "$ROOT"
  fi
}

still_there() {
  for record; do
    path=${record%%//*}
    case ${record#"$path"//} in
      d*) ;;
      *) if [ -e "$path" ] || [ -L "$path" ]; then echo yes; fi ;;
    esac
  done
}

not_directories() {
  for record; do
    path=${record%%//*}
    case ${record#"$path"//} in d*) ;; *) printf '%s\0' "$path" ;; esac
  done
}
