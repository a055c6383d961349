package main

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// A visitor looks at pages, as a browser does: with cookies, and going where it is
// sent.
type visitor struct {
	http.Client
	home string // the address of the house
	page string // that they look at
}

// visitors are by the folder of their scenario and their name.
var visitors sync.Map

var passwordForm = regexp.MustCompile(`Password: (\S+)`)

// visitorOf is who is called so in a scenario. The first time they sign in, with
// what "plaza account create" printed into the file NAME.password; a stranger has
// none. Where there are several houses, who is called PERSON@HOUSE.
func visitorOf(ts *testscript.TestScript, name string) *visitor {
	key := ts.Getenv("WORK") + " " + name
	if v, ok := visitors.Load(key); ok {
		return v.(*visitor)
	}
	v := &visitor{home: ts.Getenv("URL")}
	v.Jar, _ = cookiejar.New(nil) // without options it does not fail
	visitors.Store(key, v)
	if person, at, ok := strings.Cut(name, "@"); ok {
		h := named(ts, at)
		if v.home = "http://" + h.addr; person != guest {
			v.signIn(ts, person, passwordOf(person))
		}
		return v
	}
	if b, err := os.ReadFile(ts.MkAbs(name + ".password")); err == nil {
		m := passwordForm.FindStringSubmatch(string(b))
		if m == nil {
			ts.Fatalf("%s.password tells no password: %s", name, b)
		}
		v.signIn(ts, name, m[1])
	}
	return v
}

func (v *visitor) signIn(ts *testscript.TestScript, name, password string) {
	v.look(ts, false, http.MethodPost, "/auth/sign_in", url.Values{"user[email]": {name}, "user[password]": {password}}.Encode())
}

// look asks for a page and prints the status and what it says, without tags.
func (v *visitor) look(ts *testscript.TestScript, neg bool, method, path, form string) {
	req, err := http.NewRequest(method, v.home+path, strings.NewReader(form))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := v.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	v.page = html.UnescapeString(string(body))
	_, main, _ := strings.Cut(string(body), `<main id="main"`)
	said := html.UnescapeString(strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString("<main "+main, " ")), " "))
	fmt.Fprintf(ts.Stdout(), "%d %s\n", resp.StatusCode, said)
	if ok := resp.StatusCode < 400; ok == neg {
		ts.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, said)
	}
}

// visit NAME PATH looks at a page. "! visit" wants a failure.
func visit(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: visit NAME PATH")
	}
	visitorOf(ts, args[0]).look(ts, neg, http.MethodGet, args[1], "")
}

// submit NAME WHERE [FORM] sends a form to the first address that matches WHERE on
// the page that NAME looks at.
func submit(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: submit NAME WHERE [FORM]")
	}
	v := visitorOf(ts, args[0])
	m := regexp.MustCompile(`(?:form)?action="(` + args[1] + `)"`).FindStringSubmatch(v.page)
	if m == nil {
		ts.Fatalf("no form is sent to %s", args[1])
	}
	v.look(ts, neg, http.MethodPost, m[1], strings.Join(args[2:], "&"))
}
