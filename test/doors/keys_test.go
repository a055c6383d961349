package doors

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// TestPrivateKeys goes through all there is to read, as ben and as the owner,
// and through all that ben can take along: what ben and the house sign with is
// nowhere.
func TestPrivateKeys(t *testing.T) {
	t.Parallel()
	c := newCast(t, apptest.Start(t))
	var secrets []string
	for _, who := range []social.AccountID{c.ben.ID, 0} {
		if _, err := c.server.Keys.Of(t.Context(), who); err != nil {
			t.Fatal(err)
		}
		var keys []social.OwnKey
		if err := c.server.Store.Read(t.Context(), func(v *store.View) (err error) {
			keys, err = v.OwnKeys(t.Context(), who)
			return err
		}); err != nil || len(keys) != 2 {
			t.Fatalf("%d keys, %v", len(keys), err)
		}
		for _, k := range keys { // the end of either is secret
			for _, form := range []string{string(k.PKCS8), hex.EncodeToString(k.PKCS8), base64.StdEncoding.EncodeToString(k.PKCS8), base64.RawURLEncoding.EncodeToString(k.PKCS8)} {
				secrets = append(secrets, form[len(form)-30:])
			}
		}
	}
	secrets = append(secrets, "PRIVATE KEY")
	check := func(where string, b []byte) {
		for _, s := range secrets {
			if bytes.Contains(b, []byte(s)) {
				t.Errorf("%s shows a private key", where)
			}
		}
	}
	for _, r := range c.server.Routes() {
		if r.Method != "GET" || strings.Contains(r.Path, "/streaming") {
			continue
		}
		for _, about := range c.about(t, r) {
			for who, options := range map[string][]option{"ben": {bearer(c.ben.Token)}, "the owner": {bearer(c.owner.Token), session(c.sessions["owner"])}, "a stranger": nil} {
				check(r.Path+", to "+who+",", send(t, c.server, "GET", about.path(r.Path), options...).Body)
			}
		}
	}
	var b bytes.Buffer
	if err := c.server.Exports.Archive(t.Context(), c.ben.Actor(), &b); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		all, err := io.ReadAll(in)
		if err != nil || in.Close() != nil {
			t.Fatal(err)
		}
		check("the archive's "+f.Name, all)
	}
}
