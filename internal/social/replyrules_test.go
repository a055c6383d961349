package social

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

const aDay = 24 * time.Hour

func TestReplyRulesHold(t *testing.T) {
	fine := Replying{Words: FilterKey("What a fine day"), Language: "en", Age: 100 * aDay, Known: true}
	for _, tt := range []struct {
		what  string
		rules ReplyRules
		reply func(*Replying)
		want  ReplyRule
	}{
		{"no rules", ReplyRules{}, nil, ""},
		{"a word in any case", ReplyRules{Words: []string{"FINE"}}, nil, RuleWords},
		{"a phrase", ReplyRules{Words: []string{"fine day"}}, nil, RuleWords},
		{"within another word", ReplyRules{Words: []string{"fin"}}, nil, ""},
		{"its language", ReplyRules{Languages: []string{"en"}}, nil, ""},
		{"a kind of its language", ReplyRules{Languages: []string{"pt"}}, func(r *Replying) { r.Language = "pt-BR" }, ""},
		{"another language", ReplyRules{Languages: []string{"fr"}}, nil, RuleLanguages},
		{"no language said", ReplyRules{Languages: []string{"fr"}}, func(r *Replying) { r.Language = "" }, ""},
		{"old enough to the day", ReplyRules{MinDays: 100}, nil, ""},
		{"a moment too young", ReplyRules{MinDays: 100}, func(r *Replying) { r.Age-- }, RuleAge},
		{"known", ReplyRules{Strangers: true}, nil, ""},
		{"a stranger", ReplyRules{Strangers: true}, func(r *Replying) { r.Known = false }, RuleStrangers},
		{"limited", ReplyRules{Limited: true}, func(r *Replying) { r.Limited = true }, RuleLimited},
		{"limited, and no rule about it", ReplyRules{Strangers: true}, func(r *Replying) { r.Limited = true }, ""},
	} {
		r := fine
		if tt.reply != nil {
			tt.reply(&r)
		}
		if got := tt.rules.Holds(r); got != tt.want {
			t.Errorf("%s: held by %q, want %q", tt.what, got, tt.want)
		}
	}
}

func TestReplyRulesCheck(t *testing.T) {
	r := ReplyRules{Words: []string{" two  words ", "", "Two words", "one"}, Languages: []string{"EN", "en", " fr"}}.Clean()
	if !slices.Equal(r.Words, []string{"two words", "one"}) || !slices.Equal(r.Languages, []string{"en", "fr"}) {
		t.Errorf("cleaned: %q, %q", r.Words, r.Languages)
	}
	for what, r := range map[string]ReplyRules{
		"too many words":     {Words: make([]string, MaxReplyWords+1)},
		"too long a word":    {Words: []string{strings.Repeat("é", MaxReplyWord+1)}},
		"too many languages": {Languages: make([]string, MaxReplyLanguages+1)},
		"no language":        {Languages: []string{strings.Repeat("x", MaxLanguage+1)}},
		"less than no days":  {MinDays: -1},
		"too many days":      {MinDays: MaxReplyDays + 1},
	} {
		if err := r.Check(); errs.KindOf(err) != errs.Invalid || err == nil {
			t.Errorf("%s: %v, want Invalid", what, err)
		}
	}
	if err := (ReplyRules{Words: []string{strings.Repeat("é", MaxReplyWord)}, MinDays: MaxReplyDays}).Check(); err != nil {
		t.Error(err)
	}
}

func TestThreadDeeds(t *testing.T) {
	root := Post{ID: 1, Thread: 1, Author: 1, Visibility: Public}
	reply := Post{ID: 2, Thread: 1, ReplyTo: 1, Author: 2, Visibility: Public}
	deeper, quiet, own, message := reply, reply, reply, reply
	deeper.ReplyTo, quiet.Visibility, own.Author, message.Visibility = 9, Followers, 1, Direct
	for _, tt := range []struct {
		what string
		post Post
		deed ThreadDeed
		ok   bool
	}{
		{"hide a reply", reply, HideReply, true}, {"hide a deeper one", deeper, HideReply, true}, {"hide what opened it", root, HideReply, false},
		{"hide one's own", own, HideReply, false}, {"hide a message", message, HideReply, false}, {"hide one for followers", quiet, HideReply, true},
		{"pin a reply", reply, PinReply, true}, {"pin a deeper one", deeper, PinReply, false}, {"pin one for followers", quiet, PinReply, false}, {"pin one's own", own, PinReply, true},
		{"lock", root, LockThread, true}, {"unlock", root, OpenThread, true}, {"lock a message", message, LockThread, false},
	} {
		if err := tt.post.MayDo(tt.deed, root); (err == nil) != tt.ok {
			t.Errorf("%s: %v, want ok %v", tt.what, err, tt.ok)
		}
	}
}
