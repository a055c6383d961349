package deliver

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// How long a host is left alone that did not answer, the first time and at most.
const (
	firstPause   = time.Minute
	longestPause = 6 * time.Hour
)

// pause doubles with each failure in a row, with a quarter of chance so that
// what failed together does not return together.
func pause(failures int) time.Duration {
	d := longestPause
	if failures < 10 {
		d = min(firstPause<<max(failures-1, 0), longestPause)
	}
	return d + rand.N(d/4+1)
}

// retryAfter is for how long a host asks to be left alone, as far as that is
// heeded. https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
func retryAfter(header string, now time.Time) time.Duration {
	wait := time.Duration(0)
	if n, err := strconv.ParseInt(header, 10, 32); err == nil {
		wait = time.Duration(n) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), longestPause)
}
