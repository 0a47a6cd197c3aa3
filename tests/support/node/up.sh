#!/usr/bin/env bash
# up.sh DIR BIN IMAGES: a real cluster of one node: etcd, kube-apiserver,
# scheduler, controllers, containerd and kubelet, everything on loopback.
#
# BIN has what build.sh made, IMAGES is a Docker archive with localhost/pause:1
# and the images of the pods. Leaves DIR/kubeconfig and what program.sh needs.
# The node's address stands on lo, since a kubelet refuses 127.0.0.1: one node
# at a time on a machine, which is the caller's to see to.
set -euo pipefail

NODE_IP=10.99.0.1
# What a kubelet sets for itself, and ip_forward, which the pods' network sets.
readonly SYSCTLS=(vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops
  kernel.keys.root_maxkeys kernel.keys.root_maxbytes net.ipv4.ip_forward)

HERE=$(dirname "$(readlink -f "$0")")

start() {
  "$HERE/program.sh" start "$PWD" "$1"
}

free_ports() {
  python3 -c '
import socket, sys
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(one.getsockname()[1] for one in held))' "$1"
}

# Waits until a command succeeds: wait_for SECONDS WHAT COMMAND…
wait_for() {
  local left=$(($1 * 5)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((left-- > 0)) || {
      printf 'waited in vain for %s, see %s\n' "$what" "$PWD" >&2
      tail -n 5 ./*.log >&2
      return 1
    }
    sleep 0.2
  done
}

write_settings() {
  local etcd peer api scheduler controllers
  sysctl "${SYSCTLS[@]}" >sysctl.before
  find /run/netns /run/containerd /var/lib/{cni,kubelet} /var/log/{pods,containers} \
    -type d >directories.before 2>/dev/null || true
  ls /run/netns /var/lib/cni/results >networks.before 2>/dev/null || true
  read -r etcd peer api scheduler controllers < <(free_ports 5)
  cat >node.env <<END
BIN=$1
NODE_IP=$NODE_IP
ETCD_PORT=$etcd
PEER_PORT=$peer
API_PORT=$api
SCHEDULER_PORT=$scheduler
CONTROLLERS_PORT=$controllers
END
  openssl genrsa -out sa.key 2048 2>/dev/null
  printf 'admintoken,admin,1,system:masters\nusertoken,alice,2\n' >tokens.csv
}

# Debian's containerd with a root, a state and a socket of its own.
write_runtime() {
  mkdir -p cni
  cat >containerd.toml <<END
version = 2
root = "$PWD/containerd/root"
state = "$PWD/containerd/state"
[grpc]
  address = "$PWD/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$PWD/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  # A machine without CAP_SYS_RESOURCE refuses runc the score that it wants.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$PWD/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
END
  cat >cni/10-node.conflist <<END
{"cniVersion": "0.4.0", "name": "node", "plugins": [{"type": "ptp", "ipMasq": false,
  "ipam": {"type": "host-local", "dataDir": "$PWD/ipam", "ranges": [[{"subnet": "10.99.1.0/24"}]]}}]}
END
}

write_kubelet() {
  mkdir -p volplugins
  cat >kubelet.yaml <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $NODE_IP
port: 10250
readOnlyPort: 0
healthzPort: 0
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
cgroupDriver: cgroupfs
cgroupsPerQOS: false
enforceNodeAllocatable: []
failSwapOn: false
makeIPTablesUtilChains: false
evictionHard: {nodefs.available: 500Mi, imagefs.available: 500Mi, memory.available: 100Mi}
containerLogMaxSize: 1Mi
containerLogMaxFiles: 3
nodeStatusUpdateFrequency: 5s
volumePluginDir: $PWD/volplugins
resolvConf: ""
clusterDNS: [10.96.0.10]
END
}

runtime() {
  ctr --address "$PWD/containerd.sock" --namespace k8s.io "$@"
}

start_runtime() {
  write_runtime
  start containerd
  wait_for 30 containerd runtime version
  runtime images import "$1" >/dev/null
}

api_is_ready() {
  curl -sf --cacert certs/apiserver.crt -H 'Authorization: Bearer admintoken' "https://127.0.0.1:$API_PORT/readyz"
}

write_kubeconfig() {
  local user
  export KUBECONFIG=$PWD/kubeconfig
  kubectl config set-cluster node --server "https://127.0.0.1:$API_PORT" \
    --certificate-authority certs/apiserver.crt --embed-certs
  kubectl config set-credentials admin --token admintoken
  kubectl config set-credentials alice --token usertoken
  for user in admin alice; do
    kubectl config set-context "$user" --cluster node --user "$user"
  done
  kubectl config use-context admin
}

# GPUs that are none: the scheduler counts them as if they were.
advertise_gpus() {
  curl -sf --cacert certs/apiserver.crt -H 'Authorization: Bearer admintoken' \
    -X PATCH -H 'Content-Type: application/strategic-merge-patch+json' \
    -d '{"status":{"capacity":{"nvidia.com/gpu":"2"}}}' \
    "https://127.0.0.1:$API_PORT/api/v1/nodes/node-1/status"
}

node_is_ready() {
  kubectl wait --for=condition=Ready node/node-1 --timeout=1s
}

main() {
  local bin images=$3
  bin=$(readlink -f "$2")
  mkdir -p "$1"
  cd "$1"
  export PATH=$PATH:/usr/sbin:/sbin
  write_settings "$bin"
  # shellcheck disable=SC1091 # made above
  . ./node.env
  ip address add "$NODE_IP/32" dev lo
  start etcd
  start apiserver
  start_runtime "$images"
  wait_for 60 kube-apiserver api_is_ready
  write_kubeconfig >/dev/null
  start scheduler
  start controllers
  write_kubelet
  start kubelet
  wait_for 120 'the node' node_is_ready
  wait_for 10 'the GPUs' advertise_gpus
}

main "$@"
