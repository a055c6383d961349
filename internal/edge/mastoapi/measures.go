package mastoapi

import (
	"fmt"
	"runtime"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/measures"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/admin/measures/, …/dimensions/, …/retention/
func (a *API) measureRoutes() {
	a.do("POST /api/v1/admin/measures", staff(Moderator, "admin:read"), a.measures)
	a.do("POST /api/v1/admin/dimensions", staff(Moderator, "admin:read"), a.dimensions)
	a.do("POST /api/v1/admin/retention", staff(Moderator, "admin:read"), a.retention)
}

var errDay = errs.New(errs.Invalid, "A day is given as 2026-12-24, or with a time behind it.")

// moment is a parameter that is a day or a moment.
func (q *request) moment(name string, otherwise time.Time) (time.Time, error) {
	s := q.str(name)
	if s == "" {
		return otherwise, nil
	}
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(form, s); err == nil {
			return at, nil
		}
	}
	return otherwise, errDay
}

// days is the time that is asked for: without one, the last thirty days.
func (a *API) days(q *request) (d measures.Days, err error) {
	now := a.Clock()
	if d.Last, err = q.moment("end_at", now); err != nil {
		return d, err
	}
	d.First, err = q.moment("start_at", d.Last.AddDate(0, 0, -29))
	return d, err
}

// wishes are the numbers that are asked for. Those about a tag name it by its
// id, those about a host by its name.
func (q *request) wishes() (out []measures.Wish) {
	for _, key := range q.strs("keys") {
		about := q.str(key + "[domain]")
		if id := q.str(key + "[id]"); id != "" {
			about = social.TagKey(id)
		}
		out = append(out, measures.Wish{Key: key, About: about})
	}
	return out
}

// https://docs.joinmastodon.org/entities/Admin_Measure/
type measureEntity struct {
	Key           string       `json:"key"`
	Unit          *string      `json:"unit"`
	Total         string       `json:"total"`
	HumanValue    *string      `json:"human_value,omitempty"`
	PreviousTotal *string      `json:"previous_total,omitempty"`
	Data          []measureDay `json:"data"`
}

type measureDay struct {
	Date  string `json:"date"`
	Value string `json:"value"`
}

func (a *API) measures(q *request) (any, error) {
	d, err := a.days(q)
	if err != nil {
		return nil, err
	}
	all, err := a.Measures.Measures(q.Context(), q.By, d, q.wishes())
	return each(all, func(c measures.Count) measureEntity {
		out := measureEntity{Key: c.Key, Unit: orNil(c.Unit), Total: strconv.Itoa(c.Total), Data: each(c.Days, func(x measures.Day) measureDay {
			return measureDay{stamp(x.At), strconv.Itoa(x.N)}
		})}
		if c.Previous != nil {
			before := strconv.Itoa(*c.Previous)
			out.PreviousTotal = &before
		}
		if c.Unit == "bytes" {
			out.HumanValue = orNil(humanBytes(c.Total))
		}
		return out
	}), err
}

// humanBytes is a number of bytes as people read it.
func humanBytes(n int) string {
	size, units := float64(n), []string{"B", "KB", "MB", "GB", "TB"}
	for size >= 1024 && len(units) > 1 {
		size, units = size/1024, units[1:]
	}
	if units[0] == "B" {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", size, units[0])
}

// https://docs.joinmastodon.org/entities/Admin_Dimension/
type dimensionEntity struct {
	Key  string          `json:"key"`
	Data []dimensionKind `json:"data"`
}

type dimensionKind struct {
	Key        string  `json:"key"`
	HumanKey   string  `json:"human_key"`
	Value      string  `json:"value"`
	Unit       *string `json:"unit,omitempty"`
	HumanValue *string `json:"human_value,omitempty"`
}

func (a *API) dimensions(q *request) (any, error) {
	d, err := a.days(q)
	if err != nil {
		return nil, err
	}
	all, err := a.Measures.Dimensions(q.Context(), q.By, d, q.wishes(), q.limit(10, measures.MaxTop))
	return each(all, func(s measures.Spread) dimensionEntity {
		out := dimensionEntity{s.Key, each(s.Kinds, a.dimensionKind)}
		if s.Key == "software_versions" {
			for _, x := range [][2]string{{"plaza", a.Version}, {"go", runtime.Version()}} {
				out.Data = append(out.Data, dimensionKind{Key: x[0], HumanKey: kindNames[x[0]], Value: x[1]})
			}
		}
		return out
	}), err
}

var kindNames = map[string]string{"plaza": "Plaza", "go": "Go", "sqlite": "SQLite", "postgres": "PostgreSQL", "media": "Media", "web": "Without an invitation", "invite": "By invitation"}

func (a *API) dimensionKind(k measures.Kind) dimensionKind {
	out := dimensionKind{Key: k.Key, HumanKey: k.Key, Value: strconv.Itoa(k.N), Unit: orNil(k.Unit)}
	if k.Key == "" { // our own host
		out.Key, out.HumanKey = a.Host, a.Host
	}
	if name := kindNames[k.Key]; name != "" {
		out.HumanKey = name
	}
	if k.Value != "" {
		out.Value = k.Value
	}
	if k.Unit == "bytes" {
		out.HumanValue = orNil(humanBytes(k.N))
	}
	return out
}

// https://docs.joinmastodon.org/entities/Admin_Cohort/
type cohort struct {
	Period    string      `json:"period"`
	Frequency string      `json:"frequency"`
	Data      []cohortDay `json:"data"`
}

type cohortDay struct {
	Date  string  `json:"date"`
	Rate  float64 `json:"rate"`
	Value string  `json:"value"`
}

func (a *API) retention(q *request) (any, error) {
	frequency := q.str("frequency")
	if frequency != "day" && frequency != "month" {
		return nil, errs.New(errs.Invalid, "The frequency is day or month.")
	}
	d, err := a.days(q)
	if err != nil {
		return nil, err
	}
	all, err := a.Measures.Retention(q.Context(), q.By, d, frequency == "month")
	return each(all, func(c measures.Cohort) cohort {
		out := cohort{stamp(c.Period), frequency, []cohortDay{}}
		for i, x := range c.Active {
			out.Data = append(out.Data, cohortDay{stamp(x.At), c.Rate(i), strconv.Itoa(x.N)})
		}
		return out
	}), err
}
