# Reading everything again, and removing what was proved to be safe.

# against_manifest: the sums of the archive's side against those it was archived with.
against_manifest() {
  make sums.now sort -z "$WORK/sum"
  make sums.then sort -z "$WORK/old.sums"
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
  : >"$WORK/brought" || die work
  room_for_lists
  phase comparing
  compare_lists
  for side in s c; do take "$side.sized" "$SIZED_OF" "$side.cmp"; done
  make pairs comm -z -12 "$WORK/s.sized" "$WORK/c.sized"
  make alone comm -z -13 "$WORK/s.sized" "$WORK/c.sized"
  read_files
  tell_attributes
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
  differences unread "$WORK/unhashed"
  differences closed "$WORK/s.shut"
  differences shut "$WORK/c.shut"
  settle_extra
  against_manifest
  tell_lost
  root_is_equal || return 0
  # Where the source is gone, what was compared is the copy with its manifest.
  if source_absent; then tally c.cmp; else tally s.cmp; fi
  equal "$REPLY"
}

# intact: before anything is removed from the source, whether the copy still is what its
# manifest says; what is not is named, and neither mended nor trusted in the same breath.
intact() {
  [ -s "$WORK/old.copy.cmp" ] || return 0
  phase comparing
  compare_lists
  differences link "$WORK/links"
  differences tied "$WORK/tied"
  differences shut "$WORK/c.shut"
  tell_lost
  make unknown comm -z -13 "$WORK/old.copy.cmp" "$WORK/c.cmp"
  differences only-copy "$WORK/unknown"
  : >"$WORK/pairs" || die work
  take alone "$SIZED_OF" c.cmp
  read_files
  differences unread "$WORK/unhashed"
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
  make removable sed -z "$FACTS_OF" "$WORK/removable.$NUMBER"
  take leaving "$DIRECTORIES_OF" removable
  take files "$OTHERS_OF" removable
  make leaving.last sort -z -r "$WORK/leaving"
  # No program removes the directory that it is in by that name.
  take leaving.below '/^\.$/!p' leaving.last
  : >"$WORK/errors" || die work
  (
    cd -- "$S" || exit
    # What cannot be changed or removed keeps nothing else from it, and is named below.
    xargs -0 -r -a "$WORK/leaving" chmod u+rwx --
    xargs -0 -r -a "$WORK/files" rm -f --
    xargs -0 -r -a "$WORK/leaving.below" rmdir --ignore-fail-on-non-empty --
  ) 2>>"$WORK/errors"
  [ "$TOP" != . ] || rmdir --ignore-fail-on-non-empty -- "$S" 2>>"$WORK/errors"
  : >"$WORK/left" && : >"$WORK/kept" || die work
  if [ -d "$S" ]; then
    (cd -- "$S" && apply still_there files && apply empty leaving) >"$WORK/left" || die work
    (cd -- "$S" && apply still_there leaving) >"$WORK/kept" || die work
  fi
  if [ -s "$WORK/left" ]; then
    differences not-removed-path "$WORK/left"
    fault
  else
    difference removed "$ROOT"
    note_first left_out kept
  fi
  tell_reasons
}

# still_there PATH...: those that are.
still_there() {
  for path; do if [ -e "$path" ] || [ -L "$path" ]; then printf '%s\0' "$path"; fi; done
}

# empty DIRECTORY...: those that are there with nothing in them: they should be gone.
empty() {
  for path; do
    [ ! -d "$path" ] || [ -n "$(find "$path" -mindepth 1 -maxdepth 1 -printf x -quit)" ] || printf '%s\0' "$path"
  done
}
