package as2

import "time"

// A Poll is what a post asks.
type Poll struct {
	Options  []Option
	Multiple bool
	EndTime  time.Time // zero if it does not end
	Closed   time.Time // zero if it is open, or nobody said when it ended
	IsClosed bool
	Voters   int64 // -1 if nobody told
}

// An Option is one thing to choose.
type Option struct {
	Name  string
	Votes int64 // -1 if nobody told
}

// poll is what v asks: a question by its options, whatever its type.
func (r *reader) poll(v value) *Poll {
	p := &Poll{Voters: count(v, "votersCount"), EndTime: date(v, "endTime"), Closed: date(v, "closed")}
	options := r.items(v, "oneOf", MaxOptions)
	if len(options) == 0 {
		options, p.Multiple = r.items(v, "anyOf", MaxOptions), true
	}
	for _, o := range options {
		if name := plain(r.words(o, "name")); name != "" {
			p.Options = append(p.Options, Option{name, count(o, "replies")})
		}
	}
	if len(p.Options) == 0 {
		return nil
	}
	p.IsClosed = !p.Closed.IsZero() || yes(v, "closed")
	return p
}

// An OptionDocument is something to choose in a poll of ours. Its type is Note.
type OptionDocument struct {
	Type    string        `json:"type"`
	Name    string        `json:"name"`
	Replies CountDocument `json:"replies"`
}

// A CountDocument is a collection of which only the number is told. Its type is
// Collection.
type CountDocument struct {
	Type       string `json:"type"`
	TotalItems int64  `json:"totalItems"`
}
