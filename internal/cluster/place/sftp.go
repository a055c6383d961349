package place

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"strings"
	"time"

	"github.com/pkg/sftp"

	"github.com/plaza-social/plaza/internal/base/errs"
)

const (
	sftpAtOnce = 64             // packets of 32 KiB under way: distance costs latency, not throughput
	sftpStray  = 24 * time.Hour // like stray, on a machine whose clock may go wrong
	readAhead  = 1 << 20
	maxListed  = 1_000_000 // files in one folder there: its list is in memory whole
)

// machine is a place on a machine that speaks SFTP. Files are written apart
// and renamed, as in a folder, with posix-rename@openssh.com, without which
// it is refused. A free key is claimed with a second name for a whole file
// (hardlink@openssh.com). A server without links has the file made under its
// own name and then filled: still only one gets it, but whoever reads at
// that moment, or after a crash in it, reads too little. Files last once the
// server says so (fsync@openssh.com, if it knows that); of folders' names
// nobody can tell.
type machine struct {
	line line
	dir  string // absolute, without a slash at the end unless it is "/"
	keys rule
	web  bool // others read it: see Config.Served
}

func openMachine(_ context.Context, u *url.URL, c Config) (Place, error) {
	if u.Host == "" || u.User.Username() == "" || !path.IsAbs(u.Path) || u.RawQuery != "" || u.Fragment != "" {
		return nil, errs.Newf(errs.Invalid, "%s is not a folder elsewhere. Write sftp://user@host/folder, with :port behind the host if it is not 22.", u)
	}
	how, err := sshConfig(u, c)
	if err != nil {
		return nil, err
	}
	m := &machine{dir: path.Clean(u.Path), keys: c.keys(), web: c.Served != nil}
	m.line = line{address: u.String(), host: u.Host, config: how, ready: m.ready}
	if c.ReadOnly {
		m.line.ready = func(*session) error { return nil }
	}
	if u.Port() == "" {
		m.line.host = u.Host + ":22"
	}
	return m, nil
}

func (m *machine) String() string { return m.line.address }
func (m *machine) Close() error   { return m.line.close() }

func (m *machine) path(key string) string { return path.Join(m.dir, key) }

// ready prepares the folder on a new connection, but none above it: a disk that
// is not mounted there must not be mistaken for an empty one.
func (m *machine) ready(s *session) error {
	if v, ok := s.HasExtension("posix-rename@openssh.com"); !ok || v != "1" {
		return errs.Newf(errs.Unavailable, "%s cannot replace a file in one step (posix-rename@openssh.com). Use OpenSSH there, or another place.", m)
	}
	for _, dir := range []string{m.dir, m.path(unsaved)} {
		if err := s.makeFolder(dir); err != nil {
			return errs.Wrap(errs.Unavailable, fmt.Sprintf("The folder of %s cannot be made. Make it, and let us write there.", m), err)
		}
	}
	left, err := s.ReadDir(m.path(unsaved))
	for _, f := range left {
		if time.Since(f.ModTime()) > sftpStray {
			_ = s.Remove(m.path(path.Join(unsaved, f.Name()))) // the next connection tries again
		}
	}
	return err
}

// tell says of which place and key an error is.
func (m *machine) tell(what, key string, err error) error {
	if err != nil {
		return fmt.Errorf("%s %s in %s: %w", what, key, m, err)
	}
	return nil
}

func (m *machine) Put(ctx context.Context, key string, data io.Reader, size int64) error {
	if err := m.keys.check(key); err != nil {
		return err
	}
	return m.tell("put", key, m.write(ctx, key, data, size, func(s *session, temp string) error {
		return s.PosixRename(temp, m.path(key))
	}))
}

func (m *machine) PutNew(ctx context.Context, key string, data []byte) error {
	if err := m.keys.fresh(key, data); err != nil {
		return err
	}
	return m.tell("put", key, m.write(ctx, key, bytes.NewReader(data), int64(len(data)), func(s *session, temp string) error {
		err := m.claim(s, key, temp, data)
		if err == nil || lost(err) {
			return err
		}
		if _, there := s.Lstat(m.path(key)); there == nil { // it has no word for that
			return fs.ErrExist
		}
		return err
	}))
}

// claim is lost by whoever comes second.
func (m *machine) claim(s *session, key, temp string, data []byte) error {
	if v, ok := s.HasExtension("hardlink@openssh.com"); ok && v == "1" {
		return s.Link(temp, m.path(key))
	}
	f, err := s.OpenFile(m.path(key), os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	return fill(f, bytes.NewReader(data), int64(len(data)))
}

// write writes a file apart and has give name it.
func (m *machine) write(ctx context.Context, key string, data io.Reader, size int64, give func(s *session, temp string) error) error {
	e, err := exactly(ctx, key, data, size)
	if err != nil {
		return err
	}
	temp := m.path(path.Join(unsaved, rand.Text()))
	var f *sftp.File
	begin := func(s *session) (err error) {
		f, err = s.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
		return err
	}
	return m.line.use(ctx, begin, func(s *session) error {
		defer s.Remove(temp) // in vain if it was renamed
		if err := fill(f, e, size); err != nil {
			return err
		}
		dir := path.Dir(m.path(key))
		if err := s.makeFolders(m.dir, dir); err != nil {
			return err
		}
		err := give(s, temp)
		if errors.Is(err, fs.ErrNotExist) { // somebody tidied up behind us
			s.forget()
			err = errors.Join(s.makeFolders(m.dir, dir), give(s, temp))
		}
		return err
	})
}

// fill writes a file to the end and closes it.
func fill(f *sftp.File, data io.Reader, size int64) error {
	n, err := f.ReadFromWithConcurrency(data, sftpAtOnce)
	if err == nil && n != size {
		err = io.ErrShortWrite
	}
	if err == nil {
		if err = f.Sync(); isUnsupported(err) {
			err = nil
		}
	}
	return errors.Join(err, f.Close())
}

func isUnsupported(err error) bool {
	var s *sftp.StatusError
	return errors.As(err, &s) && s.FxCode() == sftp.ErrSSHFxOpUnsupported
}

func (m *machine) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := m.keys.check(key); err != nil {
		return nil, err
	}
	r := &remoteFile{ctx: ctx, key: key}
	release, err := m.line.hold(ctx, func(s *session) error {
		f, err := s.Open(m.path(key))
		if err != nil {
			return err
		}
		info, err := f.Stat()
		if err == nil && !info.Mode().IsRegular() { // a folder is the beginning of keys and no object
			err = fs.ErrNotExist
		}
		if err != nil {
			return errors.Join(err, f.Close())
		}
		r.file, r.left = f, info.Size()
		return nil
	})
	if err != nil {
		return nil, m.tell("open", key, err)
	}
	r.release, r.ahead = release, bufio.NewReaderSize(r.file, readAhead)
	return r, nil
}

// remoteFile reads a file to the end that it had when it was opened, or fails.
type remoteFile struct {
	ctx     context.Context
	key     string
	file    *sftp.File
	ahead   *bufio.Reader
	left    int64
	release func(error)
	err     error
}

func (r *remoteFile) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	if r.err != nil || len(p) == 0 {
		return 0, r.err
	}
	if r.left == 0 {
		return 0, io.EOF
	}
	n, err := r.ahead.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	if err == io.EOF && r.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	if err != nil && err != io.EOF {
		r.err = fmt.Errorf("read %s: %w", r.key, err)
	}
	return n, r.err
}

func (r *remoteFile) Close() error {
	err := r.file.Close()
	r.release(errors.Join(r.err, err))
	return err
}

func (m *machine) Each(ctx context.Context, prefix, after string, visit func(Info) error) error {
	return eachFile(ctx, m.keys, m.list, prefix, after, visit)
}

func (m *machine) list(ctx context.Context, dir string) (entries []entry, err error) {
	var all []fs.FileInfo
	err = m.line.use(ctx, func(s *session) (err error) {
		all, err = s.ReadDirContext(ctx, m.path(dir))
		return err
	}, nil)
	if len(all) > maxListed {
		return nil, m.tell("list", dir, errs.Newf(errs.Limited, "There are %d files in one folder of %s, and at most %d can be looked through. Move what is not ours elsewhere.", len(all), m, maxListed))
	}
	for _, info := range all {
		name := info.Name()
		if strings.Contains(name, "/") { // a name leads nowhere else
			continue
		}
		if info.IsDir() {
			entries = append(entries, entry{name: name + "/"})
		} else if info.Mode().IsRegular() {
			entries = append(entries, entry{name, func() (int64, time.Time, error) { return info.Size(), info.ModTime(), nil }})
		}
	}
	return entries, m.tell("list", dir, err)
}

func (m *machine) Remove(ctx context.Context, keys ...string) error {
	if err := errors.Join(m.keys.all(keys), ctx.Err()); err != nil {
		return err
	}
	for _, key := range keys {
		err := m.line.use(ctx, func(s *session) error { return s.Remove(m.path(key)) }, nil)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return m.tell("remove", key, err)
		}
	}
	if m.web {
		return m.tell("tidy", "folders", m.prune(ctx, keys))
	}
	return nil
}

// prune takes away the folders that keys were in, if nothing is left in them.
func (m *machine) prune(ctx context.Context, keys []string) error {
	for _, dir := range above(keys) {
		err := m.line.use(ctx, func(s *session) error {
			if err := s.RemoveDirectory(m.path(dir)); err != nil {
				return err
			}
			s.forget()
			return nil
		}, nil)
		if lost(err) || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		} // those with something in them stay
	}
	return nil
}
