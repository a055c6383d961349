// Package peers has a Plaza live beside servers of another make, and its people
// know theirs: each does what people do, and what came of it is looked at on
// both sides. The other server is fedify/peer.mjs, made with the npm package of
// that name, which knows nothing of Plaza.
package peers

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/social"
)

// The kinds of signatures, as fedify calls them.
const (
	cavage  = "draft-cavage-http-signatures-12"
	rfc9421 = "rfc9421"
)

// A peer is a server made with fedify.
type peer struct {
	origin string
	cmd    *exec.Cmd
	names  atomic.Int64
	errors *bytes.Buffer
}

// shared is the peer of all tests that want nothing special of it.
var shared = sync.OnceValues(func() (*peer, error) { return open() })

func TestMain(m *testing.M) {
	code := m.Run()
	if packages != "" {
		if p, err := shared(); err == nil {
			p.close()
		}
	}
	os.Exit(code)
}

// packages is the folder where what the peer is made of is installed.
var packages = os.Getenv("PLAZA_TEST_FEDIFY")

// installed skips a test where there is none.
func installed(t *testing.T) {
	if packages == "" {
		t.Skip("fedify is not installed: make test-peers does that")
	}
}

// open starts a peer.
func open(env ...string) (*peer, error) {
	dir, err := os.MkdirTemp("", "plaza-peer")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) // once it is open, it has read what it needs
	if err := os.CopyFS(dir, os.DirFS("fedify")); err != nil {
		return nil, err
	}
	if err := os.Symlink(filepath.Join(packages, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &peer{origin: "http://" + l.Addr().String(), cmd: exec.Command("node", "peer.mjs"), errors: &bytes.Buffer{}}
	l.Close()
	p.cmd.Dir, p.cmd.Stderr = dir, p.errors
	p.cmd.Env = append(os.Environ(), append(env, "ORIGIN="+p.origin)...)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "open\n" {
		p.close()
		return nil, fmt.Errorf("the peer does not open: %s", p.errors)
	}
	return p, nil
}

func (p *peer) close() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// A wish is what the peer is to do.
type wish map[string]any

// A did is what came of it.
type did struct {
	ID      string
	Refused int // with what status
	Sent    []struct {
		To, Kind string
		Status   int
	}
}

// A said is what the peer heard or found, as fedify understood it.
type said struct {
	Type, ID, By, Of, Target, Result, Text, Kind, Path               string
	Warning, Title, ReplyTo, Page, Quote, Stamp, Edited              string
	Name, Called, About, Inbox, Shared, Moved, Quoting, Quoted, Ends string
	Sensitive, Locked                                                bool
	Voters                                                           int
	To, Cc, All, Tags, Files, Policy, One, Many, Aliases, Keys       []string
	Object, Instrument                                               *said
}

// A house is a Plaza with ada and ben in it, beside a peer.
type house struct {
	*apptest.Server
	*testing.T
	peer     *peer
	ada, ben *apptest.Person
}

// each runs a story on all engines, beside the peer that all share.
func each(t *testing.T, story func(h *house)) {
	t.Parallel()
	installed(t)
	p, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	play := func(t *testing.T, s *apptest.Server) { story(beside(t, s, p)) }
	if os.Getenv("PLAZA_TEST_LONG") == "" { // what is stored is tested elsewhere on both engines
		play(t, apptest.Start(t, closedNetwork))
		return
	}
	apptest.Each(t, play, closedNetwork)
}

// closedNetwork has a Plaza know servers of this machine.
func closedNetwork(c *conf.Config) { c.Private = netsafe.Loopback }

func beside(t *testing.T, s *apptest.Server, p *peer) *house {
	return &house{s, t, p, s.Join("ada", social.Member), s.Join("ben", social.Member)}
}

// control asks the peer over a new connection each time: the peer ends those that
// nothing came over for a while, and what is just being sent then is lost.
var control = http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// do has the peer do something.
func (h *house) do(what string, w wish, into any) {
	h.Helper()
	ask := wish{"do": what}
	for k, v := range w {
		ask[k] = v
	}
	body, err := json.Marshal(ask)
	if err != nil {
		h.Fatal(err)
	}
	resp, err := control.Post(h.peer.origin+"/control", "application/json", bytes.NewReader(body))
	if err != nil {
		h.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		h.Fatalf("%s: %v, %.2000s", body, err, got)
	}
	if into != nil {
		if err := json.Unmarshal(got, into); err != nil {
			h.Fatalf("%s: %v in %s", body, err, got)
		}
	}
}

// does is do for what is sent to this Plaza, which has to take it.
func (h *house) does(what string, w wish) did {
	h.Helper()
	var d did
	h.do(what, w, &d)
	if d.Refused != 0 {
		h.Fatalf("%s %v: refused with %d after %v\n%s", what, w, d.Refused, d.Sent, h.peer.errors)
	}
	return d
}

// someone moves in at the peer, under a name that nobody had.
func (h *house) someone(more wish) (name, uri string) {
	h.Helper()
	name = fmt.Sprintf("fay%d", h.peer.names.Add(1))
	w := wish{"name": name}
	for k, v := range more {
		w[k] = v
	}
	return name, h.does("join", w).ID
}

// hears waits until the peer has heard of something from this Plaza that fits.
func (h *house) hears(kind string, fits func(a said) bool) said {
	h.Helper()
	var raw []json.RawMessage
	var got said
	h.eventually(func() bool {
		h.do("heard", wish{"from": h.URL}, &raw)
		for _, one := range raw {
			got = said{}
			if err := json.Unmarshal(one, &got); err != nil {
				h.Fatalf("%v in %s", err, one)
			}
			if got.Type == kind && fits(got) {
				return true
			}
		}
		return false
	}, func() string {
		return fmt.Sprintf("the peer hears of no such %s, but of %s\n%s", kind, raw, h.peer.errors)
	})
	return got
}

// looks has somebody there ask for what is at an address here.
func (h *house) looks(by, at string) (s said) {
	h.Helper()
	h.do("look", wish{"by": by, "at": at}, &s)
	return s
}

// actor is the address of one of ours.
func (h *house) actor(p *apptest.Person) string { return fmt.Sprintf("%s/ap/users/%d", h.URL, p.ID) }

func (h *house) post(id string) string { return h.URL + "/ap/posts/" + id }

type account struct {
	ID, Acct, URI, URL, Note string
	DisplayName              string `json:"display_name"`
	Locked                   bool
	Moved                    *account
}

type status struct {
	ID, URI, Content, Visibility, Language string
	SpoilerText                            string `json:"spoiler_text"`
	Sensitive                              bool
	EditedAt                               *string `json:"edited_at"`
	Account                                account
	Reblog                                 *status
	Favourites                             int     `json:"favourites_count"`
	Reblogs                                int     `json:"reblogs_count"`
	Replies                                int     `json:"replies_count"`
	InReplyTo                              *string `json:"in_reply_to_id"`
	Tags, Mentions                         []struct{ Name, Acct string }
	Media                                  []struct{ Type, Description string } `json:"media_attachments"`
	Poll                                   *poll
	Quote                                  *quote
}

type poll struct {
	ID       string
	Multiple bool
	Votes    int `json:"votes_count"`
	Options  []struct {
		Title string
		Votes int `json:"votes_count"`
	}
}

type quote struct {
	State  string
	Quoted *status `json:"quoted_status"`
}

// find is the account that is found under the handle of somebody there.
func (h *house) find(by *apptest.Person, name string) account {
	h.Helper()
	var all struct{ Accounts []account }
	handle := "@" + name + "@" + strings.TrimPrefix(h.peer.origin, "http://")
	by.Must("GET", "/api/v2/search?resolve=true&q="+url.QueryEscape(handle), nil, &all)
	if len(all.Accounts) != 1 {
		h.Fatalf("under %s there is %+v", handle, all.Accounts)
	}
	return all.Accounts[0]
}

// shown is a post of ours, or one that is found under its address there.
func (h *house) shown(by *apptest.Person, uri string) (st status, ok bool) {
	h.Helper()
	if id, ours := strings.CutPrefix(uri, h.post("")); ours {
		by.Must("GET", "/api/v1/statuses/"+id, nil, &st)
		return st, true
	}
	var all struct{ Statuses []status }
	by.Must("GET", "/api/v2/search?type=statuses&q="+url.QueryEscape(uri), nil, &all)
	if len(all.Statuses) != 1 {
		return st, false
	}
	by.Must("GET", "/api/v1/statuses/"+all.Statuses[0].ID, nil, &st)
	return st, true
}

// sees waits until the post at an address there is shown as it should be.
func (h *house) sees(by *apptest.Person, uri string, fits func(st status) bool) status {
	h.Helper()
	var st status
	h.eventually(func() bool {
		var ok bool
		st, ok = h.shown(by, uri)
		return ok && fits(st)
	}, func() string { return fmt.Sprintf("of %s ada sees %+v", uri, st) })
	return st
}

// eventually waits until ok, and otherwise tells what there is.
func (h *house) eventually(ok func() bool, what func() string) {
	h.Helper()
	for range 2000 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	h.Fatal("in vain: " + what())
}

type relation struct {
	Following, Requested bool
	FollowedBy           bool `json:"followed_by"`
	BlockedBy            bool `json:"blocked_by"`
}

// related waits until what is between p and somebody there is so.
func (h *house) related(p *apptest.Person, to account, fits func(r relation) bool) {
	h.Helper()
	var all []relation
	h.eventually(func() bool {
		p.Must("GET", "/api/v1/accounts/relationships?id[]="+to.ID, nil, &all)
		return fits(all[0])
	}, func() string { return fmt.Sprintf("between %s and %s there is %+v", p.Name, to.Acct, all) })
}

// told waits until p is told of something by somebody there.
func (h *house) told(p *apptest.Person, kind string, by account) {
	h.Helper()
	var all []struct {
		Type    string
		Account account
	}
	h.eventually(func() bool {
		p.Must("GET", "/api/v1/notifications", nil, &all)
		for _, n := range all {
			if n.Type == kind && n.Account.ID == by.ID {
				return true
			}
		}
		return false
	}, func() string { return fmt.Sprintf("%s is told %+v", p.Name, all) })
}

// follows has p follow somebody there, and waits until that is agreed to.
func (h *house) follows(p *apptest.Person, name string) account {
	h.Helper()
	a := h.find(p, name)
	p.Must("POST", "/api/v1/accounts/"+a.ID+"/follow", nil, nil)
	h.related(p, a, func(r relation) bool { return r.Following })
	return a
}
