package app_test

import (
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/evidence"
)

// A small surge: nothing is lost, and every receipt is in the log in time. What
// it takes is for plaza dev surge to say.
func TestSurge(t *testing.T) {
	s := apptest.Start(t)
	out, err := s.App.Play(t.Context(), app.Surge{Reports: 300, Subjects: 60, Readers: 5, Quiet: time.Second, Burst: time.Second}, t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", out)
	if out.Failed != 0 || out.Taken < 300 || out.Taken != out.Sent || out.Receipts != out.Taken || out.Missing != 0 || out.Cases != 60 || out.Slowest > evidence.Promise {
		t.Errorf("surged: %+v", out)
	}
}
