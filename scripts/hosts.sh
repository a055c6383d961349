# Sourced, after postgres.sh. find_hosts installs what hosts inside of this
# machine are made of, and what runs on three of them, where that is allowed.

HOSTS_WHY=""

find_hosts() {
	if ! have_hosts && may_install; then
		echo "installing iproute2, iptables, PostgreSQL, Patroni, etcd and faketime for the tests"
		as_root apt-get update -qq </dev/null &&
			as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq iproute2 iptables postgresql patroni etcd-server etcd-client faketime e2fsprogs </dev/null >/dev/null || true
	fi
	if [ "$(id -u)" != 0 ]; then
		HOSTS_WHY="hosts are network namespaces, and making them needs root"
	elif ! have_hosts; then
		HOSTS_WHY="iproute2, iptables, PostgreSQL, Patroni and etcd are not all installed and may not be installed from here"
	fi
}

have_hosts() {
	command -v ip >/dev/null && command -v iptables >/dev/null && [ -n "$(find_postgres)" ] && command -v patroni >/dev/null && command -v etcd >/dev/null
}
