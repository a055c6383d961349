package replica

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"time"
)

const (
	// DrillEvery is how often a house drills by itself.
	DrillEvery = 24 * time.Hour
	// firstDrill is when, after copies were set up.
	firstDrill = 10 * time.Minute

	drillFile   = "drill.json"
	requestFile = "drill.request"
	// requestEvery is how often we look whether somebody wants one.
	requestEvery = time.Second
)

// Drills is what the last drill found.
type Drills struct {
	At     time.Time `json:"at"` // when it began
	All    bool      `json:"all"`
	Copies []Drilled `json:"copies"`
	Fault  string    `json:"fault,omitempty"` // why there was none
}

// OK reports whether everything was as it should be.
func (d Drills) OK() bool {
	for _, c := range d.Copies {
		if !c.Restored || len(c.Wrong) > 0 {
			return false
		}
	}
	return d.Fault == "" && len(d.Copies) > 0
}

// ReadDrills is what the last drill of a data folder found, or an error of kind
// NotFound.
func ReadDrills(dir string) (Drills, error) {
	return keptFile[Drills](dir, drillFile, "There was no drill yet.")
}

// AskForDrill has the house that serves from a data folder drill now.
func AskForDrill(dir string, all bool) error {
	return keepFile(dir, requestFile, Drills{All: all}, false)
}

// drills drills every night, and when somebody asks for it.
func (r *Replica) drills(ctx context.Context) {
	last, err := ReadDrills(r.Dir)
	next := last.At.Add(DrillEvery)
	if err != nil {
		next = r.began.Add(firstDrill)
	}
	for ctx.Err() == nil && r.fault() == nil {
		asked, all := r.asked()
		if now := time.Now(); asked || now.After(next) {
			r.drillNow(ctx, all)
			next = now.Add(DrillEvery)
		}
		pause(ctx, requestEvery)
	}
}

// asked reports whether somebody wants a drill, and all to be read in it.
func (r *Replica) asked() (asked, all bool) {
	path := filepath.Join(r.Dir, requestFile)
	b, err := os.ReadFile(path)
	if err != nil {
		return false, false
	}
	var d Drills
	return json.Unmarshal(b, &d) == nil && os.Remove(path) == nil, d.All
}

func (r *Replica) drillNow(ctx context.Context, all bool) {
	d := Drills{At: time.Now().UTC(), All: all}
	var err error
	if d.Copies, err = r.Drill(ctx, r.Opens, all); err != nil {
		d.Fault = err.Error()
	}
	if ctx.Err() != nil {
		return
	}
	if err := keepFile(r.Dir, drillFile, d, true); err != nil {
		r.Log.WarnContext(ctx, "what the drill found cannot be written down", "err", err)
	}
	if d.OK() {
		r.Log.InfoContext(ctx, "every copy was brought back and is the same as here", "copies", len(d.Copies), "took", time.Since(d.At))
		return
	}
	for _, c := range d.Copies {
		for _, w := range c.Wrong {
			r.Log.ErrorContext(ctx, "A COPY IS NOT WHAT IT SHOULD BE", "replica", c.Place, "what", w)
		}
	}
}
