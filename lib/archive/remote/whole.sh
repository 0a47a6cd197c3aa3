# Directories that the copy lacks. Rsync reads a list of names byte by byte, which costs it more than
# small files do: here it is given directories, each for the files right in it.
#   whole    PATH of those whose small files are copied so
#   given    PATH of all that were whole in any round
#   brought  records of what was copied with them and is neither in the source nor in a manifest

# Below so many files, to find out where rsync needs no names costs more than they do. (Tests set it.)
: "${MLO_MANY:=1000}"

# Of a sorted list of DIRECTORY// and DIRECTORY//NAME: the paths of those whose directory is there.
# (What G puts between them with -z is a NUL.)
HELD_OF='\,//$,{h;d};G;s,^\(.*/\)\(/[^/]*\)[\x00\n]\1/$,\1\2,;T;s,//,/,p'

# whole_directories LIST FILES: which of the directories of LIST are whole, and in needed.named those of
# the FILES of needed.small that lie in none. In one that is whole everything is needed, nothing has several
# names, and what lies in it is not so much that several workers should share it.
whole_directories() {
  : >"$WORK/whole" && : >"$WORK/whole.slashed" || die work
  if [ "$KIND" != archive ] || [ -n "$FORCE" ] || [ -s "$WORK/excludes" ] || [ "$2" -lt "$MLO_MANY" ]; then
    make needed.named cat "$WORK/needed.small"
    return
  fi
  take whole.need "$DIRECTORIES_OF" "$1"
  take whole.not "$DIRECTORIES_OF" c.cmp
  sed -z "$PARENTS_OF" "$WORK/needed.linked" >>"$WORK/whole.not" && cat "$WORK/s.shut" >>"$WORK/whole.not" || die work
  make holders sed -z "$PARENTS_OF" "$WORK/needed.small"
  sort -z -o "$WORK/holders" "$WORK/holders" || die work
  make counted uniq -z -c "$WORK/holders"
  SHARE=$(($2 / (2 * JOBS) + 32))
  export SHARE
  make whole.few apply within_share counted
  arrange whole.need whole.not
  make whole.new comm -z -23 "$WORK/whole.need" "$WORK/whole.not"
  make whole comm -z -12 "$WORK/whole.new" "$WORK/whole.few"
  derive whole.slashed whole sed -z 's,$,/,' "$WORK/whole"
  cat "$WORK/whole" >>"$WORK/given" || die work
  : >"$WORK/needed.named" || die work
  make holding uniq -z "$WORK/holders"
  make scattered comm -z -23 "$WORK/holding" "$WORK/whole"
  [ -s "$WORK/scattered" ] || return 0
  directly_in whole needed.small needed.unnamed
  make needed.named comm -z -23 "$WORK/needed.small" "$WORK/needed.unnamed"
}

# within_share "NUMBER DIRECTORY"...: the directories with at most SHARE files.
within_share() {
  for record; do
    number=${record%% .*}
    [ "${number##* }" -gt "$SHARE" ] || printf '%s\0' "${record#"$number "}"
  done
}

# directly_in DIRECTORIES LIST OUT: in OUT the paths of LIST that lie right in one of the directories.
directly_in() {
  make held.by sed -z 's,$,//,' "$WORK/$1"
  make held sed -z 's,.*/,&/,' "$WORK/$2"
  sort -z -o "$WORK/held" "$WORK/held.by" "$WORK/held" || die work
  take "$3" "$HELD_OF" held
  arrange "$3"
}

# find_brought: in `brought` the records of the copy that lie right in a directory that was given to rsync as a
# whole, and that neither the source nor a manifest has. They were in the source for a moment: what it has no longer.
find_brought() {
  : >"$WORK/brought" || die work
  [ -s "$WORK/given" ] || return 0
  make unknown comm -z -23 "$WORK/extra" "$WORK/old.copy.cmp"
  list_paths unknown.paths unknown
  directly_in given unknown.paths brought.paths
  [ -s "$WORK/brought.paths" ] || return 0
  (cd -- "$C" && apply present brought.paths) >"$WORK/brought.now" || die work
  arrange brought.now
  make brought comm -z -12 "$WORK/unknown" "$WORK/brought.now"
}
