package app

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

// What the command line does for people.

// AllScopes are those of a token made on the command line, unless it says
// otherwise.
const AllScopes = "read write follow push"

// CreateAccount makes a confirmed account, and returns its password: a new one
// if none was given.
func (a *App) CreateAccount(ctx context.Context, username, email, password string, role social.Role) (string, error) {
	_, password, err := a.Auth.Create(ctx, auth.SignUp{Username: username, Email: email, Password: password}, role)
	return password, err
}

// CreateToken makes a token for one of our own accounts.
func (a *App) CreateToken(ctx context.Context, username string, scopes social.Scopes) (string, error) {
	f, err := a.View.Named(ctx, strings.TrimPrefix(username, "@"), "")
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return "", errs.Newf(errs.NotFound, "There is no account called %s here.", username)
	}
	if err != nil {
		return "", err
	}
	return a.Auth.TokenFor(ctx, f.ID, scopes)
}

// row is a line of a file of accounts, and what came of it.
type row struct {
	line                      int
	username, email, password string
	token                     string
	err                       error
}

// A Made is an account that CreateMany made. It has a password or a token.
type Made struct {
	Account  string `json:"account"`
	Password string `json:"password,omitempty"`
	Token    string `json:"token,omitempty"`
}

// CreateMany makes an account for each line (username,email,password) of a
// CSV file, and hands over each, in order, with a token or the password. Lines
// that cannot be taken are told of in the error, all of them; the others are
// done. It tells how far it is.
func (a *App) CreateMany(ctx context.Context, file io.Reader, tokens bool, take func(Made) error, tell func(done, total int)) error {
	rows, err := readRows(file)
	if err != nil {
		return err
	}
	a.createAll(ctx, rows, tokens, tell)
	var wrong []error
	for _, r := range rows {
		if r.err != nil {
			wrong = append(wrong, fmt.Errorf("line %d (%s): %s", r.line, r.username, reason(r.err)))
			continue
		}
		made := Made{Account: r.username, Password: r.password}
		if tokens {
			made = Made{Account: r.username, Token: r.token}
		}
		if err := take(made); err != nil {
			return err
		}
	}
	return errors.Join(wrong...)
}

func (a *App) createAll(ctx context.Context, rows []*row, tokens bool, tell func(done, total int)) {
	work, done := make(chan *row), make(chan *row)
	var wg sync.WaitGroup
	for range runtime.NumCPU() { // hashing passwords is most of it
		wg.Go(func() {
			for r := range work {
				if r.err == nil {
					a.create(ctx, r, tokens)
				}
				done <- r
			}
		})
	}
	wg.Go(func() {
		defer close(work)
		for _, r := range rows {
			work <- r
		}
	})
	for i := range rows {
		<-done
		tell(i+1, len(rows))
	}
	wg.Wait()
}

func readRows(file io.Reader) (rows []*row, err error) {
	in := csv.NewReader(withoutMark(file))
	in.FieldsPerRecord, in.TrimLeadingSpace, in.Comment = -1, true, '#'
	for {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, "The file is not CSV: "+err.Error(), err)
		}
		line, _ := in.FieldPos(0)
		if len(fields) < 2 || len(fields) > 3 {
			rows = append(rows, &row{line: line, username: fields[0], err: errs.Newf(errs.Invalid,
				"The line has %d fields. Write username,email,password (the password may be left out).", len(fields))})
			continue
		}
		if line == 1 && strings.EqualFold(fields[0], "username") {
			continue
		}
		rows = append(rows, &row{line: line, username: fields[0], email: fields[1], password: strings.Join(fields[2:], "")})
	}
}

// withoutMark is file without the byte order mark that spreadsheets put first.
func withoutMark(file io.Reader) io.Reader {
	r := bufio.NewReader(file)
	if mark, err := r.Peek(3); err == nil && string(mark) == "\uFEFF" {
		r.Discard(len(mark))
	}
	return r
}

func (a *App) create(ctx context.Context, r *row, token bool) {
	who, password, err := a.Auth.Create(ctx, auth.SignUp{Username: r.username, Email: r.email, Password: r.password}, social.Member)
	if r.password, r.err = password, err; err != nil || !token {
		return
	}
	r.token, r.err = a.Auth.TokenFor(ctx, who.ID, social.ParseScopes(AllScopes))
}
