package web

import (
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// worthZipping is how large a page must be to be sent smaller, in bytes.
const worthZipping = 1 << 10

var zippers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is right
	return w
}}

// send answers with a page, zipped if the browser takes that.
//
// The length of what is zipped tells a little of what stands in it (BREACH),
// to somebody on the line who can have a browser ask for page after page with
// words of theirs in the address. No page holds a secret that would be worth
// it: forms are kept safe by where they come from, not by a token. But posts
// are private, too: so what a member is sent to by another site stays plain.
func (q *ask) send(status int, page []byte) {
	h := q.w.Header()
	h.Add("Vary", "Accept-Encoding")
	led := q.by.SignedIn() && q.Header.Get("Sec-Fetch-Site") == "cross-site"
	if len(page) < worthZipping || led || !takesGzip(q.Request) {
		h.Set("Content-Length", strconv.Itoa(len(page)))
		q.w.WriteHeader(status)
		q.w.Write(page) // a reader who went away needs no answer
		return
	}
	h.Set("Content-Encoding", "gzip")
	q.w.WriteHeader(status)
	z := zippers.Get().(*gzip.Writer)
	z.Reset(q.w)
	z.Write(page)
	z.Close()
	zippers.Put(z)
}

// takesGzip reports whether whoever asks can read gzip.
func takesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
			return err != nil || q > 0
		}
	}
	return false
}
