package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

type settings struct {
	Registrations registrations `cmd:"" help:"Say who may join."`
	Federation    federation    `cmd:"" help:"Say which hosts may come: all that are not blocked, or only those that were let in."`
}

type registrations struct {
	where
	JSON bool   `name:"json" help:"Print the result as JSON."`
	Who  string `arg:"" help:"open, approval, invite or closed." enum:"open,approval,invite,closed"`
}

// Run decides it.
func (v *registrations) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		if err := a.Decide(ctx, func(h *social.Settings) { h.SignUps = social.SignUps(v.Who) }); err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"registrations": v.Who}, "Joining is %s.", v.Who)
	})
}

type federation struct {
	where
	JSON bool   `name:"json" help:"Print the result as JSON."`
	Who  string `arg:"" help:"open or limited." enum:"open,limited"`
}

// Run decides it.
func (v *federation) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		if err := a.Decide(ctx, func(h *social.Settings) { h.LimitedFederation = v.Who == "limited" }); err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"federation": v.Who}, "Federation is %s.", v.Who)
	})
}

type announcement struct {
	Create announcementCreate `cmd:"" help:"Tell everybody who is here something."`
	List   announcementList   `cmd:"" help:"Show what is announced, with ids."`
	Delete announcementDelete `cmd:"" help:"Take an announcement back."`
}

type announcementLine struct {
	ID     string     `json:"id"`
	Text   string     `json:"text"`
	At     time.Time  `json:"created_at"`
	EndsAt *time.Time `json:"ends_at"`
}

func announcementLineOf(a social.Announcement) announcementLine {
	l := announcementLine{ID: strconv.FormatInt(int64(a.ID), 10), Text: a.Text, At: a.CreatedAt}
	if !a.EndsAt.IsZero() {
		l.EndsAt = &a.EndsAt
	}
	return l
}

func tellAnnouncements(w io.Writer, all []announcementLine) {
	for _, l := range all {
		fmt.Fprintf(w, "%s\t%s\t%q\n", l.ID, l.At.Format(time.DateTime), l.Text)
	}
}

type announcementCreate struct {
	where
	asJSON
	For  time.Duration `help:"How long it is shown, such as 72h; for good if this is left out." placeholder:"TIME"`
	Text string        `arg:"" help:"What is announced."`
}

// Run announces it.
func (v *announcementCreate) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		wish := social.Announcement{Text: v.Text}
		if v.For != 0 {
			wish.EndsAt = a.Store.Now().Add(v.For)
		}
		made, err := a.Announcements.Tell(ctx, social.Keyboard, wish)
		if err != nil {
			return err
		}
		return v.tell(s, announcementLineOf(made), func(w io.Writer) { tellAnnouncements(w, []announcementLine{announcementLineOf(made)}) })
	})
}

type announcementList struct {
	where
	asJSON
}

// Run lists them.
func (v *announcementList) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		all, err := a.Announcements.Shown(ctx, social.Keyboard, true)
		if err != nil {
			return err
		}
		out := []announcementLine{}
		for _, one := range all {
			out = append(out, announcementLineOf(one.Announcement))
		}
		return v.tell(s, out, func(w io.Writer) { tellAnnouncements(w, out) })
	})
}

type announcementDelete struct {
	where
	JSON bool  `name:"json" help:"Print the result as JSON."`
	ID   int64 `arg:"" name:"id" help:"Its id."`
}

// Run deletes it.
func (v *announcementDelete) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		err := a.Announcements.Delete(ctx, social.Keyboard, social.AnnouncementID(v.ID))
		if errs.KindOf(err) == errs.NotFound && err != nil {
			return errs.New(errs.NotFound, "There is no such announcement; plaza announcement list shows their ids.")
		}
		if err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"id": strconv.FormatInt(v.ID, 10)}, "It is not announced any more.")
	})
}
