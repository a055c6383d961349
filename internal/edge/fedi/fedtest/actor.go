package fedtest

import (
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
)

// An Actor is somebody on another server.
type Actor struct {
	*Host
	Name  string
	ID    string
	KeyID string
	Key   crypto.Signer
	Sign  sign.Kind   // how it signs: Cavage at first
	Along http.Header // that go with what it sends, and are signed if signatures know them
	Doc   M           // as it is served; after a change, Publish
}

// Actor is a new actor of the host, which is served and found from now on.
func (h *Host) Actor(name string) *Actor {
	a := &Actor{Host: h, Name: name, ID: h.URL("/users/" + name), Key: NewKey(h.world.t), Sign: sign.Cavage}
	a.KeyID = a.ID + "#main-key"
	a.Doc = M{
		"@context": []any{"https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"},
		"id":       a.ID, "type": "Person", "preferredUsername": name, "name": strings.ToUpper(name[:1]) + name[1:],
		"inbox": a.ID + "/inbox", "outbox": a.ID + "/outbox", "followers": a.ID + "/followers", "following": a.ID + "/following", "featured": a.ID + "/featured",
		"endpoints": M{"sharedInbox": h.URL("/inbox")}, "url": h.URL("/@" + name),
		"publicKey": a.PublicKey(),
	}
	a.Publish()
	return a
}

// Publish serves the actor as Doc says.
func (a *Actor) Publish() {
	a.Serve(a.ID, a.Doc)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.actors[strings.ToLower(a.Name)] = a
}

// Rotate gives the actor another key.
func (a *Actor) Rotate() {
	a.Key = NewKey(a.world.t)
	a.Doc["publicKey"] = a.PublicKey()
	a.Publish()
}

// PublicKey is how the actor's key is served.
func (a *Actor) PublicKey() M {
	pem, err := sign.PEM(a.Key.Public())
	if err != nil {
		a.world.t.Fatal(err)
	}
	return M{"id": a.KeyID, "owner": a.ID, "publicKeyPem": pem}
}

// Leave has the actor be gone.
func (a *Actor) Leave() {
	a.Gone(a.ID)
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.actors, strings.ToLower(a.Name))
}

// count makes addresses that nothing else has.
var count atomic.Int64

// New is an address at the actor's host that nothing has yet.
func (a *Actor) New(what string) string {
	return fmt.Sprintf("%s/%s/%d", a.ID, what, count.Add(1))
}

// The audiences of a post.
const Public = "https://www.w3.org/ns/activitystreams#Public"

// Note is a public post by the actor, with further properties in place of the
// usual ones; nil leaves one out. It is served at its id.
func (a *Actor) Note(content string, further M) M {
	id := a.New("notes")
	n := M{"@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": "Note", "attributedTo": a.ID, "content": content, "published": time.Now().UTC().Format(time.RFC3339),
		"to": []string{Public}, "cc": []string{a.ID + "/followers"}, "url": id}
	n = with(n, further)
	if id, ok := n["id"].(string); ok && strings.HasPrefix(id, a.URL("/")) {
		a.Serve(id, n)
	}
	return n
}

// Does is an activity of the actor about an object: an address or a document.
func (a *Actor) Does(verb string, object any, further M) M {
	m := M{"@context": "https://www.w3.org/ns/activitystreams", "id": a.New("activities"), "type": verb, "actor": a.ID, "object": object}
	if o, ok := object.(M); ok {
		for _, name := range []string{"to", "cc"} {
			if o[name] != nil {
				m[name] = o[name]
			}
		}
	}
	return with(m, further)
}

func with(m, further M) M {
	out := M{}
	for _, all := range []M{m, further} {
		for k, v := range all {
			if out[k] = v; v == nil {
				delete(out, k)
			}
		}
	}
	return out
}

// A Target is the server that is tested: where it is called by itself, and
// where it listens.
type Target struct{ Base, Listens string }

// Inbox is where everybody's activities are sent to.
func (t Target) Inbox() string { return t.Base + "/ap/inbox" }

// Send signs and sends an activity to an inbox of t, and tells what status
// came back. Change, if it is not nil, may do anything to the request after it
// was signed.
func (a *Actor) Send(t Target, activity any, change ...func(*http.Request)) int {
	a.world.t.Helper()
	status, _ := a.Call(t, http.MethodPost, t.Inbox(), activity, change...)
	return status
}

// Call is Send of any request: of one without a body, activity is nil.
func (a *Actor) Call(t Target, method, address string, activity any, change ...func(*http.Request)) (status int, body []byte) {
	a.world.t.Helper()
	r := a.Request(method, address, activity)
	for _, f := range change {
		f(r)
	}
	return Do(a.world.t, t, r)
}

// Request is a request that the actor has signed.
func (a *Actor) Request(method, address string, activity any) *http.Request {
	a.world.t.Helper()
	b, ok := activity.([]byte)
	if !ok && activity != nil {
		b = text(a.world.t, activity)
	}
	r, err := http.NewRequest(method, address, bytes.NewReader(b))
	if err != nil {
		a.world.t.Fatal(err)
	}
	r.Header.Set("Accept", Kind)
	if activity != nil {
		r.Header.Set("Content-Type", Kind)
	}
	for name, lines := range a.Along {
		r.Header[name] = lines
	}
	if err := sign.Sign(r, b, a.KeyID, a.Key, a.Sign, time.Now()); err != nil {
		a.world.t.Fatal(err)
	}
	return r
}

// Do sends a request to where t listens.
func Do(t testing.TB, to Target, r *http.Request) (status int, body []byte) {
	t.Helper()
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	at, err := url.Parse(to.Listens)
	if err != nil {
		t.Fatal(err)
	}
	r.URL.Scheme, r.URL.Host = at.Scheme, at.Host
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	resp, err := direct.Do(r.WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxKept))
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, body
}

// direct does not follow redirects: a signature is for one address.
var direct = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func text(t testing.TB, document any) []byte {
	b, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// rsaKeys is how many keys of RSA there are: making one takes long.
const rsaKeys = 4

var keys struct {
	mu   sync.Mutex
	made []crypto.Signer
	next int
}

// NewKey is a key of RSA that the last few actors do not have.
func NewKey(t testing.TB) crypto.Signer {
	keys.mu.Lock()
	defer keys.mu.Unlock()
	if len(keys.made) < rsaKeys {
		k, err := sign.GenerateRSA()
		if err != nil {
			t.Fatal(err)
		}
		keys.made = append(keys.made, k)
		return k
	}
	keys.next++
	return keys.made[keys.next%rsaKeys]
}
