#!/usr/bin/env bash
# down.sh DIR: ends what up.sh DIR started, the pods' containers first, and
# takes away its mounts, its address, its network and its settings of the
# kernel. Each step goes on where a step before it found nothing left to do.
set -euo pipefail

HERE=$(dirname "$(readlink -f "$0")")
readonly NODE_IP=10.99.0.1

end() {
  "$HERE/program.sh" end "$PWD" "$1"
}

# A runtime that has been ended would be waited for.
runtime() {
  [[ -e containerd.pid ]] || return 0
  ctr --address "$PWD/containerd.sock" --namespace k8s.io "$@" 2>/dev/null
}

# The sandboxes of pods are containers as well.
end_containers() {
  local one
  for one in $(runtime task list --quiet); do
    runtime task kill --all --signal SIGKILL "$one" || true
  done
  for one in $(runtime task list --quiet); do
    runtime task delete --force "$one" >/dev/null || true
  done
  for one in $(runtime container list --quiet); do
    runtime container delete "$one" || true
  done
  end_shims
}

shims() {
  pgrep -f "containerd-shim-runc-v2 .*-address $PWD/containerd.sock"
}

# The runtime's own processes go by themselves when their pods are gone. One
# that does not is killed, and leaves a socket.
end_shims() {
  local pid
  for _ in {1..50}; do
    shims >/dev/null || return 0
    sleep 0.2
  done
  for pid in $(shims); do
    ss --no-header --listening --unix --processes |
      grep "pid=$pid," | grep -oE '/run/containerd/s/[0-9a-f]+' | xargs -r rm -f
    kill -KILL "$pid" 2>/dev/null || true
  done
}

# Mounts of containers and volumes, and the networks of this node's pods.
unmount() {
  local target
  while read -r target; do
    umount --lazy "$target" || true
  done < <(awk -v own="$PWD/" 'index($2, own) == 1 { print $2 }' /proc/mounts | sort -r)
  for target in /run/netns/cni-* /var/lib/cni/results/*; do
    [[ -e $target ]] || continue
    ! grep -qxF "${target##*/}" networks.before || continue
    umount --lazy "$target" 2>/dev/null || true
    rm -f "$target"
  done
}

remove_traces() {
  local name
  ip address del "$NODE_IP/32" dev lo 2>/dev/null || true
  rm -rf /var/log/pods/{runai-,default_}*
  rm -f /var/lib/kubelet/device-plugins/{DEPRECATION,kubelet.sock,kubelet_internal_checkpoint}
  find /var/log/containers -xtype l -delete 2>/dev/null || true
  find /sys/fs/cgroup -depth -type d -path '*/k8s.io*' -exec rmdir {} + 2>/dev/null || true
  # What was not there before and is empty now.
  for name in /var/lib/cni/results /var/lib/cni /var/log/pods /var/log/containers \
    /run/netns /run/containerd/{s,fifo,runc/k8s.io,runc,} /var/lib/kubelet/{device-plugins,}; do
    ! grep -qxF "${name%/}" directories.before || continue
    rmdir "$name" 2>/dev/null || true
  done
}

restore_sysctls() {
  [[ -f sysctl.before ]] || return 0
  sed 's/ = /=/' sysctl.before | while read -r setting; do
    sysctl --quiet --write "$setting" || true
  done
}

main() {
  local name
  cd "$1"
  export PATH=$PATH:/usr/sbin:/sbin
  for name in kubelet scheduler controllers apiserver etcd; do
    end "$name"
  done
  end_containers
  end containerd
  unmount
  remove_traces
  restore_sysctls
}

main "$@"
