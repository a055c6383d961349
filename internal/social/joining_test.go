package social_test

import (
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

func TestWave(t *testing.T) {
	hours := int(social.GuardUsual / social.GuardWindow)
	for _, c := range []struct {
		lately, usual int
		want          bool
	}{
		{social.GuardFloor, 0, false}, {social.GuardFloor + 1, 0, true},
		{50, 10 * hours, false}, {51, 10 * hours, true}, // ten an hour are usual
		{21, hours, true}, {20, hours, false},
	} {
		if got := social.Wave(c.lately, c.usual); got != c.want {
			t.Errorf("%d where %d are usual: a wave is %v", c.lately, c.usual, got)
		}
	}
}

func TestProbation(t *testing.T) {
	for _, c := range []struct {
		age   time.Duration
		posts int
		want  bool
	}{
		{social.ProbationAge, social.ProbationPosts, false}, {social.ProbationAge - 1, social.ProbationPosts, true},
		{social.ProbationAge, social.ProbationPosts - 1, true}, {365 * 24 * time.Hour, 0, true},
	} {
		if got := social.OnProbation(c.age, c.posts); got != c.want {
			t.Errorf("%v old, %d posts: on probation is %v", c.age, c.posts, got)
		}
	}
	for _, c := range []struct {
		links, strangers int
		ok               bool
	}{{0, 0, true}, {5, 0, true}, {0, social.ProbationMentions, true}, {0, social.ProbationMentions + 1, false}, {1, 1, false}} {
		if err := social.MayAddress(c.links, c.strangers); (err == nil) != c.ok || err != nil && errs.KindOf(err) != errs.Forbidden {
			t.Errorf("%d links to %d strangers: %v", c.links, c.strangers, err)
		}
	}
}
