package app_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
)

// A list is asked for at its own server, which may be anything.
func TestListOfAnotherServer(t *testing.T) {
	t.Parallel()
	w := fedtest.New(t)
	s := apptest.StartReaching(t, w.Outward())
	lists, ctx := w.Host("lists.example"), t.Context()
	ask := func(address string) error {
		_, err := s.Hosts.Subscribe(ctx, social.Keyboard, address, false)
		return err
	}
	good := lists.ServeAs("/good.csv", "text/csv", http.StatusOK, []byte("#domain,#severity\nbad.example,silence\n"))
	if err := ask(lists.Redirect("/moved.csv", good)); err != nil {
		t.Error(err)
	}
	if got := lists.Asked(); len(got) != 2 || !strings.HasPrefix(got[0].Header.Get("User-Agent"), "Plaza/") {
		t.Errorf("asked %+v", got)
	}
	endless := lists.Handle("/endless.csv", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/csv")
		io.WriteString(w, "#domain\n")
		for line := strings.Repeat("bad.example\n", 1000); ; {
			if _, err := io.WriteString(w, line); err != nil {
				return
			}
		}
	})
	bomb := lists.Handle("/bomb.csv", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/csv")
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		for range 5 << 10 { // 5 GB, unpacked
			if _, err := z.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	})
	claims := lists.Handle("/claims.csv", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "5368709120")
		w.WriteHeader(http.StatusOK)
	})
	round := lists.Redirect("/round.csv", lists.URL("/round.csv"))
	for what, tt := range map[string]struct {
		address string
		want    errs.Kind
	}{
		"a page":             {lists.ServeAs("/page", "text/html; charset=utf-8", http.StatusOK, []byte("<!doctype html><p>#domain")), errs.Invalid},
		"a page in disguise": {lists.ServeAs("/page.csv", "text/csv", http.StatusOK, []byte("\n<html>")), errs.Invalid},
		"no columns":         {lists.ServeAs("/names.csv", "text/plain", http.StatusOK, []byte("bad.example\n")), errs.Invalid},
		"nothing":            {lists.ServeAs("/nothing.csv", "text/csv", http.StatusOK, []byte("#domain\n")), errs.Invalid},
		"only ourselves":     {lists.ServeAs("/us.csv", "text/csv", http.StatusOK, []byte("#domain\n"+strings.TrimPrefix(s.URL, "http://")+"\n")), errs.Invalid},
		"endless":            {endless, errs.Invalid},
		"a bomb":             {bomb, errs.Invalid},
		"5 GB, it says":      {claims, errs.Invalid},
		"round and round":    {round, errs.Invalid},
		"to plain http":      {lists.Redirect("/plain.csv", "http://lists.example/good.csv"), errs.Forbidden},
		"to a private place": {lists.Redirect("/private.csv", "https://10.0.0.1/good.csv"), errs.Forbidden},
		"gone":               {lists.Gone("/gone.csv"), errs.NotFound},
		"broken":             {lists.ServeAs("/broken.csv", "text/csv", http.StatusInternalServerError, []byte("#domain\nbad.example\n")), errs.Unavailable},
	} {
		if err := ask(tt.address); err == nil || errs.KindOf(err) != tt.want {
			t.Errorf("%s: %v, want kind %v", what, err, tt.want)
		}
	}
	all, err := s.Hosts.Lists(ctx, social.Keyboard)
	if err != nil || len(all) != 1 {
		t.Errorf("%+v, %v; want the one that is good", all, err)
	}
}
