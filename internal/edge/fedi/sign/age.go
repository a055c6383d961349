package sign

import "time"

// How old a signature may be is Mastodon's rule: five minutes, or as long as
// it says, up to twelve hours; clocks may be an hour off either way.
const (
	life        = 5 * time.Minute
	longestLife = 12 * time.Hour
	skew        = time.Hour
)

// lastMoment keeps times, in seconds, within what the clock can reckon with.
const lastMoment = 1 << 40

// moment is a time in seconds, if it is one.
func moment(seconds int64) (time.Time, bool) {
	return time.Unix(seconds, 0), seconds > 0 && seconds < lastMoment
}

// checkAge refuses what was made at created if it is not current any more, or
// not yet. Expires may be zero.
func checkAge(created, expires, now time.Time) error {
	if created.After(now.Add(skew)) {
		return refuse(TooNew, "made %s from now", created.Sub(now))
	}
	end := created.Add(life)
	if !expires.IsZero() {
		if !expires.After(created) {
			return refuse(TooOld, "expired when it was made")
		}
		end = expires
	}
	if latest := created.Add(longestLife); end.After(latest) {
		end = latest
	}
	if now.After(end.Add(skew)) {
		return refuse(TooOld, "ended %s ago", now.Sub(end))
	}
	return nil
}
