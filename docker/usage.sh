# shellcheck shell=bash disable=SC2034,SC2154 # the variables are the caller's
# What a pod uses, read for watch.sh, which takes these functions over: each sets variables, in whole numbers. Empty
# means that there is nothing of the kind, "?" that it could not be measured.
#
#   gpu, gpu_mib   per cent, the mean of all cards, rounded up; memory of all
#   cpu, mib       per cent of one core; memory
#   net            KiB in and out since the last sample
#   typed          seconds since somebody typed at a terminal
#   sessions       of ssh, and windows of editors
#   disk           programs that wait for a disk or a file server

# The mean use in per cent, and the memory of all. A card that is cut up (MIG) has no use that could be read.
read_gpu() {
  local input use mib count=0 sum=0 card
  gpu='' gpu_mib=''
  case ${NVIDIA_VISIBLE_DEVICES-} in
    '' | void | none)
      for card in /dev/nvidia[0-9]*; do [[ -e $card ]] || return 0; done
      ;;
  esac
  gpu='?' gpu_mib='?'
  if ((asking)) && kill -0 "$asking" 2>/dev/null; then return 0; fi # the driver hangs
  exec {input}< <(exec nvidia-smi --query-gpu=utilization.gpu,memory.used --format=csv,noheader,nounits 2>/dev/null)
  asking=$!
  while IFS=', ' read -r -t 10 -u "$input" use mib; do
    [[ $use =~ ^[0-9]+$ ]] || use=-1000000
    [[ $mib =~ ^[0-9]+$ ]] || mib=0
    count=$((count + 1)) sum=$((sum + use)) gpu_mib=$((${gpu_mib#'?'} + mib))
  done
  exec {input}<&-
  kill -KILL "$asking" 2>/dev/null || asking=0
  if ((count > 0 && sum >= 0)); then gpu=$(((sum + count - 1) / count)); fi
}

# In per cent of one core since the last sample, from the container's own account (cgroup, either version).
read_cpu() {
  local key value micro='' now="${EPOCHREALTIME/[.,]/}"
  cpu='?'
  if [[ -r /sys/fs/cgroup/cpu.stat ]]; then
    while read -r key value; do
      if [[ $key == usage_usec ]]; then micro=$value; fi
    done </sys/fs/cgroup/cpu.stat
  elif { read -r value </sys/fs/cgroup/cpuacct/cpuacct.usage; } 2>/dev/null; then
    micro=$((value / 1000))
  fi
  if [[ -n $micro && -n $cpu_before ]] && ((now > cpu_time && micro >= cpu_before)); then
    cpu=$(((micro - cpu_before) * 100 / (now - cpu_time)))
  fi
  cpu_before=$micro cpu_time=$now
}

# What the kernel could take back at once is not counted.
read_memory() {
  local key value used='' reclaimable=0 directory=/sys/fs/cgroup
  mib='?'
  [[ -r $directory/memory.stat ]] || directory=/sys/fs/cgroup/memory
  { read -r used <$directory/memory.current || read -r used <$directory/memory.usage_in_bytes; } 2>/dev/null || true
  [[ -n $used ]] || return 0
  while read -r key value; do
    if [[ $key == inactive_file || $key == total_inactive_file ]]; then reclaimable=$value; fi
  done <$directory/memory.stat
  mib=$((used > reclaimable ? (used - reclaimable) / 1048576 : 0))
}

# KiB in both directions since the last sample: a slow download takes next to no processor time.
read_network() {
  local line bytes=0 word
  net='?'
  while IFS= read -r line; do
    [[ $line == *:* && ! $line =~ ^\ *lo: ]] || continue
    read -ra word <<<"${line#*:}"
    bytes=$((bytes + word[0] + word[8]))
  done </proc/net/dev
  if [[ -n $net_before ]] && ((bytes >= net_before)); then net=$(((bytes - net_before) / 1024)); fi
  net_before=$bytes
}

# Seconds since somebody typed at a terminal: the kernel notes when a program read from it. What a program writes
# there (htop, a progress bar) is no use.
read_terminals() {
  local time
  set -- /dev/pts/[0-9]*
  typed=
  [[ -e $1 ]] || return 0
  typed='?'
  while read -r time; do
    [[ $time =~ ^[0-9]+$ ]] || continue
    time=$((at > time ? at - time : 0))
    if [[ $typed == '?' || $time -lt $typed ]]; then typed=$time; fi
  done < <(stat -c %X -- "$@" 2>/dev/null)
}

# Sessions of ssh and of editors (VS Code's host for extensions is there as long as a window is), and programs that
# wait for a disk or a file server: those that copy slowly show nothing else.
read_processes() {
  local file line fields
  sessions=0 disk=0
  for file in /proc/[0-9]*/stat; do
    { IFS= read -r line <"$file"; } 2>/dev/null || continue
    read -ra fields <<<"${line##*) }"
    if [[ ${fields[3]} == "$$" ]]; then continue; fi # watch's own
    if [[ ${fields[0]} == D ]]; then disk=$((disk + 1)); fi
    if is_session "${line#*\(}" "${file%stat}cmdline"; then sessions=$((sessions + 1)); fi
  done
}

# is_session NAME-AND-MORE FILE: by the name first, since the whole command line costs another read.
is_session() {
  local words=()
  case $1 in
    'sshd) '* | 'sshd-'* | 'node) '*) { mapfile -d '' -t words <"$2"; } 2>/dev/null || true ;;
    *) return 1 ;;
  esac
  case $1 in
    node*) [[ ${words[*]-} == *'--type=extensionHost'* ]] ;;
    *) [[ ${words[*]-} != *'[listener]'* ]] ;;
  esac
}
