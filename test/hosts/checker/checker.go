// Package checker reads what people were told while hosts failed, and what is
// there afterwards, and says where the two do not agree. It knows the client
// API and nothing of the program behind it.
package checker

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// World is who posted, who read, and where.
type World struct {
	Nodes   map[string]string // addresses by name
	Authors []Person
	Readers []Person
}

// Person is somebody with an account.
type Person struct {
	Name, ID, Token string
	Follows         []string // authors by name; of readers
}

// How an attempt to post ended.
const (
	Acknowledged = "acknowledged" // it was said that it is saved
	Refused      = "refused"      // it was said that it is not, or it was never sent
	Unknown      = "unknown"      // nothing was said
)

// Attempt is one try to post. Several with the same key are for one post.
type Attempt struct {
	Key, Author string
	Mentions    string // a reader by name, or empty
	Node        string
	Sent, Told  int64 // milliseconds
	Outcome     string
	Code        int    // the answer's
	ID          string // of the post, if it was acknowledged
}

// Post is one as it is read.
type Post struct{ ID, Author, Key string }

// Notice tells somebody of a post.
type Notice struct{ ID, Kind, Post string }

// Source is where things are read.
type Source interface {
	Posts(node string, author Person) ([]Post, error)
	Home(node string, reader Person) ([]Post, error)
	Notices(node string, reader Person) ([]Notice, error)
}

// A Wrong is where what was told and what is there do not agree.
type Wrong struct{ What, Where, Which string }

// Kinds of it.
const (
	Lost      = "acknowledged, and not there"
	Doubled   = "there more than once"
	Denied    = "said not to be saved, and there"
	Swapped   = "acknowledged under another id"
	Unasked   = "there, and nobody posted it"
	FeedLacks = "missing in a feed"
	FeedTwice = "in a feed more than once"
	Untold    = "somebody mentioned was not told"
	ToldTwice = "somebody mentioned was told more than once"
	Differs   = "not the same on all nodes"
)

func (w Wrong) String() string { return fmt.Sprintf("%s: %s (%s)", w.What, w.Which, w.Where) }

// Report is what was found.
type Report struct {
	Attempts, Acknowledged, Open int // attempts, posts acknowledged, posts of which nothing is known
	Posts, Feed, Notices         int // read, on all nodes
	Wrongs                       []Wrong
}

// mostShown is how many of a kind are shown.
const mostShown = 5

func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d attempts, %d posts acknowledged, %d of which nobody was told; read on all nodes: %d posts, %d entries of feeds, %d notices\n",
		r.Attempts, r.Acknowledged, r.Open, r.Posts, r.Feed, r.Notices)
	kinds := map[string][]Wrong{}
	for _, w := range r.Wrongs {
		kinds[w.What] = append(kinds[w.What], w)
	}
	for _, kind := range []string{Lost, Doubled, Denied, Swapped, Unasked, FeedLacks, FeedTwice, Untold, ToldTwice, Differs} {
		fmt.Fprintf(&b, "%6d %s\n", len(kinds[kind]), kind)
		for _, w := range kinds[kind][:min(mostShown, len(kinds[kind]))] {
			fmt.Fprintf(&b, "       %s, %s\n", w.Which, w.Where)
		}
	}
	return b.String()
}

// Read reads a history, one attempt a line.
func Read(r io.Reader) (all []Attempt, err error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var a Attempt
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, lines.Err()
}

// Check compares.
func Check(w World, history []Attempt, s Source) (Report, error) {
	c := check{World: w, s: s, told: map[string]*told{}, there: map[string]map[string]string{}}
	c.Attempts = len(history)
	for _, a := range history {
		c.hear(a)
	}
	for _, t := range c.told {
		if t.id != "" {
			c.Acknowledged++
		} else if t.open {
			c.Open++
		}
	}
	for _, node := range c.nodes() {
		if err := c.posts(node); err != nil {
			return c.Report, fmt.Errorf("posts at %s: %w", node, err)
		}
		if err := c.readers(node); err != nil {
			return c.Report, fmt.Errorf("readers at %s: %w", node, err)
		}
	}
	return c.Report, nil
}

// told is what its author heard of a post.
type told struct {
	author, mentions, id string
	open                 bool // one attempt has no answer
}

type check struct {
	World
	Report
	s     Source
	told  map[string]*told             // by key
	there map[string]map[string]string // what was read of whom at the first node: ids in order
}

func (c *check) wrong(what, where, which string) {
	c.Wrongs = append(c.Wrongs, Wrong{what, where, which})
}

func (c *check) nodes() (names []string) {
	for name := range c.Nodes {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func (c *check) hear(a Attempt) {
	t := c.told[a.Key]
	if t == nil {
		t = &told{author: a.Author, mentions: a.Mentions}
		c.told[a.Key] = t
	}
	switch a.Outcome {
	case Acknowledged:
		if t.id != "" && t.id != a.ID {
			c.wrong(Swapped, a.Node, a.Key+" was "+t.id+" and is "+a.ID)
		}
		t.id = a.ID
	case Unknown:
		t.open = true
	}
}

// posts looks through what everybody said, at one node.
func (c *check) posts(node string) error {
	seen := map[string][]string{}
	for _, who := range c.Authors {
		all, err := c.s.Posts(node, who)
		if err != nil {
			return fmt.Errorf("%s: %w", who.Name, err)
		}
		c.Posts += len(all)
		c.same(node, "posts of "+who.Name, ids(all))
		for _, p := range all {
			seen[p.Key] = append(seen[p.Key], p.ID)
		}
	}
	for key, t := range c.told {
		got := seen[key]
		switch {
		case t.id != "" && len(got) == 0:
			c.wrong(Lost, node, key)
		case len(got) > 1:
			c.wrong(Doubled, node, key+" as "+strings.Join(got, ", "))
		case t.id != "" && got[0] != t.id:
			c.wrong(Swapped, node, key+" was "+t.id+" and is "+got[0])
		case t.id == "" && !t.open && len(got) > 0:
			c.wrong(Denied, node, key)
		}
	}
	for key := range seen {
		if c.told[key] == nil {
			c.wrong(Unasked, node, key)
		}
	}
	return nil
}

// same notes whether a list is what it was at the node before.
func (c *check) same(node, what string, ids []string) {
	list := strings.Join(ids, " ")
	if c.there[what] == nil {
		c.there[what] = map[string]string{}
	}
	for other, was := range c.there[what] {
		if was != list {
			c.wrong(Differs, other+" and "+node, what)
		}
	}
	if len(c.there[what]) == 0 {
		c.there[what][node] = list
	}
}

func ids(ps []Post) (all []string) {
	for _, p := range ps {
		all = append(all, p.ID)
	}
	return all
}

// readers looks through the feed and the notices of everybody who reads.
func (c *check) readers(node string) error {
	for _, who := range c.Readers {
		feed, err := c.s.Home(node, who)
		if err != nil {
			return fmt.Errorf("feed of %s: %w", who.Name, err)
		}
		c.Feed += len(feed)
		c.same(node, "feed of "+who.Name, ids(feed))
		c.feed(node, who, feed)
		notices, err := c.s.Notices(node, who)
		if err != nil {
			return fmt.Errorf("notices of %s: %w", who.Name, err)
		}
		c.Notices += len(notices)
		c.notices(node, who, notices)
	}
	return nil
}

func (c *check) feed(node string, who Person, feed []Post) {
	n := map[string]int{}
	for _, p := range feed {
		if n[p.ID]++; n[p.ID] == 2 {
			c.wrong(FeedTwice, who.Name+" at "+node, p.Key)
		}
	}
	for _, a := range who.Follows {
		for _, id := range c.of(a) {
			if n[id] == 0 {
				c.wrong(FeedLacks, who.Name+" at "+node, id+" of "+a)
			}
		}
	}
}

// of are the ids of an author's posts that are there.
func (c *check) of(author string) []string {
	for _, list := range c.there["posts of "+author] {
		return strings.Fields(list)
	}
	return nil
}

func (c *check) notices(node string, who Person, notices []Notice) {
	n, list := map[string]int{}, []string{}
	for _, one := range notices {
		if list = append(list, one.ID); one.Kind != "mention" {
			continue
		}
		if n[one.Post]++; n[one.Post] == 2 {
			c.wrong(ToldTwice, who.Name+" at "+node, one.Post)
		}
	}
	c.same(node, "notices of "+who.Name, list)
	for key, t := range c.told {
		if t.mentions == who.Name && t.id != "" && n[t.id] == 0 && slices.Contains(c.of(t.author), t.id) {
			c.wrong(Untold, who.Name+" at "+node, key+", post "+t.id)
		}
	}
}

// A key stands in the words of each post, and is how it is known again.
var key = regexp.MustCompile(`\bkey-[a-z0-9]+-[0-9]+\b`)
