package evidence

import (
	"bytes"
	"encoding/base64"
	"strconv"
)

// quickRecord reads the usual line of records.ndjson, {"index":N,"salt":"…","body":"…"},
// without what reading any JSON costs. What it does not read may still be a line.
func quickRecord(line []byte) (r Record, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte(`{"index":`))
	if !ok {
		return r, false
	}
	n, rest, ok := bytes.Cut(rest, []byte(`,"salt":"`))
	if !ok {
		return r, false
	}
	salt, rest, ok := bytes.Cut(rest, []byte(`","body":"`))
	if !ok {
		return r, false
	}
	body, ok := bytes.CutSuffix(rest, []byte(`"}`))
	if !ok || len(salt) == 0 || len(body) == 0 {
		return r, false
	}
	var err error
	if r.Index, err = strconv.ParseInt(string(n), 10, 64); err != nil || strconv.FormatInt(r.Index, 10) != string(n) {
		return r, false
	}
	if r.Salt, ok = quick64(salt); !ok {
		return r, false
	}
	r.Body, ok = quick64(body)
	return r, ok
}

func quick64(b []byte) ([]byte, bool) {
	if bytes.ContainsAny(b, "\r\n") {
		return nil, false
	}
	out := make([]byte, base64.StdEncoding.DecodedLen(len(b)))
	n, err := base64.StdEncoding.Strict().Decode(out, b)
	return out[:n], err == nil
}

// quickLeaf reads a leaf as Encode writes it, if its words are plain ones, without
// what reading any JSON costs. What it does not read may still be a leaf.
func quickLeaf(b []byte) (l Leaf, ok bool) {
	s := scan{rest: b, ok: true}
	s.text(`{"v":`)
	l.Version = int(s.number())
	s.text(`,"t":"`)
	l.Type = Type(s.word())
	s.text(`,"ts":`)
	l.At = s.number()
	s.text(`,"n":`)
	l.N = s.number()
	if s.has(`,"cat":"`) {
		l.Category = Category(s.word())
	}
	if s.has(`,"sla":"`) {
		l.Class = s.word()
	}
	if s.has(`,"o":"`) {
		l.Outcome = s.word()
	}
	if s.has(`,"ref":[`) {
		l.Refs = append(l.Refs, s.number())
		for s.has(",") {
			l.Refs = append(l.Refs, s.number())
		}
		s.text("]")
	}
	s.text(`,"c":"`)
	end := bytes.IndexByte(s.rest, '"')
	if !s.ok || end < 0 || string(s.rest[end:]) != `"}` {
		return l, false
	}
	l.Commitment, ok = quick64(s.rest[:end])
	return l, ok
}

// scan reads a text from its front, as long as it is what is wanted.
type scan struct {
	rest []byte
	ok   bool
}

func (s *scan) has(t string) bool {
	if !s.ok || len(s.rest) < len(t) || string(s.rest[:len(t)]) != t {
		return false
	}
	s.rest = s.rest[len(t):]
	return true
}

func (s *scan) text(t string) { s.ok = s.has(t) && s.ok }

// number reads one as it is written shortest.
func (s *scan) number() (n int64) {
	i := 0
	for i < len(s.rest) && i < 18 && s.rest[i] >= '0' && s.rest[i] <= '9' {
		n = n*10 + int64(s.rest[i]-'0')
		i++
	}
	s.ok = s.ok && i > 0 && (i == 1 || s.rest[0] != '0')
	s.rest = s.rest[i:]
	return n
}

// word reads one that is not empty and has nothing to escape, up to its quote.
func (s *scan) word() string {
	for i, c := range s.rest {
		if c == '"' && i > 0 {
			w := string(s.rest[:i])
			s.rest = s.rest[i+1:]
			return w
		}
		if c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			break
		}
	}
	s.ok = false
	return ""
}
