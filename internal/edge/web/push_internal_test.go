package web

import (
	"testing"

	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// A notice leads to what it is about.
func TestNoticePage(t *testing.T) {
	t.Parallel()
	ben := &view.Face{Account: social.Account{ID: 2, Username: "ben", Standing: social.Good}}
	post := &view.Seen{Card: &view.Card{Post: social.Post{ID: 7}}, Author: ben}
	for _, tt := range []struct {
		told notices.Told
		want string
	}{
		{notices.Told{Notice: social.Notice{Kind: social.NoticeLike}, From: ben, Post: post}, "/@ben/7"},
		{notices.Told{Notice: social.Notice{Kind: social.NoticeFollow}, From: ben}, "/@ben"},
		{notices.Told{Notice: social.Notice{Kind: social.NoticeFollowRequest}, From: ben}, "/settings/follow_requests"},
		{notices.Told{Notice: social.Notice{Kind: social.NoticeCollected}, From: ben, Collection: &view.Collection{Collection: social.Collection{ID: 9}}}, collectionURL(9)},
		{notices.Told{Notice: social.Notice{Kind: social.NoticeWarning}, From: ben}, recordPage},
		{notices.Told{Notice: social.Notice{Kind: social.NoticeAnswer}, From: ben}, reportsPage},
		{notices.Told{Notice: social.Notice{Kind: social.NoticeReport}, From: ben}, "/moderation"},
		{notices.Told{Notice: social.Notice{Kind: "sung"}, From: ben}, "/notifications"},
	} {
		if got := NoticePage(tt.told); got != tt.want {
			t.Errorf("%s leads to %s, want %s", tt.told.Kind, got, tt.want)
		}
	}
}

// Every kind of notice can be told of by a browser, and once.
func TestAlarmsAreAllKinds(t *testing.T) {
	t.Parallel()
	f := frame{By: social.Actor{Account: 1, Role: social.Moderator, Standing: social.Good}, Me: &view.Face{}}
	times := map[social.NoticeKind]int{}
	for _, a := range f.alarms() {
		for _, k := range a.Kinds {
			times[k]++
		}
	}
	for _, k := range social.NoticeKinds {
		if times[k] != 1 {
			t.Errorf("%s stands there %d times", k, times[k])
		}
	}
}
