package evidence

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"image"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // dumps the tables of PostgreSQL

	"golang.org/x/sync/errgroup"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// canaries are words that are nowhere else, by where they were said.
type canaries map[string]string

// say makes a word. Words that begin alike are kept without their beginning in
// places, so they are looked for without it.
func (c canaries) say(where string) string {
	b := make([]byte, 14)
	for i := range b {
		b[i] = byte('a' + rand.IntN(26))
	}
	c[where] = string(b)
	return string(b)
}

// sealed ends the names of words that stand nowhere as they are, because they are
// messages, or not said yet.
const sealed = ", sealed"

// tail is how much of a word is looked for.
const tail = 10

// finder finds many of them at once.
func (c canaries) finder() func(b []byte) (where []string) {
	at := map[string]string{}
	for where, word := range c {
		at[word[len(word)-tail:]] = where
	}
	return func(b []byte) (where []string) {
		seen := map[string]bool{}
		for i := 0; i+tail <= len(b); i++ {
			if b[i] < 'a' || b[i] > 'z' {
				continue
			}
			if x, ok := at[string(b[i:i+tail])]; ok && !seen[x] {
				seen[x], where = true, append(where, x)
			}
		}
		return where
	}
}

// erasing is a house in which somebody has said something wherever one can, and
// something was said about them.
type erasing struct {
	*apptest.Server
	t              *testing.T
	mona, mia, ben *apptest.Person
}

func (h *erasing) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *erasing) staff(p *apptest.Person, r social.Role) social.Actor {
	return social.Actor{Account: p.ID, Standing: social.Good, Role: r}
}

// fill has somebody live here for n items.
func (h *erasing) fill(p *apptest.Person, c canaries, n int) {
	h.t.Helper()
	h.profile(p, c)
	first, last := p.Post(c.say("first post"), "public"), p.Post(c.say("last post"), "public")
	h.posts(p, c, n)
	p.Must("PUT", "/api/v1/statuses/"+first.ID, map[string]any{"status": c.say("edit"), "spoiler_text": c.say("warning")}, nil)
	p.Must("PUT", "/api/v1/statuses/"+first.ID, map[string]any{"status": c.say("edit again")}, nil)
	p.Must("POST", "/api/v1/statuses", map[string]any{"status": c.say("poll"), "poll": map[string]any{"options": []string{c.say("option"), "no"}, "expires_in": 3600}}, nil)
	p.Must("POST", "/api/v1/statuses", map[string]any{"status": c.say("scheduled, sealed"), "scheduled_at": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}, nil)
	_, err := h.Posts.KeepDraft(h.t.Context(), p.Actor(), social.KeptDraft{ID: 7, Draft: social.Draft{Text: c.say("draft, sealed"), Then: []social.Draft{{Text: c.say("draft, goes on, sealed")}}}}, 0)
	h.must(err)
	h.picture(p, c)
	h.reported(p, c, first, last)
	h.linked(c, first)
}

// posts has somebody say n things, some at the same time.
func (h *erasing) posts(p *apptest.Person, c canaries, n int) {
	h.t.Helper()
	ctx, g := h.t.Context(), errgroup.Group{}
	g.SetLimit(64)
	for i := range n {
		audience, mark := []social.Visibility{social.Public, social.Followers, social.Direct, social.Unlisted}[i%4], ""
		if audience == social.Direct {
			mark = sealed
		}
		text := fmt.Sprintf("%s #%s %s", c.say(fmt.Sprint("post ", i, mark)), c.say(fmt.Sprint("tag ", i, mark)), strings.Repeat(c.say(fmt.Sprint("long post ", i, mark))+" ", i%40+1))
		g.Go(func() error {
			_, err := h.Posts.Publish(ctx, p.Actor(), social.Draft{Text: text, Visibility: audience})
			return err
		})
	}
	h.must(g.Wait())
}

func (h *erasing) profile(p *apptest.Person, c canaries) {
	p.Must("PATCH", "/api/v1/accounts/update_credentials", map[string]any{"display_name": c.say("display name"), "note": c.say("bio"),
		"fields_attributes": []map[string]string{{"name": c.say("field"), "value": c.say("value")}}}, nil)
	p.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/note", h.ben.ID), map[string]string{"comment": c.say("note on somebody")}, nil)
	h.ben.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/note", p.ID), map[string]string{"comment": c.say("somebody's note")}, nil)
	p.Must("POST", "/api/v1/lists", map[string]string{"title": c.say("list")}, nil)
	p.Must("POST", "/api/v2/filters", map[string]any{"title": c.say("filter"), "context": []string{"home"}, "keywords_attributes": []map[string]string{{"keyword": c.say("keyword")}}}, nil)
	p.Must("POST", "/api/v1/featured_tags", map[string]string{"name": c.say("featured tag")}, nil)
	if a := p.Call("GET", "/api/v2/search?q="+c.say("search"), nil); a.Status != 200 {
		h.t.Errorf("search: %d", a.Status)
	}
}

func (h *erasing) picture(p *apptest.Person, c canaries) {
	shown := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for i := range shown.Pix {
		shown.Pix[i] = byte(rand.IntN(256))
	}
	for _, posted := range []bool{true, false} {
		which := h.SendPicture(h.t, p, shown)
		p.Must("PUT", "/api/v1/media/"+which, map[string]string{"description": c.say(map[bool]string{true: "alt text", false: "alt text, not posted" + sealed}[posted])}, nil)
		if posted {
			p.Must("POST", "/api/v1/statuses", map[string]any{"status": c.say("of a picture"), "media_ids": []string{which}}, nil)
		}
	}
}

// reported has reports made by and about somebody, and all that comes of them.
func (h *erasing) reported(p *apptest.Person, c canaries, first, last apptest.Status) {
	h.t.Helper()
	ctx := h.t.Context()
	p.Must("POST", "/api/v1/reports", map[string]any{"account_id": fmt.Sprint(h.ben.ID), "comment": c.say("report by them")}, nil)
	h.ben.Must("POST", "/api/v1/reports", map[string]any{"account_id": fmt.Sprint(p.ID), "status_ids": []string{first.ID}, "comment": c.say("report about them")}, nil)
	h.ben.Must("POST", "/api/v1/reports", map[string]any{"account_id": fmt.Sprint(p.ID), "comment": c.say("report that stays open")}, nil)
	_, err := h.Moderation.ReportUnknown(ctx, social.Report{Target: p.ID, Posts: []social.PostID{postID(h.t, first)}, Comment: c.say("report of a stranger"),
		Harm: social.HarmOther, Contact: c.say("contact") + "@example.com"})
	h.must(err)
	mona, mia := h.staff(h.mona, social.Admin), h.staff(h.mia, social.Moderator)
	all, err := h.Moderation.Found(ctx, mona, social.CaseQuery{About: p.ID})
	h.must(err)
	if len(all) < 2 {
		h.t.Fatalf("%d cases about them", len(all))
	}
	for _, x := range all {
		h.must(h.Moderation.WriteNote(ctx, mona, x.ID, c.say("note of the staff")))
		if x.Post == 0 {
			h.convene(c, x)
			continue
		}
		h.must(h.Moderation.Decide(ctx, mona, social.Decision{Case: x.ID, Action: social.HidePost, Ground: social.GroundLaw, Law: c.say("law"), Facts: c.say("facts"), Text: c.say("letter")}, false))
	}
	record, err := h.Moderation.Record(ctx, p.Actor(), social.Page{Limit: 10})
	h.must(err)
	appeal, err := h.Moderation.Appeal(ctx, p.Actor(), record[0].Decision.ID, c.say("appeal"))
	h.must(err)
	h.must(h.Moderation.Hear(ctx, mia, appeal.ID, false, c.say("answer to the appeal")))
	for _, answered := range []bool{true, false} {
		m, err := h.Matters.Take(ctx, social.Actor{}, social.MatterDraft{Class: social.ClassNotice, Channel: social.ByForm, Category: social.HarmOther,
			From: social.Sender{Name: "Ann Other", Email: "ann@example.net"}, Subject: c.say(fmt.Sprint("subject of a matter, answered: ", answered)), Text: c.say(fmt.Sprint("matter, answered: ", answered)) + " has to go, I say.",
			Addresses: []string{fmt.Sprintf("%s/@%s/%s", h.Config.URL, p.Name, last.ID)}, GoodFaith: true, Raw: []byte("It came as " + c.say(fmt.Sprint("raw matter, answered: ", answered)))})
		h.must(err)
		h.must(h.Matters.Remark(ctx, mona, m.ID, c.say(fmt.Sprint("remark, answered: ", answered))))
		if answered {
			h.must(h.Matters.Answer(ctx, mona, m.ID, c.say("answer to a matter")))
		}
	}
}

// convene puts a case before a jury that goes on.
func (h *erasing) convene(c canaries, x social.Case) {
	ctx := h.t.Context()
	h.must(h.Store.Write(ctx, func(tx *store.Tx) error {
		pool := social.JuryPool{ID: social.JuryPoolID(id.New(tx.Now))}
		if err := tx.AddJuryPool(ctx, pool, store.PoolKeys{}); err != nil {
			return err
		}
		return tx.AddJury(ctx, social.Jury{ID: social.JuryID(id.New(tx.Now)), Case: x.ID, Pool: pool.ID, Round: 1, Opened: tx.Now,
			Exhibit: social.Exhibit{Parts: []social.ExhibitPart{{Speaker: "A", Judged: true, Text: c.say("exhibit, sealed")}}}})
	}))
}

// linked has a post show a preview of a page, and a letter wait.
func (h *erasing) linked(c canaries, of apptest.Status) {
	ctx := h.t.Context()
	h.must(h.Store.Write(ctx, func(tx *store.Tx) error {
		l, err := tx.ClaimLink(ctx, "https://pages.example/"+c.say("link"))
		if err != nil {
			return err
		}
		l.Title, l.Shown, l.FetchedAt = c.say("title of a link"), true, tx.Now
		if err := tx.SetLink(ctx, l); err != nil {
			return err
		}
		return tx.SetPostLink(ctx, postID(h.t, of), l.ID)
	}))
}

func postID(t *testing.T, st apptest.Status) social.PostID {
	n, err := strconv.ParseInt(st.ID, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return social.PostID(n)
}

// letters has letters to an address wait and one that was given up.
func (h *erasing) letters(c canaries, to string) {
	ctx := h.t.Context()
	h.must(h.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.AddJob(ctx, auth.LetterJob, auth.Letter{To: to, Subject: "Hello", Text: c.say("letter that waits")}, tx.Now.Add(time.Hour), "")
	}))
}

// wait is Eventually for what takes longer with ten thousand items.
func (h *erasing) wait(what string, ok func() bool) {
	h.t.Helper()
	for end := time.Now().Add(10 * time.Minute); apptest.Long() && time.Now().Before(end) && !ok(); time.Sleep(20 * time.Millisecond) {
	}
	h.Eventually(what, ok)
}

// gone waits until nothing is left of somebody.
func (h *erasing) gone(who social.AccountID) {
	h.t.Helper()
	ctx := h.t.Context()
	h.wait("the account to be gone", func() bool {
		var err error
		h.must(h.Store.Read(ctx, func(v *store.View) error { _, err = v.Account(ctx, who); return nil }))
		return errs.KindOf(err) == errs.NotFound
	})
}

// tidy does what the program does by itself within a day.
func (h *erasing) tidy() store.Sweeping {
	h.t.Helper()
	ctx := h.t.Context()
	h.wait("everything to be read and done", func() bool {
		busy := 0
		h.must(h.Store.Read(ctx, func(v *store.View) error {
			behind, err := v.Behind(ctx, 10)
			if err != nil {
				return err
			}
			for _, n := range behind {
				busy += n
			}
			stats, err := v.JobStats(ctx)
			for _, s := range stats {
				if !s.Oldest.IsZero() && s.Oldest.Before(time.Now()) {
					busy += s.Waiting
				}
			}
			return err
		}))
		return busy == 0
	})
	h.must(h.Matters.Tidy(ctx))
	h.must(h.Accounts.Tidy(ctx))
	h.must(h.Store.Write(ctx, func(tx *store.Tx) error { return tx.TrimJournal(ctx, tx.Now.Add(time.Minute)) }))
	did, err := h.Store.Sweep(ctx)
	h.must(err)
	return did
}

// found are the canaries that stand somewhere on the disk.
func (h *erasing) found(c canaries, dirs ...string) (out map[string][]string) {
	h.t.Helper()
	out = map[string][]string{}
	in := c.finder()
	for _, dir := range append(dirs, h.Config.Data) {
		h.must(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			for _, at := range append(in(b), in([]byte(path))...) {
				out[at] = append(out[at], filepath.Base(path))
			}
			return err
		}))
	}
	for at, tables := range h.inTables(in) {
		out[at] = append(out[at], tables...)
	}
	return out
}

// inTables dumps every table, and says in which of them canaries stand.
func (h *erasing) inTables(in func([]byte) []string) map[string][]string {
	h.t.Helper()
	driver, from, names := "sqlite", "file:"+h.Config.Database()+"?mode=ro", `SELECT name FROM sqlite_schema WHERE type = 'table'`
	if strings.HasPrefix(h.Config.DB, "postgres") {
		driver, from, names = "pgx", h.Config.DB, `SELECT tablename FROM pg_tables WHERE schemaname = current_schema()`
	}
	db, err := sql.Open(driver, from)
	h.must(err)
	defer db.Close()
	out := map[string][]string{}
	for _, table := range texts(h.t, db, names) {
		for _, row := range texts(h.t, db, `SELECT * FROM "`+table+`"`) {
			for _, at := range in([]byte(row)) {
				out[at] = append(out[at], "table "+table)
			}
		}
	}
	return out
}

// texts are the rows of a query, each as one text.
func texts(t *testing.T, db *sql.DB, query string) (out []string) {
	t.Helper()
	rs, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rs.Close()
	columns, err := rs.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rs.Next() {
		cells, to := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
		for i := range cells {
			to[i] = &cells[i]
		}
		if err := rs.Scan(to...); err != nil {
			t.Fatal(err)
		}
		out = append(out, string(bytes.Join(asBytes(cells), []byte(" "))))
	}
	if err := rs.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func asBytes(cells []sql.RawBytes) (out [][]byte) {
	for _, c := range cells {
		out = append(out, c)
	}
	return out
}

// itemsErased is how many posts somebody has who leaves.
func itemsErased() int {
	if apptest.Long() {
		return 10_000
	}
	return 150
}

// What somebody said who left is nowhere, and the log still holds.
func TestErasure(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ctx := t.Context()
		h := &erasing{Server: s, t: t, mona: s.Join("mona", social.Admin), mia: s.Join("mia", social.Moderator), ben: s.Join("ben", social.Member)}
		mirror := t.TempDir()
		said, others := canaries{}, canaries{}
		named := said.say("name")
		ada, eve := s.Join(named, social.Member), s.Join(said.say("name of one who is put out"), social.Member)
		h.fill(ada, said, itemsErased())
		h.fill(eve, others, 10)
		for at, word := range others {
			said["of one who is put out: "+at] = word
		}
		h.letters(said, named+"@example.com")
		h.seal()
		_, err := s.MirrorOnce(ctx, mirror, false)
		h.must(err)
		before := h.found(said, mirror)
		for at := range said {
			if strings.HasSuffix(at, sealed) {
				if len(before[at]) > 0 {
					t.Errorf("%q is sealed, and can be read in %q", at, before[at])
				}
			} else if len(before[at]) == 0 && !strings.HasSuffix(at, "search") {
				t.Errorf("%q stands nowhere even before: the test looks wrongly", at)
			}
		}

		began := time.Now()
		h.must(s.Auth.DeleteAccount(ctx, ada.Actor(), ada.Password))
		h.gone(ada.ID)
		took := time.Since(began)
		h.must(s.Moderation.Decide(ctx, h.staff(h.mona, social.Admin), social.Decision{Account: eve.ID, Action: social.Suspend}, false))
		_, err = s.Expel(ctx, eve.Name, false) // as plaza account delete does
		h.must(err)
		h.gone(eve.ID)
		waiting, err := s.Matters.Waiting(ctx, h.staff(h.mona, social.Admin)) // whoever told it has to be answered
		h.must(err)
		if len(waiting) != 2 {
			t.Errorf("%d matters wait, want 2", len(waiting))
		}
		for _, m := range waiting {
			h.must(s.Matters.Answer(ctx, h.staff(h.mona, social.Admin), m.ID, "It is gone."))
		}
		swept := time.Now()
		_, err = s.MirrorOnce(ctx, mirror, false)
		h.must(err)
		did := h.tidy()
		t.Logf("%d posts: erased in %s, swept in %s: %+v", itemsErased(), took.Round(time.Millisecond), time.Since(swept).Round(time.Millisecond), did)
		h.seal()
		left := h.found(said, mirror)
		for at, where := range left {
			t.Errorf("%q is left in %q", at, where)
		}
		t.Logf("%d of %d canaries are left", len(left), len(said))
		h.whole()
		h.bundles(said)
		if retired, err := h.retired(named); err != nil || !retired {
			t.Errorf("the name can be taken by somebody else: %v", err)
		}
	})
}

func (h *erasing) retired(name string) (is bool, err error) {
	err = h.Store.Read(h.t.Context(), func(v *store.View) (err error) { is, err = v.NameRetired(h.t.Context(), name); return err })
	return is, err
}

func (h *erasing) seal() {
	h.t.Helper()
	_, err := h.Sealing.Seal(h.t.Context())
	h.must(err)
}

// whole is that the file is as SQLite wants it.
func (h *erasing) whole() {
	if h.Config.DB != "" {
		return
	}
	db, err := sql.Open("sqlite", "file:"+h.Config.Database())
	h.must(err)
	defer db.Close()
	if said := texts(h.t, db, `PRAGMA integrity_check`); len(said) != 1 || said[0] != "ok" {
		h.t.Errorf("the file is damaged: %q", said)
	}
	if _, err := db.ExecContext(h.t.Context(), `INSERT INTO post_words (post_words) VALUES ('integrity-check')`); err != nil {
		h.t.Errorf("the index of words is damaged: %v", err)
	}
}

// bundles exports in every profile: none has a word, and all verifiers are
// content.
func (h *erasing) bundles(said canaries) {
	h.t.Helper()
	ctx := h.t.Context()
	key, err := h.Sealing.Public(ctx)
	h.must(err)
	dir := h.t.TempDir()
	in := said.finder()
	var ask []scripted
	var verdicts []evidence.Verdict
	whole, about := evidence.Scope{Kind: evidence.ScopeWhole}, evidence.Scope{Kind: evidence.ScopeAccount, Of: "ben"}
	for i, want := range []sealing.Wanted{{Scope: whole, Profile: evidence.Court}, {Scope: whole, Profile: evidence.Public},
		{Scope: about, Profile: evidence.Party, Account: h.ben.ID}, {Scope: evidence.Scope{Kind: evidence.ScopeHost, Of: "example.net"}, Profile: evidence.Host}} {
		var b bytes.Buffer
		_, err := h.Sealing.Export(ctx, &b, want)
		h.must(err)
		for name, content := range unpack(h.t, b.Bytes()).files {
			for _, at := range in(content) {
				h.t.Errorf("%q stands in %s of a bundle for %s", at, name, want.Profile)
			}
		}
		o := evidence.Options{Key: key}
		v := verify(h.t, b.Bytes(), o)
		if len(v.Failures) > 0 || v.Counts.Missing > 0 || want.Profile == evidence.Court && v.Counts.Erased == 0 {
			h.t.Errorf("for %s: %+v\n%s", want.Profile, v.Counts, v.Text())
		}
		if i == 0 {
			h.t.Logf("the court reads: %s", v.Text())
		}
		if os.Getenv("PLAZA_TEST_CHROMIUM") != "" {
			if wrong := open(h.t).check(h.t, b.Bytes(), o).agrees(v); wrong != "" {
				h.t.Errorf("for %s: %s", want.Profile, wrong)
			}
		}
		ask = append(ask, scripted{keep(h.t, dir, fmt.Sprintf("%d.evz", i), b.Bytes()), key, [][2]string{}, []string{}})
		verdicts = append(verdicts, v)
	}
	if _, err := exec.LookPath("python3"); err != nil {
		return
	}
	asked, err := json.Marshal(ask)
	h.must(err)
	run := exec.CommandContext(ctx, "python3", "-c", driver, "../../docs/evidence")
	run.Stdin, run.Stderr = bytes.NewReader(asked), os.Stderr
	out, err := run.Output()
	h.must(err)
	var says []struct {
		Level string
		Found []string
	}
	h.must(json.Unmarshal(out, &says))
	for i, v := range verdicts {
		if says[i].Level != string(v.Level) || len(says[i].Found) > 0 {
			h.t.Errorf("the script says %+v, the program %s", says[i], v.Level)
		}
	}
}
