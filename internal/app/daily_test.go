package app

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/replica"
)

// TestDailySaid has a house make a daily copy, and looks at every place where it
// is said how old it is.
func TestDailySaid(t *testing.T) {
	t.Parallel()
	c, _ := copiedHouse(t)
	a, err := Open(t.Context(), serving(c))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	r := a.replica.Load()
	for late := time.Now().Add(time.Minute); r.Status().Copies[0].Covers.IsZero(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("the copy does not come about")
		}
	}
	if s := a.copiesState().Copies[0]; !strings.Contains(s.Daily, "no daily copy yet") || s.DailyLate {
		t.Errorf("the page says %+v", s)
	}
	if made, err := r.MakeDaily(t.Context()); err != nil || !made.OK() {
		t.Fatalf("%+v, %v", made, err)
	}
	if s := a.copiesState().Copies[0]; !strings.Contains(s.Daily, "The newest daily copy is of") || s.DailyLate {
		t.Errorf("the page says %+v", s)
	}
	w := httptest.NewRecorder()
	a.meters.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{"plaza_replica_daily_age_seconds{place=", "plaza_replica_daily_bytes{place="} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("metrics have no %s", want)
		}
	}
	if f := dailies(c); len(f) != 1 || !f[0].OK || !strings.Contains(f[0].Says, "The newest daily copy is of") {
		t.Errorf("the doctor says %+v", f)
	}
	late := r.Status().Copies[0]
	late.Daily.At, late.Daily.Age, late.Daily.Late, late.Daily.Fault = time.Now().Add(-37*time.Hour), 37*60*60, true, "nobody is at home"
	var log bytes.Buffer
	if (&App{log: slog.New(slog.NewTextHandler(&log, nil))}).sayDaily(late); !strings.Contains(log.String(), "level=ERROR msg=\"THERE IS NO DAILY COPY") || !strings.Contains(log.String(), "nobody is at home") {
		t.Errorf("the log says %s", log.String())
	}
	if says := dailySays(*late.Daily); !strings.Contains(says, "37h0m0s ago") || !strings.Contains(says, "nobody is at home") {
		t.Errorf("it is said %q", says)
	}

	taken(t, c)
	if made, err := r.MakeDaily(t.Context()); err != nil || made.OK() {
		t.Errorf("another has taken over: %+v, %v", made, err)
	}
	if a.Store.Gate() == nil {
		t.Error("it goes on writing")
	}
}

// Whoever asks for a daily copy where there is none is told why.
func TestNoDaily(t *testing.T) {
	t.Parallel()
	c, _ := copiedHouse(t)
	if _, err := DailyNow(t.Context(), c); errs.KindOf(err) != errs.NotFound {
		t.Errorf("nothing ever ran: %v", err)
	}
	once(t, serving(c))
	if _, err := DailyNow(t.Context(), c); err == nil {
		t.Error("nobody runs, and there was no error")
	}
	for _, change := range []func(*conf.Config){func(c *conf.Config) { c.DailyKeep = 0 }, func(c *conf.Config) { c.DB = "postgres://nobody/none" }} {
		c := c
		change(&c)
		if _, err := DailyNow(t.Context(), c); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%d days on %q: %v", c.DailyKeep, c.DB, err)
		}
	}
	if f := dailies(conf.Config{}); len(f) != 1 || !f[0].OK {
		t.Errorf("none is to be made, and the doctor says %+v", f)
	}
	if d := daily(conf.Config{Data: t.TempDir(), DailyKeep: 3}); d.Keep != 3 || replica.DailyLate <= replica.DailyEvery {
		t.Errorf("%+v", d)
	}
}
