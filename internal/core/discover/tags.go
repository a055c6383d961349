package discover

import (
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
)

// A tagJudge says which tags may be trends, once for each tag.
type tagJudge struct {
	rules social.TagRules
	first bool            // nothing is a trend before somebody has looked at it
	looks map[string]bool // what those look like that may not
	said  map[string]bool
}

// maxJudged is how many tags a judge remembers: there may be as many as others
// care to write.
const maxJudged = 1 << 16

func newTagJudge(rules social.TagRules, first bool) *tagJudge {
	j := &tagJudge{rules: rules, first: first, looks: map[string]bool{}, said: map[string]bool{}}
	for key, r := range rules {
		if look := social.LookKey(key); look != "" && (r.Trend == social.Rejected || !rules.Listed(key)) {
			j.looks[look] = true
		}
	}
	return j
}

// may reports whether a tag may be a trend: nobody decided against it, nor against
// one that looks the same; and it can be written here, so that it has no signs that
// are not seen. What was approved may look like anything.
func (j *tagJudge) may(key string) bool {
	may, known := j.said[key]
	if !known {
		if len(j.said) >= maxJudged {
			clear(j.said)
		}
		may = j.judge(key)
		j.said[key] = may
	}
	return may
}

func (j *tagJudge) judge(key string) bool {
	r := j.rules[key]
	switch {
	case !j.rules.Listed(key) || !r.Trend.MayTrend(j.first):
		return false
	case r.Trend == social.Approved:
		return true
	}
	return writable(key) && !j.looks[social.LookKey(key)]
}

// writable reports whether a tag can be written here.
func writable(key string) bool {
	all := text.Parse("#" + key)
	return len(all) == 1 && all[0].Kind == text.Tag
}
