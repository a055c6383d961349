package social

import "time"

// How often other servers are asked for the rest of a thread that people here
// read: a thread that has just begun grows, and an old one hardly does.
const (
	GatherSoon = 5 * time.Minute
	GatherLate = 24 * time.Hour
	// gatherPart is by how much of its age a thread has to grow older first.
	gatherPart = 10
)

// GatherAgain is for how long a thread that began then need not be asked for
// again.
func GatherAgain(began, now time.Time) time.Duration {
	return min(max(now.Sub(began)/gatherPart, GatherSoon), GatherLate)
}

// OrphanFor is how long a reply waits for what it answers to come. After that
// it is a post of its own.
const OrphanFor = 7 * 24 * time.Hour
