package container

import "math"

// Recordings, above all of browsers, come in fragments: each has tables of its
// own. They become one film with one set of tables, which every player plays
// and in which one can jump.

// A sample is one picture, or a bit of sound.
type sample struct {
	size, length uint32
	shift        int32 // when it is shown, after it is decoded
	key          bool
}

// defaults hold for the samples of a track that say nothing else.
type defaults struct{ length, size, flags uint32 }

func (m *movie) mvex(b []byte) error {
	return m.each(b, func(kind string, b []byte) error {
		if kind != "trex" {
			return nil
		}
		if len(b) < 24 {
			return broken("trex")
		}
		m.defaults[be32(b[4:])] = defaults{be32(b[12:]), be32(b[16:]), be32(b[20:])}
		return nil
	})
}

func (m *movie) moof(at span) error {
	b, ok := m.in.bytes(at.at, at.n, maxTables)
	if !ok || be32(b) == 1 {
		return broken("moof")
	}
	return m.each(b[8:], func(kind string, b []byte) error {
		if kind != "traf" {
			return nil
		}
		return m.traf(at.at, b)
	})
}

// A run is where the samples of a fragment are.
type run struct {
	defaults
	t    *track
	at   int64 // base of its offsets
	next int64 // behind the run before
}

func (m *movie) traf(moof int64, b []byte) error {
	var r run
	return m.each(b, func(kind string, b []byte) error {
		switch kind {
		case "tfhd":
			return m.tfhd(moof, b, &r)
		case "tfdt":
			return r.tfdt(b)
		case "trun":
			return r.trun(b)
		}
		return nil
	})
}

func (m *movie) tfhd(moof int64, b []byte, r *run) error {
	if len(b) < 8 {
		return broken("tfhd")
	}
	flags, id := be32(b)&0xffffff, be32(b[4:])
	*r = run{defaults: m.defaults[id], at: moof, next: moof}
	for _, t := range m.tracks {
		if t.id == id {
			r.t = t
		}
	}
	f := fields{b: b[8:]}
	if flags&1 != 0 {
		r.at = int64(min(f.u64(), math.MaxInt64/2))
		r.next = r.at
	}
	f.if32(flags&2, new(uint32))
	f.if32(flags&8, &r.length)
	f.if32(flags&0x10, &r.size)
	f.if32(flags&0x20, &r.flags)
	if f.short {
		return broken("tfhd")
	}
	return nil
}

// tfdt says when a fragment begins: a gap is filled by what was shown before.
func (r *run) tfdt(b []byte) error {
	if len(b) < 8 || b[0] == 1 && len(b) < 12 {
		return broken("tfdt")
	}
	begins := uint64(be32(b[4:]))
	if b[0] == 1 {
		begins = be64(b[4:])
	}
	if t := r.t; t != nil && len(t.samples) > 0 && begins > t.length {
		last := &t.samples[len(t.samples)-1]
		if gap := begins - t.length; gap <= math.MaxUint32-uint64(last.length) {
			last.length += uint32(gap)
			t.length += gap
		}
	}
	return nil
}

func (r *run) trun(b []byte) error {
	if len(b) < 8 {
		return broken("trun")
	}
	flags, n := be32(b)&0xffffff, int(be32(b[4:]))
	f := fields{b: b[8:]}
	at := r.next
	if flags&1 != 0 {
		at = r.at + int64(int32(f.u32()))
	}
	first, hasFirst := uint32(0), flags&4 != 0
	f.if32(flags&4, &first)
	if r.t == nil || r.t.handler != "vide" && r.t.handler != "soun" {
		return nil
	}
	if len(r.t.samples)+n > maxPieces {
		return much("samples")
	}
	c := chunk{span: span{at: at}, samples: n}
	for i := range n {
		length, size, is, shift := r.length, r.size, r.flags, uint32(0)
		f.if32(flags&0x100, &length)
		f.if32(flags&0x200, &size)
		f.if32(flags&0x400, &is)
		f.if32(flags&0x800, &shift)
		if i == 0 && hasFirst {
			is = first
		}
		if f.short {
			return broken("trun")
		}
		r.t.samples = append(r.t.samples, sample{size, length, int32(shift), is&0x10000 == 0})
		r.t.length += uint64(length)
		c.n += int64(size)
	}
	if r.next = at + c.n; n > 0 {
		r.t.chunks = append(r.t.chunks, c)
	}
	return nil
}

// fields reads numbers one after the other.
type fields struct {
	b     []byte
	short bool
}

func (f *fields) u32() uint32 {
	if len(f.b) < 4 {
		f.short = true
		return 0
	}
	n := be32(f.b)
	f.b = f.b[4:]
	return n
}

func (f *fields) u64() uint64 { return uint64(f.u32())<<32 | uint64(f.u32()) }

func (f *fields) if32(there uint32, n *uint32) {
	if there != 0 {
		*n = f.u32()
	}
}

// expand turns the tables of a film into samples, to which those of fragments
// are added.
func (t *track) expand() error {
	if t.count == 0 || t.foreign != "" || t.handler != "vide" && t.handler != "soun" {
		return nil
	}
	if t.count > maxPieces {
		return much("samples")
	}
	if err := t.finish(); err != nil {
		return err
	}
	samples := make([]sample, t.count)
	spread(t.tables["stts"], t.count, func(i int, n uint32) { samples[i].length = n })
	spread(t.tables["ctts"], t.count, func(i int, n uint32) { samples[i].shift = int32(n) })
	keys := rows(t.tables["stss"])
	for i := range samples {
		samples[i].size = uint32(t.sizes.of(i))
		samples[i].key = keys == nil
	}
	for ; len(keys) >= 4; keys = keys[4:] {
		if i := be32(keys); i > 0 && i <= uint32(t.count) {
			samples[i-1].key = true
		}
	}
	t.samples, t.count = samples, 0
	return nil
}

// spread gives each sample its value of a table of how often each comes.
func spread(table []byte, count int, set func(i int, value uint32)) {
	i := 0
	for b := rows(table); len(b) >= 8; b = b[8:] {
		for n := be32(b); n > 0 && i < count; n-- {
			set(i, be32(b[4:]))
			i++
		}
	}
}

// tablesOfFragments makes one set of tables of those of all fragments.
func (t *track) tablesOfFragments() error {
	var stts, ctts, stss, stsz, stsc counted
	shifted := false
	for i, s := range t.samples {
		stts.run(s.length)
		ctts.run(uint32(s.shift))
		shifted = shifted || s.shift != 0
		stsz.add(u32(s.size))
		if s.key {
			stss.add(u32(uint32(i + 1)))
		}
	}
	before, first := -1, 0
	for i, c := range t.chunks {
		t.chunks[i].first = first
		first += c.samples
		if c.samples != before {
			stsc.add(u32(uint32(i+1)), u32(uint32(c.samples)), u32(1))
			before = c.samples
		}
	}
	t.tables = map[string][]byte{"stts": stts.table(0), "stsc": stsc.table(0)}
	if shifted {
		t.tables["ctts"] = ctts.table(1)
	}
	if t.handler == "vide" && stss.n < len(t.samples) {
		t.tables["stss"] = stss.table(0)
	}
	t.sizes = sizes{each: stsz.rows}
	return nil
}

// counted is a table whose rows are counted.
type counted struct {
	n     int
	rows  []byte
	value uint32
	times uint32
}

func (c *counted) add(row ...[]byte) {
	c.n++
	c.rows = append(c.rows, join(row...)...)
}

// run adds a value to a table of how often each comes.
func (c *counted) run(value uint32) {
	if c.times > 0 && c.value != value {
		c.add(u32(c.times), u32(c.value))
		c.times = 0
	}
	c.value = value
	c.times++
}

func (c *counted) table(version byte) []byte {
	if c.times > 0 {
		c.add(u32(c.times), u32(c.value))
	}
	return join([]byte{version, 0, 0, 0}, u32(uint32(c.n)), c.rows)
}
