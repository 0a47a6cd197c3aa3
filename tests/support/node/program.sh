#!/usr/bin/env bash
# program.sh start|end DIR NAME [SIGNAL]: one program of the node in DIR. A
# program that was ended can be started again: ports and data are those of before.
#
# DIR/node.env (made by up.sh) has BIN, NODE_IP and the ports; DIR/NAME.pid is
# the program's process, DIR/NAME.log what it says.
set -euo pipefail

# Runs a program in the background, in a session of its own.
launch() {
  local name=$1
  shift
  setsid "$@" >>"$name.log" 2>&1 </dev/null 9>&- &
  echo $! >"$name.pid"
}

start_etcd() {
  launch etcd etcd --data-dir "$PWD/etcd" --unsafe-no-fsync=true \
    --listen-client-urls "http://127.0.0.1:$ETCD_PORT" \
    --advertise-client-urls "http://127.0.0.1:$ETCD_PORT" \
    --listen-peer-urls "http://127.0.0.1:$PEER_PORT" \
    --initial-advertise-peer-urls "http://127.0.0.1:$PEER_PORT" \
    --initial-cluster "default=http://127.0.0.1:$PEER_PORT"
}

start_apiserver() {
  launch apiserver "$BIN/kube-apiserver" --etcd-servers "http://127.0.0.1:$ETCD_PORT" \
    --bind-address 127.0.0.1 --secure-port "$API_PORT" --insecure-port 0 --cert-dir "$PWD/certs" \
    --service-account-issuer https://test.invalid --service-account-signing-key-file "$PWD/sa.key" \
    --service-account-key-file "$PWD/sa.key" --service-cluster-ip-range 10.96.0.0/24 \
    --token-auth-file "$PWD/tokens.csv" --authorization-mode RBAC --endpoint-reconciler-type none \
    --disable-admission-plugins ServiceAccount --allow-privileged \
    --kubelet-preferred-address-types InternalIP \
    --default-not-ready-toleration-seconds 30 --default-unreachable-toleration-seconds 30
}

start_scheduler() {
  launch scheduler "$BIN/kube-scheduler" --kubeconfig "$PWD/kubeconfig" --leader-elect=false \
    --port 0 --secure-port "$SCHEDULER_PORT" --bind-address 127.0.0.1 --cert-dir "$PWD/certs-scheduler"
}

start_controllers() {
  launch controllers "$BIN/kube-controller-manager" --kubeconfig "$PWD/kubeconfig" --leader-elect=false \
    --port 0 --secure-port "$CONTROLLERS_PORT" --bind-address 127.0.0.1 \
    --cert-dir "$PWD/certs-controllers" --service-account-private-key-file "$PWD/sa.key" \
    --node-monitor-grace-period 20s
}

start_containerd() {
  launch containerd containerd --config "$PWD/containerd.toml"
}

start_kubelet() {
  launch kubelet "$BIN/kubelet" --config "$PWD/kubelet.yaml" --kubeconfig "$PWD/kubeconfig" \
    --container-runtime=remote --container-runtime-endpoint="unix://$PWD/containerd.sock" \
    --hostname-override=node-1 --node-ip="$NODE_IP" --root-dir="$PWD/kubelet" \
    --cert-dir="$PWD/certs-kubelet" --v=2
}

# Ends a program by its process number, and waits until it is gone.
end() {
  local pid
  pid=$(cat "$1.pid" 2>/dev/null) || return 0
  kill "-$2" "$pid" 2>/dev/null || true
  for _ in {1..50}; do
    is_running "$pid" || break
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
  rm -f "$1.pid"
}

# A zombie, whose parent has not asked for it yet, has ended.
is_running() {
  local state
  state=$(ps -o state= -p "$1") || return 1
  [[ $state != Z* ]]
}

main() {
  local verb=$1 name=$3 signal=${4:-TERM}
  cd "$2"
  export PATH=$PATH:/usr/sbin:/sbin
  # shellcheck disable=SC1091 # made by up.sh
  . ./node.env
  case $verb in
    start) "start_$name" ;;
    end) end "$name" "$signal" ;;
    *) return 2 ;;
  esac
}

main "$@"
