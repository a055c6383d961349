package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"filippo.io/age"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
)

type pair struct {
	ids        []age.Identity
	recipients []age.Recipient
	name       string
}

func newPair(t testing.TB) pair {
	t.Helper()
	file, recipient, err := NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	p := pair{name: recipient}
	p.ids, err = ParseIdentities(file)
	if err != nil {
		t.Fatal(err)
	}
	if p.recipients, err = ParseRecipients(recipient); err != nil {
		t.Fatal(err)
	}
	return p
}

func random(n int) []byte {
	data := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(n)}).Read(data)
	return data
}

func seal(t testing.TB, p pair, key string, data []byte) []byte {
	t.Helper()
	s, err := New(p.recipients, key, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := io.ReadAll(s)
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(sealed)) != s.SealedSize() {
		t.Fatalf("%d bytes are sealed in %d, announced were %d", len(data), len(sealed), s.SealedSize())
	}
	return sealed
}

// open reads to the end.
func open(p pair, key string, sealed io.Reader) ([]byte, error) {
	r, err := Open(sealed, p.ids, key)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func TestSealAndOpen(t *testing.T) {
	t.Parallel()
	p, other := newPair(t), newPair(t)
	both := pair{ids: other.ids, recipients: append(p.recipients, other.recipients...)}
	line := len(label{"media/k", 65536, strings.Repeat("0", 64)}.line())
	for _, n := range []int{0, 1, 1000, chunk - line - 1, chunk - line, chunk - line + 1, chunk, 2*chunk - line, 2 * chunk, 300_000} {
		for name, to := range map[string]pair{"one": p, "two": both} {
			data := random(n)
			sealed := seal(t, to, "media/k", data)
			if n > 100 && bytes.Contains(sealed, data[:20]) || bytes.Contains(sealed, []byte("media/k")) {
				t.Errorf("%d bytes for %s: it can be read", n, name)
			}
			for _, r := range []io.Reader{bytes.NewReader(sealed), iotest.HalfReader(bytes.NewReader(sealed)), iotest.DataErrReader(bytes.NewReader(sealed))} {
				if got, err := open(to, "media/k", r); err != nil || !bytes.Equal(got, data) {
					t.Errorf("%d bytes for %s: %d bytes, %v", n, name, len(got), err)
				}
			}
		}
	}
	r, err := Open(bytes.NewReader(seal(t, p, "k", random(100_000))), p.ids, "k")
	if err != nil || r.Size() != 100_000 {
		t.Fatalf("size %v, %v", r, err)
	}
	if err := iotest.TestReader(r, random(100_000)); err != nil {
		t.Error(err)
	}
}

// caught checks that something wrong was noticed, and which object is named.
func caught(t *testing.T, what, key string, err error) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), key) {
		t.Errorf("%s: %v, want an error that names %s", what, err, key)
	}
}

func TestEveryByteCounts(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	sealed := seal(t, p, "media/k", []byte("a few words"))
	for i := range sealed {
		for bit := range 8 {
			changed := bytes.Clone(sealed)
			changed[i] ^= 1 << bit
			_, err := open(p, "media/k", bytes.NewReader(changed))
			caught(t, fmt.Sprintf("byte %d, bit %d", i, bit), "media/k", err)
		}
	}
	large := seal(t, p, "media/k", random(500_000))
	for range 200 {
		i := rand.IntN(len(large))
		large[i] ^= 0x40
		_, err := open(p, "media/k", bytes.NewReader(large))
		caught(t, fmt.Sprintf("byte %d of %d", i, len(large)), "media/k", err)
		large[i] ^= 0x40
	}
}

func TestCutAndLengthened(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	for _, n := range []int{0, 1000, 4*chunk - 1, 300_000} {
		sealed := seal(t, p, "media/k", random(n))
		for i := range 50 {
			_, err := open(p, "media/k", bytes.NewReader(sealed[:len(sealed)*i/50]))
			caught(t, fmt.Sprintf("%d/50 of %d bytes", i, n), "media/k", err)
			if !errors.Is(err, ErrBroken) {
				t.Errorf("%d/50 of %d bytes: %v, want ErrBroken", i, n, err)
			}
		}
		for _, more := range [][]byte{{0}, sealed, random(chunk)} {
			_, err := open(p, "media/k", bytes.NewReader(append(bytes.Clone(sealed), more...)))
			caught(t, fmt.Sprintf("%d bytes and %d more", n, len(more)), "media/k", err)
		}
	}
}

func TestSwapped(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	ctx, store := t.Context(), folder(t)
	for _, key := range []string{"media/a", "media/b"} {
		if err := Put(ctx, store, p.recipients, key, strings.NewReader("in "+key)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := get(t, store, p, "media/a"); err != nil || got != "in media/a" {
		t.Fatalf("%q, %v", got, err)
	}
	r, err := store.Open(ctx, "media/b")
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close(), store.Put(ctx, "media/a", bytes.NewReader(b), int64(len(b)))); err != nil {
		t.Fatal(err)
	}
	_, err = get(t, store, p, "media/a")
	if caught(t, "b under a", "media/a", err); !errors.Is(err, ErrBroken) || !strings.Contains(err.Error(), "media/b") {
		t.Errorf("b under a: %v, want ErrBroken that names both", err)
	}
	if _, err := get(t, store, p, "media/c"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing: %v", err)
	}
}

func folder(t *testing.T) place.Place {
	t.Helper()
	p, err := place.Open(t.Context(), place.Config{URL: "file://" + t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func get(t *testing.T, store place.Place, p pair, key string) (string, error) {
	t.Helper()
	o, err := Get(t.Context(), store, p.ids, key)
	if err != nil {
		return "", err
	}
	got, err := io.ReadAll(o)
	return string(got), errors.Join(err, o.Close())
}

// What a stranger, who knows the recipient, seals with a label of their own.
func TestLabels(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	const sum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // of nothing
	good := label{"k", 0, sum}
	for name, inner := range map[string]string{
		"nothing":         "",
		"no end":          string(good.line()[:len(good.line())-1]),
		"not JSON":        "key=k\n",
		"another key":     string(label{"kk", 0, sum}.line()),
		"negative":        string(label{"k", -1, sum}.line()),
		"too small":       string(label{"k", 1, sum}.line()),
		"too large":       string(good.line()) + "x",
		"another hash":    string(label{"k", 0, sum[1:] + "0"}.line()),
		"more fields":     `{"key":"k","size":0,"sha256":"` + sum + `","more":1}` + "\n",
		"twice":           `{"key":"a","key":"k","size":0,"sha256":"` + sum + `"}` + "\n",
		"other letters":   `{"KEY":"k","size":0,"sha256":"` + sum + `"}` + "\n",
		"space":           `{"key": "k","size":0,"sha256":"` + sum + `"}` + "\n",
		"a label too big": string(label{"k", 0, strings.Repeat("0", maxLine)}.line()),
	} {
		var sealed bytes.Buffer
		w, err := age.Encrypt(&sealed, p.recipients...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = io.WriteString(w, inner); errors.Join(err, w.Close()) != nil {
			t.Fatal(err)
		}
		_, err = open(p, "k", &sealed)
		if caught(t, name, "k", err); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v, want ErrBroken", name, err)
		}
	}
}

func TestWrongIdentity(t *testing.T) {
	t.Parallel()
	p, other := newPair(t), newPair(t)
	_, err := open(other, "media/k", bytes.NewReader(seal(t, p, "media/k", []byte("x"))))
	caught(t, "somebody else's", "media/k", err)
	if errors.Is(err, ErrBroken) || errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Public(err), other.name) {
		t.Errorf("%v, want a sentence that names the recipient we have, %s", err, other.name)
	}
}

// A place that is away is no broken object.
func TestReadingFails(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	away := errors.New("the cable is out")
	sealed := seal(t, p, "media/k", random(300_000))
	for i := range 50 {
		_, err := open(p, "media/k", io.MultiReader(bytes.NewReader(sealed[:len(sealed)*i/50]), iotest.ErrReader(away)))
		if caught(t, fmt.Sprintf("%d/50", i), "media/k", err); !errors.Is(err, away) || errors.Is(err, ErrBroken) {
			t.Errorf("%d/50: %v, want that the cable is out", i, err)
		}
	}
}

// What changes while it is sealed is not kept.
func TestChangedMeanwhile(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	for name, second := range map[string][]byte{"other": random(200_001)[:200_000], "less": random(200_000)[:100_000]} {
		store := folder(t)
		err := Put(t.Context(), store, p.recipients, "k", &twoFaced{bytes.NewReader(random(200_000)), bytes.NewReader(second)})
		if caught(t, name, "k", err); err == nil {
			continue
		}
		if _, err := store.Open(t.Context(), "k"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v, want nothing", name, err)
		}
	}
}

// twoFaced is another once it was read and wound back.
type twoFaced struct{ now, then *bytes.Reader }

func (f *twoFaced) Read(p []byte) (int, error) { return f.now.Read(p) }
func (f *twoFaced) Seek(int64, int) (int64, error) {
	f.now = f.then
	return 0, nil
}

func TestIdentities(t *testing.T) {
	t.Parallel()
	file, recipient, err := NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	second, _, err := NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	ids, err := ParseIdentities(file + "\r\n" + second)
	if err != nil || len(ids) != 2 || Recipients(ids)[0] != recipient || !strings.Contains(file, "# public key: "+recipient) {
		t.Errorf("%v, %v", Recipients(ids), err)
	}
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseIdentities(hybrid.String()); err != nil {
		t.Errorf("hybrid: %v", err)
	}
	secret := file[strings.Index(file, secretForm):]
	for _, bad := range []string{"", "# nothing\n", recipient, secret[:40], secret[:70] + "Q" + secret[71:], "-----BEGIN AGE ENCRYPTED FILE-----", "age-encryption.org/v1\n", "ssh-ed25519 AAAA", strings.Repeat(secret, MaxIdentities+1)} {
		_, err := ParseIdentities(bad)
		if errs.KindOf(err) != errs.Invalid || !strings.HasSuffix(errs.Public(err), ".") || len(bad) > 40 && strings.Contains(err.Error(), bad[20:40]) {
			t.Errorf("%.20q: %v, want a sentence that shows nothing", bad, err)
		}
	}
	if _, err := ParseIdentities(strings.Repeat(secret, MaxIdentities)); err != nil {
		t.Errorf("%d identities: %v", MaxIdentities, err)
	}
	if _, err := ParseRecipients(recipient, hybrid.Recipient().String()); errs.KindOf(err) != errs.Invalid {
		t.Errorf("two kinds: %v", err)
	}
	if _, err := ParseRecipients(hybrid.Recipient().String()); err != nil {
		t.Errorf("hybrid: %v", err)
	}
	for _, bad := range [][]string{nil, {""}, {secret}, {recipient[:20]}, {"age1"}, {"ada@example.org"}, {recipient, ""}, strings.Fields(strings.Repeat(recipient+" ", MaxRecipients+1))} {
		if _, err := ParseRecipients(bad...); errs.KindOf(err) != errs.Invalid || !strings.HasSuffix(errs.Public(err), ".") || strings.Contains(err.Error(), secretForm) {
			t.Errorf("%.30q: %v, want a sentence", bad, err)
		}
	}
	if _, err := ParseRecipients(strings.Fields(strings.Repeat(recipient+" ", MaxRecipients))...); err != nil {
		t.Errorf("%d recipients: %v", MaxRecipients, err)
	}
}

// FuzzOpen: whatever is kept, what is read is what was sealed, or an error.
func FuzzOpen(f *testing.F) {
	p := newPair(f)
	data := []byte("a few words")
	sealed := seal(f, p, "media/k", data)
	f.Add(sealed, 0, byte(0), []byte{})
	f.Add(sealed[:100], 50, byte(1), []byte("age-encryption.org/v1\n"))
	f.Fuzz(func(t *testing.T, kept []byte, at int, flip byte, inner []byte) {
		if got, err := open(p, "media/k", bytes.NewReader(kept)); err == nil && !bytes.Equal(got, data) {
			t.Errorf("%q is read as %q", kept, got)
		}
		changed := bytes.Clone(sealed)
		changed[uint(at)%uint(len(changed))] ^= flip
		if _, err := open(p, "media/k", bytes.NewReader(changed)); (err == nil) != (flip == 0) {
			t.Errorf("byte %d changed by %#x: %v", at, flip, err)
		}
		var strange bytes.Buffer // sealed by somebody who knows the recipient
		w, err := age.Encrypt(&strange, p.recipients...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = w.Write(inner); errors.Join(err, w.Close()) != nil {
			t.Fatal(err)
		}
		if got, err := open(p, "media/k", &strange); err == nil && !bytes.HasSuffix(inner, got) {
			t.Errorf("%q is read as %q", inner, got)
		}
	})
}
