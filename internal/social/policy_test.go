package social

import (
	"testing"
	"time"
)

func TestNoticePolicy(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	old, young := now.Add(-NewAccount), now.Add(-NewAccount+time.Second)
	all := NoticePolicy{NotFollowing: NoticeTold, NotFollowers: NoticeTold, NewAccounts: NoticeTold, PrivateMentions: NoticeTold, Limited: NoticeTold, Bots: NoticeTold}
	with := func(change func(*NoticePolicy)) NoticePolicy {
		p := all
		change(&p)
		return p
	}
	following := with(func(p *NoticePolicy) { p.NotFollowing = NoticeHeld })
	followers := with(func(p *NoticePolicy) { p.NotFollowers = NoticeHeld })
	fresh := with(func(p *NoticePolicy) { p.NewAccounts = NoticeHeld })
	private := with(func(p *NoticePolicy) { p.PrivateMentions = NoticeHeld })
	bots := with(func(p *NoticePolicy) { p.Bots = NoticeHeld })
	limited := with(func(p *NoticePolicy) { p.Limited = NoticeHeld })
	strict := with(func(p *NoticePolicy) { p.NotFollowing, p.Bots = NoticeHeld, NoticeDropped })
	friend, fan := Relation{Follows: true}, Relation{FollowedBy: true}
	for name, tt := range map[string]struct {
		policy NoticePolicy
		kind   NoticeKind
		caller Caller
		want   NoticeRule
	}{
		"not followed":                {following, NoticeLike, Caller{Relation: fan}, NoticeHeld},
		"followed":                    {following, NoticeLike, Caller{Relation: friend}, NoticeTold},
		"no follower":                 {followers, NoticeMention, Caller{Relation: friend}, NoticeHeld},
		"a follower":                  {followers, NoticeMention, Caller{Relation: fan}, NoticeTold},
		"no follower, asks to be":     {followers, NoticeFollowRequest, Caller{}, NoticeTold},
		"new":                         {fresh, NoticeBoost, Caller{Account: Account{CreatedAt: young}}, NoticeHeld},
		"new, and followed":           {fresh, NoticeBoost, Caller{Account: Account{CreatedAt: young}, Relation: friend}, NoticeTold},
		"old":                         {fresh, NoticeBoost, Caller{Account: Account{CreatedAt: old}}, NoticeTold},
		"a message":                   {private, NoticeMention, Caller{Private: true}, NoticeHeld},
		"a message that answers":      {private, NoticeMention, Caller{Private: true, Asked: true}, NoticeTold},
		"a message of a friend":       {private, NoticeMention, Caller{Private: true, Relation: friend}, NoticeTold},
		"no message":                  {private, NoticeMention, Caller{}, NoticeTold},
		"limited":                     {limited, NoticeFollow, Caller{Account: Account{Limited: true}}, NoticeHeld},
		"limited, and followed":       {limited, NoticeLike, Caller{Account: Account{Limited: true}, Relation: friend}, NoticeTold},
		"not limited":                 {limited, NoticeLike, Caller{}, NoticeTold},
		"limited, as usual":           {UsualPolicy, NoticeMention, Caller{Account: Account{Limited: true}}, NoticeHeld},
		"a bot":                       {bots, NoticeFollow, Caller{Account: Account{Kind: Bot}}, NoticeHeld},
		"a person":                    {bots, NoticeFollow, Caller{Account: Account{Kind: Person}}, NoticeTold},
		"a person among bots dropped": {strict, NoticeFollow, Caller{Account: Account{Kind: Person}}, NoticeHeld},
		"the strictest rule":          {strict, NoticeFollow, Caller{Account: Account{Kind: Bot}}, NoticeDropped},
		"the staff":                   {strict, NoticeMention, Caller{Staff: true}, NoticeTold},
		"what one asked for":          {strict, NoticePost, Caller{}, NoticeTold},
		"the usual":                   {UsualPolicy, NoticeMention, Caller{Account: Account{Kind: Bot, CreatedAt: now}}, NoticeTold},
	} {
		if tt.caller.Account.CreatedAt.IsZero() {
			tt.caller.Account.CreatedAt = old
		}
		if got := tt.policy.Rule(Notice{Kind: tt.kind}, tt.caller, now); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}
