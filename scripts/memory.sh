# Sourced. find_memory has what the tests write be on a file system in memory, if
# there is one with room: they commit thousands of times, and wait for the disk
# most of the time. What a killed process leaves is there as on a disk; what a
# power cut leaves is not for these tests to show.

MEMORY=""
MEMORY_ROOM=4000000 # KB

find_memory() {
	local free
	free=$(df -k --output=avail /dev/shm 2>/dev/null | tail -n 1) || return 0
	[ -w /dev/shm ] && [ "${free:-0}" -gt "$MEMORY_ROOM" ] || return 0
	MEMORY=/dev/shm
	export GOTMPDIR=${GOTMPDIR:-${TMPDIR:-/tmp}}
	TMPDIR=$(mktemp -d "$MEMORY/plaza-test.XXXXXX")
	export TMPDIR
	chmod 755 "$TMPDIR"
}

forget_memory() { [ -z "$MEMORY" ] || rm -rf "$TMPDIR"; }
