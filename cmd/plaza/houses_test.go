package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// TestHouses plays what stands in test/scenarios/houses: two servers that know
// each other, a and b. Each scenario is played twice, so that either of them is
// the one that shows nothing to who does not sign, and that has its data in
// PostgreSQL where there is one.
func TestHouses(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts two servers for each scenario")
	}
	sides := []string{"a"}
	if long() {
		sides = append(sides, "b")
	}
	for _, strict := range sides {
		t.Run(strict+" is strict", func(t *testing.T) {
			t.Parallel()
			testscript.Run(t, testscript.Params{
				Dir:   "../../test/scenarios/houses",
				Setup: func(e *testscript.Env) error { return settle(e, strict) },
				Condition: func(what string) (bool, error) { // [embedded:a], whether the database of a is a file
					return what != "embedded:"+strict || database(strict, strict) == "", nil
				},
				Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
					"join": joinHouse, "visit": visit, "submit": submit,
					"serve": serveHouse, "crash": crashHouse, "restart": restartHouse, "at": atHouse,
					"as": as, "until": until, "keep": keep, "meet": meet, "find": find, "shown": shown, "pollends": pollEnds, "house": setHouse, "pictures": pictures, "picture": picture},
			})
		})
	}
}

// long reports whether there is time for all of it.
func long() bool { return os.Getenv("PLAZA_TEST_LONG") != "" }

// database is where a house has its database beside it, or empty.
func database(name, strict string) string {
	if name != strict || !long() {
		return ""
	}
	return os.Getenv("PLAZA_TEST_POSTGRES")
}

// A house is one server of a scenario.
type house struct {
	name, addr     string
	data, database string
	env            []string // its settings
	server         *exec.Cmd
	log            *os.File
	tokens         map[string]string
}

// houses are those of a scenario by name, and what one of them answered last.
type houses struct {
	all  map[string]*house
	last []byte
}

type housesKey struct{}

// people live in each house; the first owns it.
var people = map[string][]string{"a": {"ada", "amy"}, "b": {"ben", "bea"}}

// settle makes both houses with their people. $A and $B are their hosts.
func settle(e *testscript.Env, strict string) error {
	hs := &houses{all: map[string]*house{}}
	e.Values[housesKey{}] = hs
	for i, name := range []string{"a", "b"} {
		h := &house{name: name, data: filepath.Join(e.WorkDir, "data-"+name), tokens: map[string]string{}}
		h.database = filepath.Join(h.data, "plaza.db")
		hs.all[name] = h
		var err error
		if h.addr, err = freeAddressAt(fmt.Sprintf("127.0.0.%d", 2+i)); err != nil {
			return err
		}
		h.env = []string{"PLAZA_DATA=" + h.data, "PLAZA_LISTEN=" + h.addr, "PLAZA_URL=http://" + h.addr, "PLAZA_PRIVATE_NETWORKS=loopback", "PLAZA_RATE_LIMITS=off", "PLAZA_LOG_LEVEL=debug"}
		if name == strict {
			h.env = append(h.env, "PLAZA_AUTHORIZED_FETCH=on")
			if db := database(name, strict); db != "" {
				h.database = storetest.Database(e.T().(testing.TB), db)
				h.env = append(h.env, "PLAZA_DB="+h.database)
			}
		}
		if h.log, err = os.Create(filepath.Join(e.WorkDir, name+".log")); err != nil {
			return err
		}
		e.Defer(func() { h.kill(); h.log.Close() })
		e.Setenv(strings.ToUpper(name), h.addr)
		if err := h.join(people[name]); err != nil {
			return err
		}
	}
	return nil
}

func freeAddressAt(ip string) (string, error) {
	l, err := net.Listen("tcp", ip+":0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func (h *house) plaza(args ...string) *exec.Cmd {
	c := exec.Command("plaza", args...)
	c.Dir, c.Env = filepath.Dir(h.data), append(os.Environ(), h.env...)
	return c
}

// passwordOf is what somebody signs in with.
func passwordOf(name string) string { return "not a secret " + name }

// join makes accounts, with a token for each; the first of a house owns it.
func (h *house) join(names []string) error {
	first := len(h.tokens) == 0
	var csv strings.Builder
	for _, n := range names {
		fmt.Fprintf(&csv, "%s,%s@houses.example,%s\n", n, n, passwordOf(n))
	}
	list := h.data + ".csv"
	if err := os.WriteFile(list, []byte(csv.String()), 0o600); err != nil {
		return err
	}
	create := h.plaza("account", "create", "--from", list, "--tokens")
	var why bytes.Buffer
	create.Stderr = &why
	out, err := create.Output()
	if err != nil {
		return fmt.Errorf("make accounts: %w\n%s", err, &why)
	}
	for line := range strings.Lines(string(out)) {
		name, token, _ := strings.Cut(strings.TrimSpace(line), " ")
		h.tokens[name] = token
	}
	if !first {
		return nil
	}
	if err := h.plaza("account", "modify", names[0], "--role", "owner").Run(); err != nil {
		return err
	}
	token, err := h.plaza("token", "create", "--account", names[0], "--scopes", "read write follow admin:read admin:write").Output()
	h.tokens[names[0]] = string(bytes.TrimSpace(token))
	return err
}

// start starts the server and waits until it is well.
func (h *house) start() error {
	h.server = h.plaza("serve")
	h.server.Stderr = h.log
	if err := h.server.Start(); err != nil {
		return err
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if resp, err := http.Get("http://" + h.addr + "/healthz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
	return fmt.Errorf("house %s does not become healthy", h.name)
}

// kill ends the server as a power cut would.
func (h *house) kill() {
	if h.server != nil {
		h.server.Process.Kill()
		h.server.Wait()
		h.server = nil
	}
}

func housesOf(ts *testscript.TestScript) *houses { return ts.Value(housesKey{}).(*houses) }

// named is a house, by its name.
func named(ts *testscript.TestScript, name string) *house {
	h := housesOf(ts).all[name]
	if h == nil {
		ts.Fatalf("there is no house %q", name)
	}
	return h
}

// sideBySide does something to the houses that are named, side by side.
func sideBySide(ts *testscript.TestScript, names []string, do func(h *house) error) {
	faults := make([]error, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		h := named(ts, name)
		wg.Go(func() { faults[i] = do(h) })
	}
	wg.Wait()
	ts.Check(errors.Join(faults...))
}

// serve HOUSE...
func serveHouse(ts *testscript.TestScript, _ bool, args []string) {
	sideBySide(ts, args, (*house).start)
}

// crash HOUSE...: with SIGKILL.
func crashHouse(ts *testscript.TestScript, _ bool, args []string) {
	sideBySide(ts, args, func(h *house) error { h.kill(); return nil })
}

// restart HOUSE...: the same, and serve.
func restartHouse(ts *testscript.TestScript, _ bool, args []string) {
	sideBySide(ts, args, func(h *house) error { h.kill(); return h.start() })
}

// at HOUSE COMMAND...: a command of plaza, on the data of a house.
func atHouse(ts *testscript.TestScript, neg bool, args []string) {
	out, err := named(ts, args[0]).plaza(args[1:]...).CombinedOutput()
	ts.Stdout().Write(out)
	if (err != nil) != neg {
		ts.Fatalf("plaza %s: %v\n%s", strings.Join(args[1:], " "), err, out)
	}
}

// join PERSON@HOUSE...: who is there besides those who always are.
func joinHouse(ts *testscript.TestScript, _ bool, args []string) {
	for _, who := range args {
		person, at, _ := strings.Cut(who, "@")
		ts.Check(named(ts, at).join([]string{person}))
	}
}

// guest is whoever has no account.
const guest = "guest"

// An errand is PERSON@HOUSE METHOD PATH [NAME=VALUE...]. The value @@FILE is a file.
type errand struct {
	h                   *house
	token, method, path string
	fields              []string
}

func readCall(ts *testscript.TestScript, args []string) errand {
	if len(args) < 3 {
		ts.Fatalf("usage: PERSON@HOUSE METHOD PATH [NAME=VALUE...]")
	}
	person, at, _ := strings.Cut(args[0], "@")
	h := named(ts, at)
	if h.tokens[person] == "" && person != guest {
		ts.Fatalf("nobody is called %s at %s", person, at)
	}
	return errand{h, h.tokens[person], args[1], args[2], args[3:]}
}

func (c errand) form(ts *testscript.TestScript) (kind string, body io.Reader) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range c.fields {
		name, value, _ := strings.Cut(f, "=")
		file, is := strings.CutPrefix(value, "@@")
		if !is {
			ts.Check(w.WriteField(name, value))
			continue
		}
		part, err := w.CreateFormFile(name, file)
		ts.Check(err)
		_, err = part.Write([]byte(ts.ReadFile(file)))
		ts.Check(err)
	}
	ts.Check(w.Close())
	return w.FormDataContentType(), &b
}

func (c errand) do(ts *testscript.TestScript) (code int, answer []byte, err error) {
	kind, body := c.form(ts)
	if len(c.fields) == 0 {
		body = nil
	}
	r, err := http.NewRequest(c.method, "http://"+c.h.addr+c.path, body)
	ts.Check(err)
	if body != nil {
		r.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	housesOf(ts).last = answer
	return resp.StatusCode, answer, err
}

// client does not wait for ever for a house that hangs.
var client = &http.Client{Timeout: 20 * time.Second}

// as is one call; it prints the answer. "! as" wants a refusal.
func as(ts *testscript.TestScript, neg bool, args []string) {
	code, answer, err := readCall(ts, args).do(ts)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%d %s\n", code, answer)
	if ok := code < 400; ok == neg {
		ts.Fatalf("%s: %d %s", strings.Join(args, " "), code, answer)
	}
}

// patience is how long a scenario waits for anything. On PostgreSQL, where a
// house may not be alone, what it was at when it was killed waits for the lease.
var patience = func() time.Duration {
	if os.Getenv("PLAZA_TEST_POSTGRES") != "" && long() {
		return 4 * time.Minute
	}
	return 40 * time.Second
}()

// until calls again and again, PERSON@HOUSE PATH WANT..., until all that is
// wanted of the answer is so: PLACE=VALUE, PLACE~PART, or the status as 404.
// A place is names and numbers with dots between them; len is how many there are.
func until(ts *testscript.TestScript, _ bool, args []string) {
	c := readCall(ts, append([]string{args[0], http.MethodGet}, args[1:2]...))
	var why string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		code, answer, err := c.do(ts)
		if why = fmt.Sprint(err); err != nil {
			continue
		}
		i := slices.IndexFunc(args[2:], func(want string) bool { return !wanted(want, code, answer) })
		if i < 0 {
			return
		}
		why = fmt.Sprintf("not %s: %d %s", args[2+i], code, answer)
	}
	ts.Fatalf("not in %v: %s\nbut %.4000s", patience, strings.Join(args, " "), why)
}

func wanted(want string, code int, answer []byte) bool {
	i := strings.IndexAny(want, "=~")
	if i < 0 {
		return fmt.Sprint(code) == want
	}
	got, ok := place(answer, want[:i])
	if want[i] == '~' {
		return ok && strings.Contains(got, want[i+1:])
	}
	return ok && got == want[i+1:]
}

// place is what stands at a place of a document.
func place(doc []byte, where string) (string, bool) {
	var v any
	if json.Unmarshal(doc, &v) != nil {
		return "", false
	}
	for _, step := range strings.Split(where, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			if step == "len" {
				return fmt.Sprint(len(x)), true
			}
			var n int
			if _, err := fmt.Sscan(step, &n); err != nil || n >= len(x) {
				return "", false
			}
			v = x[n]
		default:
			return "", false
		}
	}
	return fmt.Sprint(v), true
}

// keep NAME PLACE: a part of the last answer, as $NAME.
func keep(ts *testscript.TestScript, _ bool, args []string) {
	got, ok := place(housesOf(ts).last, args[1])
	if !ok || got == "<nil>" {
		ts.Fatalf("there is no %s in %s", args[1], housesOf(ts).last)
	}
	ts.Setenv(args[0], got)
}

// meet PERSON@HOUSE OTHER NAME: who looks up somebody elsewhere, whose id there
// is $NAME then.
func meet(ts *testscript.TestScript, _ bool, args []string) {
	lookUp(ts, args[0], "accounts", args[1], "true")
	ts.Setenv(args[2], firstID(ts, "accounts"))
}

// find PERSON@HOUSE URI NAME: waits until a post is there that has an address.
func find(ts *testscript.TestScript, _ bool, args []string) {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		lookUp(ts, args[0], "statuses", args[1], "false")
		if got, ok := place(housesOf(ts).last, "statuses.0.id"); ok {
			ts.Setenv(args[2], got)
			return
		}
	}
	ts.Fatalf("%s does not come: %s", args[1], housesOf(ts).last)
}

func lookUp(ts *testscript.TestScript, who, kind, what, resolve string) {
	_, _, err := readCall(ts, []string{who, http.MethodGet, "/api/v2/search?" + url.Values{"type": {kind}, "q": {what}, "resolve": {resolve}}.Encode()}).do(ts)
	ts.Check(err)
}

func firstID(ts *testscript.TestScript, kind string) string {
	got, ok := place(housesOf(ts).last, kind+".0.id")
	if !ok {
		ts.Fatalf("nothing found: %s", housesOf(ts).last)
	}
	return got
}

// pollends HOUSE POST: the poll of a post ends in a moment, as if its time had passed.
// The house must not be served meanwhile.
func pollEnds(ts *testscript.TestScript, _ bool, args []string) {
	h, ctx := named(ts, args[0]), context.Background()
	which, ok := id.Parse(args[1])
	if !ok || h.server != nil {
		ts.Fatalf("usage: pollends HOUSE POST, while the house is closed")
	}
	s, err := store.Open(ctx, store.Options{URL: h.database, Clock: clock.System})
	ts.Check(err)
	defer s.Close()
	ts.Check(s.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.Post(ctx, social.PostID(which))
		if err != nil {
			return err
		}
		poll, err := tx.HoldPoll(ctx, p.Poll)
		if err != nil {
			return err
		}
		poll.EndsAt = tx.Now.Add(time.Second) // what ended before it came is not told of
		return tx.SetPoll(ctx, poll, true)
	}))
}

// house HOUSE downvotes: a house votes against replies, also of who has just come, and
// knows already what others run. It must not be served meanwhile.
func setHouse(ts *testscript.TestScript, _ bool, args []string) {
	h, ctx := named(ts, args[0]), context.Background()
	if len(args) != 2 || args[1] != "downvotes" || h.server != nil {
		ts.Fatalf("usage: house HOUSE downvotes, while the house is closed")
	}
	s, err := store.Open(ctx, store.Options{URL: h.database, Clock: clock.System})
	ts.Check(err)
	defer s.Close()
	ts.Check(s.Write(ctx, func(tx *store.Tx) error {
		house, err := tx.House(ctx)
		if err != nil {
			return err
		}
		house.Downvotes, house.DownDays = true, 0
		for _, other := range housesOf(ts).all {
			if err := tx.MeetPeer(ctx, other.addr); err != nil {
				return err
			}
			if err := tx.SetPeerSoftware(ctx, other.addr, "plaza", "1"); err != nil {
				return err
			}
		}
		return tx.SetHouse(ctx, house)
	}))
}

// shown URL: a picture is there, and is one.
func shown(ts *testscript.TestScript, _ bool, args []string) {
	resp, err := client.Get(args[0])
	ts.Check(err)
	defer resp.Body.Close()
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || !strings.HasPrefix(kind, "image/") {
		ts.Fatalf("%s answers %d, %s", args[0], resp.StatusCode, kind)
	}
	fmt.Fprintln(ts.Stdout(), args[0])
}

// picture FILE: makes a grey one.
func picture(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(errors.Join(png.Encode(f, image.NewGray(image.Rect(0, 0, 20, 20))), f.Close()))
}
