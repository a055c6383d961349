package moderation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/social/dsa"
	"github.com/plaza-social/plaza/internal/store"
)

// Statements gives fn the statement of reasons for each decision of a time that
// restricts something, the oldest first. It is for the command line.
func (s *Service) Statements(ctx context.Context, from, until time.Time, fn func(dsa.Statement) error) error {
	after := social.DecisionID(id.Floor(from)) - 1
	for {
		var out []dsa.Statement
		done := false
		if err := s.store.Read(ctx, func(v *store.View) error {
			ds, err := v.DecisionsAfter(ctx, after, batch)
			done = len(ds) < batch
			for _, d := range ds {
				if err != nil {
					break
				}
				after = d.ID
				if !d.At.Before(until) {
					done = true
					break
				}
				var one dsa.Statement
				var due bool
				if one, due, err = s.reasoned(ctx, v, d); due {
					out = append(out, one)
				}
			}
			return err
		}); err != nil {
			return fmt.Errorf("statements of reasons: %w", err)
		}
		for _, one := range out {
			if err := fn(one); err != nil {
				return err
			}
		}
		if done {
			return nil
		}
	}
}

// reasoned is the statement for d; due is false if d restricts nothing.
func (s *Service) reasoned(ctx context.Context, v *store.View, d social.Decision) (one dsa.Statement, due bool, err error) {
	rule := dsa.Rule{}
	if name, version, ok := d.RuleVersion(); ok {
		was, err := v.RuleVersion(ctx, name, version)
		if errs.Absent(err) != nil {
			return one, false, err
		}
		rule = dsa.Rule{ID: name, Version: version, Text: was.Text, URL: s.view.BaseURL() + "/about#rules"}
	}
	channel := ""
	if d.Case != 0 {
		rs, err := v.ReportsIn(ctx, d.Case, maxChannels)
		if err != nil {
			return one, false, err
		}
		channel = gravest(rs)
	}
	x := dsa.Decided(d, rule, channel)
	x.Made = id.Time(int64(d.Account))
	if d.Action.OfPost() && len(d.Posts) > 0 {
		x.Made = id.Time(int64(d.Posts[0]))
		if err := shown(ctx, v, d, &x); err != nil {
			return one, false, err
		}
	}
	one, due = dsa.Of(x)
	return one, due, nil
}

// maxChannels is how many reports of a case say how it came.
const maxChannels = 100

// gravest is the channel that the law asks most of, of those by which reports came.
func gravest(rs []social.Report) string {
	for _, c := range []social.Channel{social.ChannelStranger, social.ChannelHost, social.ChannelApp, social.ChannelWeb, social.ChannelFlag} {
		if slices.ContainsFunc(rs, func(r social.Report) bool { return r.Channel == c }) {
			return string(c)
		}
	}
	return ""
}

// shown adds of what kind the posts are that d is about, as far as they are there.
func shown(ctx context.Context, v *store.View, d social.Decision, x *dsa.Decision) error {
	posts, err := v.Posts(ctx, d.Posts)
	if err != nil {
		return err
	}
	var files []social.MediaID
	for _, p := range posts {
		x.Language, x.Made = p.Language, p.At
		files = append(files, p.Media...)
		if words(p) != "" && !slices.Contains(x.Content, "CONTENT_TYPE_TEXT") {
			x.Content = append(x.Content, "CONTENT_TYPE_TEXT")
		}
	}
	if len(files) == 0 {
		return nil
	}
	media, err := v.Media(ctx, files)
	for _, m := range media {
		kind, _, _ := strings.Cut(m.Type, "/")
		if c, ok := contents[kind]; ok && !slices.Contains(x.Content, c) {
			x.Content = append(x.Content, c)
		}
	}
	return err
}

// contents are the kinds of files as the database has them.
var contents = map[string]string{"image": "CONTENT_TYPE_IMAGE", "video": "CONTENT_TYPE_VIDEO", "audio": "CONTENT_TYPE_AUDIO"}
