package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
)

type mirror struct {
	Keep   mirrorKeep   `cmd:"" default:"withargs" help:"Keep a copy of what everybody may read, as plain files (the usual command)."`
	Verify mirrorVerify `cmd:"" help:"Check every file of a mirror, also of another network's."`
	Serve  mirrorServe  `cmd:"" help:"Serve a mirror that lies here, also another network's in need."`
	Key    mirrorKey    `cmd:"" help:"Print what mirrors of this network are checked with."`
	Forget mirrorForget `cmd:"" help:"No longer keep a mirror. Its files stay."`
}

type mirrorKeep struct {
	where
	To    string  `help:"Where: a folder, s3://… or sftp://… (default mirror.to in the settings, as are the keys)." placeholder:"URL"`
	Once  bool    `help:"End when it is up to date, instead of following what happens."`
	Again bool    `help:"Write everything anew."`
	Lead  bool    `help:"Have its pages lead to where the house is now: for a host that has an old name of it and cannot redirect (mirror.lead)."`
	Say   *string `help:"What the status page says from now on; empty for nothing." placeholder:"TEXT"`
}

// Help says who else does this.
func (*mirrorKeep) Help() string {
	return "A server with mirror.to in its settings keeps that mirror by itself: this is for others, and for before there is a server."
}

// Run keeps it until it is interrupted, or once.
func (v *mirrorKeep) Run(ctx context.Context, s streams) error {
	c, err := v.settings()
	if err != nil {
		return err
	}
	if v.To == "" {
		v.To = c.Mirror.To
	}
	if v.To == "" && v.Say == nil {
		return errs.New(errs.Invalid, "Say where: --to DIR, or --to s3://… or sftp://… with its keys in [mirror] of the settings.")
	}
	return v.with(ctx, s, func(a *app.App) error {
		if v.Say != nil {
			if err := a.SayOnMirrors(ctx, *v.Say); err != nil {
				return err
			}
			fmt.Fprintln(s.out, "The status page of every mirror says so when it is brought up to date.")
		}
		if v.To == "" {
			return nil
		}
		a.Config.Mirror.Lead = a.Config.Mirror.Lead || v.Lead
		k, err := a.MirrorOnce(ctx, v.To, v.Again)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "The mirror at %s is up to date: %d pages made, %d files written (%d bytes), %d removed.\n", k.Place, k.Did.Pages, k.Did.Files, k.Did.Bytes, k.Did.Removed)
		if v.Once {
			return nil
		}
		return v.follow(ctx, a, k)
	})
}

// followEvery is how often it is looked for what happened.
const followEvery = time.Second

func (v *mirrorKeep) follow(ctx context.Context, a *app.App, k *app.Mirroring) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		k.Run(ctx)
	}()
	defer func() { <-done }()
	for tick := time.NewTicker(followEvery); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return nil
		case <-tick.C:
		}
		if err := a.FollowMirrors(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
}

type mirrorCheck struct {
	At      string `arg:"" name:"where" help:"A folder, an address on the web, s3://… or sftp://…."`
	Key     string `help:"What plaza mirror key printed on the network itself; without it, the mirror's own word is taken." placeholder:"KEY"`
	AtLeast int64  `help:"Refuse copies that are older than this number." placeholder:"N"`
	Access  string `help:"Access key of a store that speaks S3 (PLAZA_MIRROR_KEY)." env:"PLAZA_MIRROR_KEY" placeholder:"KEY"`
	Secret  string `help:"Its secret, or the password for SFTP. Better given as PLAZA_MIRROR_SECRET: others on this machine see what is typed." env:"PLAZA_MIRROR_SECRET" placeholder:"TEXT"`
	HostKey string `help:"Key of the SFTP server (PLAZA_MIRROR_HOST_KEY)." env:"PLAZA_MIRROR_HOST_KEY" placeholder:"KEY"`
	KeyFile string `help:"Private key for SFTP (PLAZA_MIRROR_KEY_FILE)." env:"PLAZA_MIRROR_KEY_FILE" placeholder:"FILE"`
}

// place is where it is.
func (v *mirrorCheck) place() conf.Place {
	return conf.Place{URL: v.At, Key: v.Access, Secret: conf.Secret(v.Secret), HostKey: v.HostKey, KeyFile: v.KeyFile}
}

// verify checks a mirror, and tells what is wrong with it.
func (v *mirrorCheck) verify(ctx context.Context, s streams) (app.MirrorReport, error) {
	bar := s.bar()
	r, err := app.VerifyMirror(ctx, v.place(), app.MirrorCheck{Key: v.Key, AtLeast: v.AtLeast, Told: bar.tell})
	bar.end()
	return r, err
}

type mirrorVerify struct {
	mirrorCheck
	JSON bool `name:"json" help:"As JSON."`
}

// Run prints what was found, and fails if something is wrong.
func (v *mirrorVerify) Run(ctx context.Context, s streams) error {
	r, err := v.verify(ctx, s)
	if err != nil {
		return err
	}
	if v.JSON {
		err = json.NewEncoder(s.out).Encode(map[string]any{"address": r.Manifest.Address, "number": r.Manifest.Number, "moment": r.Manifest.At, "key": r.Key,
			"files": r.Manifest.Files, "bytes": r.Manifest.Bytes, "checked": r.Checked, "changed": r.Changed, "missing": r.Missing, "extra": r.Extra, "listed": r.Listed, "ok": r.OK()})
	} else {
		v.print(s, r)
	}
	if err == nil && !r.OK() {
		err = errs.Newf(errs.Conflict, "The mirror is not as it was signed: %d files changed, %d missing, %d that do not belong there.", len(r.Changed), len(r.Missing), len(r.Extra))
	}
	return err
}

func (v *mirrorVerify) print(s streams, r app.MirrorReport) {
	for _, wrong := range []struct {
		what  string
		files []string
	}{{"CHANGED", r.Changed}, {"MISSING", r.Missing}, {"EXTRA  ", r.Extra}} {
		for _, f := range wrong.files {
			fmt.Fprintf(s.out, "%s  %s\n", wrong.what, f)
		}
	}
	fmt.Fprintf(s.out, "A mirror of %s, number %d, of %s.\n%d of %d files are as they were signed.\n", r.Manifest.Address, r.Manifest.Number, r.Manifest.At.Format(time.RFC3339), r.Checked, r.Manifest.Files)
	if v.Key == "" {
		fmt.Fprintf(s.out, "Signed with %s: that is the mirror's own word. Compare it with what the network itself says.\n", r.Key)
	}
	if !r.Listed {
		fmt.Fprintln(s.out, "Whether other files lie beside them cannot be seen from here: a web host does not list them.")
	}
}

type mirrorServe struct {
	mirrorCheck
	Listen     string `help:"Address to listen at." default:"127.0.0.1:8090" placeholder:"ADDR"`
	Unverified bool   `help:"Serve what lies there without a look at it."`
}

// Run serves until it is interrupted.
func (v *mirrorServe) Run(ctx context.Context, s streams) error {
	var report *app.MirrorReport
	if !v.Unverified {
		r, err := v.verify(ctx, s)
		if err != nil {
			return err
		}
		if !r.OK() && len(r.Changed)+len(r.Missing) > 0 {
			return errs.New(errs.Conflict, "The mirror is not as it was signed, and is not served: plaza mirror verify names the files. With --unverified it is served as it is.")
		}
		report = &r
	}
	h, err := app.MirrorHandler(v.place(), report)
	if err != nil {
		return err
	}
	l, err := listen(v.Listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "The mirror is at http://%s\n", l.Addr())
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, WriteTimeout: 10 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10}
	stop := context.AfterFunc(ctx, func() { srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

type mirrorKey struct {
	where
	JSON bool `name:"json" help:"As JSON."`
}

// Run prints the public part of the key.
func (v *mirrorKey) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		key, err := a.MirrorKey(ctx)
		if err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"key": strings.TrimSpace(key)}, "%s", key)
	})
}

type mirrorForget struct {
	where
	JSON bool   `name:"json" help:"Print the result as JSON."`
	To   string `arg:"" name:"where" help:"The folder or address."`
}

// Run forgets it.
func (v *mirrorForget) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		if err := a.ForgetMirror(ctx, v.To); err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"forgotten": v.To}, "The mirror at %s is no longer kept.", v.To)
	})
}
