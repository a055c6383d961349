package mail

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/plaza-social/plaza/internal/core/auth"
)

// Outbox keeps letters as files that mail programs open, for a server that has
// no mail server yet.
type Outbox struct {
	Dir string
	Log *slog.Logger
}

const localSender = "Plaza <plaza@localhost>"

var link = regexp.MustCompile(`https?://[^\s<>"]+`)

// Send writes l to a file of its own that only we may read, and logs the link
// it is about: without mail that is how somebody trying Plaza out, who is also who
// reads the log, gets to confirm an address. Whose address is not logged.
func (o Outbox) Send(ctx context.Context, l auth.Letter) error {
	m, err := compose(localSender, l, gomail.NoEncoding) // links stay whole in the file
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return fmt.Errorf("make the outbox: %w", err)
	}
	path := filepath.Join(o.Dir, time.Now().UTC().Format("20060102T150405.000Z")+"-"+random()[:16]+".eml")
	if err := write(path, m); err != nil {
		return fmt.Errorf("keep a letter in the outbox: %w", err)
	}
	attrs := []any{"file", path}
	if to := linkIn(l.Text); to != "" {
		attrs = append(attrs, "link", to)
	}
	o.Log.InfoContext(ctx, "mail kept in the outbox", attrs...)
	return nil
}

func write(path string, m io.WriterTo) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = m.WriteTo(f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path)) // half a letter is none
	}
	return nil
}

// linkIn is the link that a letter is about: the first that leads further than
// to somebody's front page.
func linkIn(text string) string {
	for _, l := range link.FindAllString(text, -1) {
		l = strings.TrimRight(l, ".,;:!?)")
		if u, err := url.Parse(l); err == nil && len(u.Path) > 1 {
			return l
		}
	}
	return ""
}

func random() string {
	b := make([]byte, 16)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
