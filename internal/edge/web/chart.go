package web

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/locale"
	"github.com/plaza-social/plaza/internal/core/measures"
)

// The field in which charts are drawn. It is stretched to the room there is: what has
// to keep its shape, as words and the width of lines, is no part of the drawing.
const (
	chartWidth  = 300.0
	chartHeight = 100.0
	// slimBar is the least height of a bar that stands for something.
	slimBar = 1.5
	// barShare is how much of its day a bar is wide.
	barShare = .7
)

// A chart is a figure day by day: bars for what happened on each day, a line for what
// there was.
type chart struct {
	Name  string // a word for ids
	Title string // said
	Large string // the figure above it, said
	Help  string // what it counts, said; may be empty
	Line  bool
	Bytes bool
	Least int // what is less is shown as zero, and said to be fewer; zero if all is shown
	Days  []measures.Point
}

// known are the days of which something is known.
func (c chart) known() (out []measures.Point) {
	for _, p := range c.Days {
		if p.Known {
			out = append(out, p)
		}
	}
	return out
}

// most is the day with the most.
func (c chart) most() (top measures.Point) {
	for _, p := range c.known() {
		if !top.Known || p.N > top.N {
			top = p
		}
	}
	return top
}

// top is where the field ends: a round number with room for all.
func (c chart) top() int {
	most := c.most().N
	if most < 1 {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(float64(most))))
	for _, times := range []float64{1, 2, 3, 4, 5, 6, 8, 10} {
		if n := int(times * unit); n >= most {
			return n
		}
	}
	return most
}

// height is how high n stands.
func (c chart) height(n int) float64 { return chartHeight * float64(n) / float64(c.top()) }

// A bar is one day.
type bar struct {
	x, y, width, height string
	day                 measures.Point
}

func coordinate(x float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", x), "0"), ".")
}

// bars are the days on which something was.
func (c chart) bars() (out []bar) {
	wide := chartWidth / float64(max(len(c.Days), 1))
	for i, p := range c.Days {
		if !p.Known || p.N <= 0 {
			continue
		}
		h := max(c.height(p.N), slimBar)
		out = append(out, bar{coordinate((float64(i) + (1-barShare)/2) * wide), coordinate(chartHeight - h), coordinate(wide * barShare), coordinate(h), p})
	}
	return out
}

// line goes through what is known; where nothing is, it breaks off. A day between two
// that are not known is a dot.
func (c chart) line() string {
	wide := chartWidth / float64(max(len(c.Days), 1))
	var b strings.Builder
	for i, p := range c.Days {
		if !p.Known {
			continue
		}
		at := coordinate((float64(i)+.5)*wide) + " " + coordinate(chartHeight-c.height(p.N))
		if i == 0 || !c.Days[i-1].Known {
			b.WriteString("M" + at + "h0")
			continue
		}
		b.WriteString("L" + at)
	}
	return b.String()
}

// last is the end of the line, where a dot stands.
func (c chart) last() string {
	d := c.line()
	return "M" + strings.TrimSuffix(d[strings.LastIndexAny(d, "ML")+1:], "h0") + "h0"
}

// amount is so much of what a chart shows, as its readers write it.
func (c chart) amount(l *locale.Locale, n int) string {
	switch {
	case c.Bytes:
		return size(l, n)
	case n < c.Least:
		return l.Say(msg("fewer than %d"), c.Least)
	}
	return l.Number(n)
}

// size is so many bytes.
func size(l *locale.Locale, n int) string {
	switch b := float64(n); {
	case b >= 1e12:
		return l.Say("%.1f TB", b/1e12)
	case b >= 1e9:
		return l.Say("%.1f GB", b/1e9)
	case b >= 1e6:
		return l.Say("%.1f MB", b/1e6)
	default:
		return l.Say("%.1f kB", b/1e3)
	}
}

// says is a chart in words, for those who do not see it.
func (c chart) says(f *frame) string {
	all := c.known()
	if len(all) == 0 {
		return f.say("Nothing is known yet.")
	}
	l, first, last, most := f.locale(), all[0], all[len(all)-1], c.most()
	if c.Line {
		least := most
		for _, p := range all {
			if p.N < least.N {
				least = p
			}
		}
		return f.say("From %s to %s: at least %s, at most %s, at last %s.", f.dayOf(first.At), f.dayOf(last.At), c.amount(l, least.N), c.amount(l, most.N), c.amount(l, last.N))
	}
	if most.N < c.Least {
		return f.say("From %s to %s: fewer than %d on each day.", f.dayOf(first.At), f.dayOf(last.At), c.Least)
	}
	if most.N == 0 {
		return f.say("From %s to %s: nothing.", f.dayOf(first.At), f.dayOf(last.At))
	}
	return f.say("From %s to %s: at most %s on one day, which was %s; today, so far, %s.", f.dayOf(first.At), f.dayOf(last.At), c.amount(l, most.N), f.dayOf(most.At), c.amount(l, last.N))
}

// dayOf is a day without its year.
func (f *frame) dayOf(at time.Time) string { return f.date(at, "2 January") }

// backwards are days, the newest first.
func backwards(days []measures.Point) (out []measures.Point) {
	for i := len(days) - 1; i >= 0; i-- {
		if days[i].Known {
			out = append(out, days[i])
		}
	}
	return out
}
