# Takes a bundle from the standard input onto scratch: in a pod, or on a host that mounts scratch.
# Arguments: the home on scratch, the run's id, the SHA-256. Says "mlo-received SHA" when the file is whole.
set -eu
umask 077
home=$1 id=$2 sum=$3
cd -- "$home" 2>/dev/null || { echo "mlo: there is no $home" >&2; exit 66; }
directory=.mlo/code/incoming
mkdir -p -- "$directory"
# What was cut off long ago, and bundles of jobs that never came to start.
find "$directory" -type f \( -name '.in.*' -mtime +1 -o -mtime +60 \) -exec rm -f {} + || :
new=$(mktemp "$directory/.in.XXXXXX")
trap 'rm -f -- "$new"' EXIT
trap 'exit 143' HUP INT TERM
cat >"$new"
got=$(sha256sum <"$new")
[ "${got%% *}" = "$sum" ] || { echo "mlo: the snapshot has not arrived whole" >&2; exit 65; }
mv -f -- "$new" "$directory/$id.bundle"
echo "mlo-received $sum"
