package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"plaza": main}) }

// TestScenarios plays what stands in test/scenarios with the real program.
func TestScenarios(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "../../test/scenarios",
		Setup: func(e *testscript.Env) error {
			at, err := freeAddress()
			e.Setenv("AT", at)
			e.Setenv("URL", "http://"+at)
			e.Setenv("PLAZA_DATA", e.WorkDir+"/data")
			e.Setenv("PLAZA_LISTEN", at)
			e.Setenv("PLAZA_URL", "http://"+at)
			return err
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"healthy": healthy, "call": call, "taken": taken, "elsewhere": elsewhere, "pictures": pictures, "replicate": replicate, "visit": visit, "submit": submit, "square": square, "recount": recount},
	})
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// healthy waits until the server is.
func healthy(ts *testscript.TestScript, _ bool, _ []string) {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if resp, err := http.Get(ts.Getenv("URL") + "/healthz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
	}
	ts.Fatalf("the server did not become healthy")
}

// call sends METHOD PATH [BODY], with the token in the file "token" if there
// is one, and prints the status and the body. "! call" wants a failure.
func call(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: call METHOD PATH [FORM]")
	}
	req, err := http.NewRequest(args[0], ts.Getenv("URL")+args[1], strings.NewReader(strings.Join(args[2:], "")))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token, err := os.ReadFile(ts.MkAbs("token")); err == nil {
		req.Header.Set("Authorization", "Bearer "+string(bytes.TrimSpace(token)))
	}
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%d %s\n", resp.StatusCode, body)
	if ok := resp.StatusCode < 400; ok == neg {
		ts.Fatalf("%s %s: %d %s", args[0], args[1], resp.StatusCode, body)
	}
}

// taken listens at $AT until the scenario ends.
func taken(ts *testscript.TestScript, _ bool, _ []string) {
	l, err := net.Listen("tcp", ts.Getenv("AT"))
	ts.Check(err)
	ts.Defer(func() { l.Close() })
}

// elsewhere has the house have heard of zoe@far.example, a month ago: of two
// posts, one of which is liked by the account that is named, and of a picture;
// and of nil@far.example, who said nothing.
func elsewhere(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{URL: ts.Getenv("PLAZA_DATA") + "/plaza.db", Clock: clock.System})
	ts.Check(err)
	defer s.Close()
	ts.Check(s.Write(ctx, func(tx *store.Tx) error {
		then := tx.Now.AddDate(0, -1, 0)
		who, err := tx.AccountNamed(ctx, args[0], "")
		if err != nil {
			return err
		}
		zoe := social.AccountID(id.New(then))
		for at, name := range map[social.AccountID]string{zoe: "zoe", social.AccountID(id.New(then)): "nil"} {
			if err := tx.AddAccount(ctx, social.Account{ID: at, Username: name, Host: "far.example", URI: "https://far.example/" + name, Kind: social.Person, Standing: social.Good, CreatedAt: then, ChangedAt: then}); err != nil {
				return err
			}
		}
		for i := range 2 {
			p := social.Post{ID: social.PostID(id.New(then)), Author: zoe, HTML: "<p>Far</p>", Visibility: social.Public, At: then, URI: fmt.Sprint("https://far.example/", i)}
			p.Thread = p.ID
			m := social.Media{ID: social.MediaID(id.New(then)), Owner: zoe, Post: p.ID, Kind: social.Image, State: social.MediaReady, Remote: "http://127.0.0.1:1/cat.png"}
			p.Media = []social.MediaID{m.ID}
			if err := errors.Join(tx.AddMedia(ctx, m, ""), tx.AddPost(ctx, p), tx.CountIn(ctx, p)); err != nil {
				return err
			}
			if i == 0 {
				if _, err := tx.AddMark(ctx, social.Liked, who.ID, p.ID); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// pictures makes an archive of cat.png, and of dog.png, which is none.
func pictures(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	z := zip.NewWriter(f)
	cat, err := z.Create("cat.png")
	ts.Check(err)
	ts.Check(png.Encode(cat, image.NewGray(image.Rect(0, 0, 20, 20))))
	dog, err := z.Create("dog.png")
	ts.Check(err)
	_, err = dog.Write([]byte("woof"))
	ts.Check(errors.Join(err, z.Close(), f.Close()))
}

// A bar is drawn on a terminal, and nowhere else.
func TestBar(t *testing.T) {
	screen, keys := terminal(t)
	t.Setenv("PLAZA_DATA", t.TempDir())
	var out, plain bytes.Buffer
	people := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(people, []byte("ada,ada@example.com\nben,ben@example.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := run([]string{"account", "create", "--from", people}, &out, keys); code != 0 {
		t.Fatalf("code %d", code)
	}
	drawn := make([]byte, 4096)
	n, err := screen.Read(drawn)
	if got := string(drawn[:n]); err != nil || !strings.Contains(got, "] 2 of 2") && !strings.Contains(got, "] 1 of 2") {
		t.Errorf("drawn %q, %v", got, err)
	}
	if got := strings.Count(out.String(), "\n"); got != 2 || strings.Contains(out.String(), "#") {
		t.Errorf("the answer is %q", out.String())
	}
	if code := run([]string{"search", "reindex"}, &out, &plain); code != 0 || plain.Len() != 0 {
		t.Errorf("without a terminal: code %d, %q", code, plain.String())
	}
}

func TestBarDrawsWhatItIsTold(t *testing.T) {
	var to bytes.Buffer
	b := &bar{to: &to, on: true}
	b.tell(1, 4)
	b.tell(2, 4) // too soon
	b.tell(4, 4)
	b.end()
	b.end()
	want := "\r[" + strings.Repeat("#", 10) + strings.Repeat(" ", 30) + "] 1 of 4" + toLineEnd + "\r[" + strings.Repeat("#", 40) + "] 4 of 4" + toLineEnd + "\n"
	if got := to.String(); got != want {
		t.Errorf("drew %q, want %q", got, want)
	}
	to.Reset()
	b.tell(7, 0)
	b.tell(8, 0)
	b.end()
	if got := to.String(); got != "\r7"+toLineEnd+"\n" {
		t.Errorf("without a total: %q", got)
	}
}
