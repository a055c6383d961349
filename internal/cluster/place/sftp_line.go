package place

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"github.com/plaza-social/plaza/internal/base/errs"
)

const (
	connectWait = 30 * time.Second // until signed in
	grace       = time.Second      // for a call to tidy up once its context has ended; then its connection is cut
)

// line is the connection to a machine: made when it is needed, shared, and made
// anew after it broke.
type line struct {
	address, host string
	config        *ssh.ClientConfig
	ready         func(*session) error // prepares a new connection

	mu     sync.Mutex // held while connecting: the others want the same
	live   *session
	closed bool
}

// A session is one connection.
type session struct {
	*sftp.Client
	conn *ssh.Client
	gone chan struct{} // closed when it has ended

	mu   sync.Mutex
	made map[string]bool // folders that are there
}

func (s *session) drop() { _ = s.conn.Close() } // it is of no use any more, whatever that says

func (s *session) broken() bool {
	select {
	case <-s.gone:
		return true
	default:
		return false
	}
}

// session is the connection, and whether it was made just now.
func (l *line) session(ctx context.Context) (*session, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, false, fs.ErrClosed
	}
	if l.live != nil && !l.live.broken() {
		return l.live, false, ctx.Err()
	}
	s, err := l.connect(ctx)
	if err != nil {
		return nil, true, err
	}
	l.live = s
	return s, true, nil
}

func (l *line) connect(ctx context.Context) (*session, error) {
	ctx, stop := context.WithTimeout(ctx, connectWait)
	defer stop()
	away := func(err error) error {
		return errs.Wrap(errs.Unavailable, l.address+" does not let us in. Look at the address, at host_key, and at the user's key or password.", errors.Join(ctx.Err(), err))
	}
	c, err := dial(ctx, "tcp", l.host)
	if err != nil {
		return nil, away(err)
	}
	defer context.AfterFunc(ctx, func() { c.Close() })() // also while greeting
	conn, channels, requests, err := ssh.NewClientConn(c, l.host, l.config)
	if err != nil {
		return nil, away(errors.Join(err, closed(c)))
	}
	s := &session{conn: ssh.NewClient(conn, channels, requests), gone: make(chan struct{}), made: map[string]bool{}}
	if s.Client, err = sftp.NewClient(s.conn, sftp.UseConcurrentWrites(true)); err != nil {
		s.drop()
		return nil, away(err)
	}
	go func() {
		_ = s.Wait() // how it ended is told to those who were using it
		s.drop()
		close(s.gone)
	}()
	if err := l.ready(s); err != nil {
		s.drop()
		<-s.gone
		return nil, err
	}
	return s, nil
}

// closed closes what may be closed already.
func closed(c net.Conn) error {
	if err := c.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

func (l *line) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.live != nil {
		l.live.drop()
		<-l.live.gone
	}
	return nil
}

// use calls begin and then what follows, if anything. Only begin is called
// again, once, when the connection turns out to have broken while nobody used it.
func (l *line) use(ctx context.Context, begin, then func(*session) error) error {
	var with *session
	release, err := l.hold(ctx, func(s *session) error { with = s; return begin(s) })
	if err != nil {
		return err
	}
	if then != nil {
		err = then(with)
	}
	release(err)
	if err != nil {
		return errors.Join(ctx.Err(), err)
	}
	return nil
}

// hold calls begin and, unless that fails, has the connection cut when ctx ends,
// until it is released with how it went.
func (l *line) hold(ctx context.Context, begin func(*session) error) (release func(error), err error) {
	for range 2 {
		var s *session
		var fresh bool
		if s, fresh, err = l.session(ctx); err != nil {
			return nil, err
		}
		let := s.cutWith(ctx)
		release = func(err error) {
			let()
			if lost(err) {
				s.drop()
				<-s.gone
			}
		}
		if err = begin(s); err == nil {
			return release, nil
		}
		release(err)
		if fresh || !lost(err) || ctx.Err() != nil {
			break
		}
	}
	return nil, errors.Join(ctx.Err(), err)
}

// cutWith cuts the connection a moment after ctx has ended, unless it is let.
func (s *session) cutWith(ctx context.Context) (let func()) {
	done := make(chan struct{})
	go func() {
		select {
		case <-done:
			return
		case <-ctx.Done():
		}
		select {
		case <-done:
		case <-time.After(grace):
			s.drop()
		}
	}()
	return sync.OnceFunc(func() { close(done) })
}

// lost reports whether an error is of the connection. What the server says is not.
func lost(err error) bool {
	for _, end := range []error{sftp.ErrSSHFxConnectionLost, sftp.ErrSSHFxNoConnection, io.EOF, net.ErrClosed} {
		if errors.Is(err, end) {
			return true
		}
	}
	var net *net.OpError
	return errors.As(err, &net)
}

// makeFolders makes a folder below base and those between.
func (s *session) makeFolders(base, dir string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if dir == base || s.made[dir] {
		return nil
	}
	this := base
	for part := range strings.SplitSeq(strings.TrimPrefix(strings.TrimPrefix(dir, base), "/"), "/") {
		this = path.Join(this, part)
		if s.made[this] {
			continue
		}
		if err := s.makeFolder(this); err != nil {
			return err
		}
		s.made[this] = true
	}
	return nil
}

func (s *session) makeFolder(dir string) error {
	err := s.Mkdir(dir)
	if err == nil {
		return nil
	}
	if info, there := s.Stat(dir); there == nil && info.IsDir() {
		return nil
	}
	return err
}

// forget has folders looked for again.
func (s *session) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.made)
}

// sshConfig reads who we are, and who the other side must be: a stranger is
// never believed, not even the first time.
func sshConfig(u *url.URL, c Config) (*ssh.ClientConfig, error) {
	if c.HostKey == "" {
		return nil, errs.Newf(errs.Invalid, "The key of the server is missing for %s. Write its line into host_key: ssh-keyscan shows it, and whoever runs the server can say whether it is right.", u)
	}
	host, _, _, _, err := ssh.ParseAuthorizedKey([]byte(c.HostKey))
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, "The host_key of "+u.String()+" is not a public key. Write one line, as ssh-keyscan shows it, that has ssh-ed25519 or the like in it.", err)
	}
	how := &ssh.ClientConfig{User: u.User.Username(), HostKeyCallback: ssh.FixedHostKey(host), HostKeyAlgorithms: []string{host.Type()}}
	if host.Type() == ssh.KeyAlgoRSA {
		how.HostKeyAlgorithms = []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	switch {
	case c.KeyFile != "":
		key, err := privateKey(c)
		if err != nil {
			return nil, err
		}
		how.Auth = []ssh.AuthMethod{ssh.PublicKeys(key)}
	case c.Secret != "":
		how.Auth = []ssh.AuthMethod{ssh.Password(c.Secret.Reveal())}
	default:
		return nil, errs.Newf(errs.Invalid, "There is no key for %s. Write the file of a private key into key_file, or a password into secret.", u)
	}
	return how, nil
}

func privateKey(c Config) (ssh.Signer, error) {
	text, err := os.ReadFile(c.KeyFile)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, "The private key "+c.KeyFile+" cannot be read. Write the path of a file that we may read into key_file.", err)
	}
	key, err := ssh.ParsePrivateKey(text)
	if sealed := (*ssh.PassphraseMissingError)(nil); errors.As(err, &sealed) {
		key, err = ssh.ParsePrivateKeyWithPassphrase(text, []byte(c.Secret.Reveal()))
	}
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, "The private key "+c.KeyFile+" cannot be used. Make one with ssh-keygen; if it has a passphrase, write that into secret.", err)
	}
	return key, nil
}
