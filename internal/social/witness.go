package social

import "time"

// A Watched log is one of others that we witness.
type Watched struct {
	Origin string
	Key    string // by which it is verified (C2SP signed-note)
	Size   int64  // of the last checkpoint we saw
	Root   string // of that, in base64
	Seen   time.Time
}

// A Witness sees our log, so that we cannot show different ones to different
// people.
type Witness struct {
	Name  string
	Key   string // by which its signature is verified
	URL   string // below which it takes checkpoints (C2SP tlog-witness)
	Size  int64  // of the last checkpoint it signed
	Seen  time.Time
	Fault string // why it did not sign the last, empty if it did
}

// How many logs are watched, and how many watch ours, at most.
const (
	MaxWatched   = 1000
	MaxWitnesses = 20
)
