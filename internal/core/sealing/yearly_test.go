package sealing_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/social/dsa"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// member is a file of a bundle.
func member(t *testing.T, bundle []byte, name string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func records(t *testing.T, bundle []byte) []byte { return member(t, bundle, "records.ndjson") }

// bodies are those of a bundle, one a line.
func bodies(t *testing.T, bundle []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("records.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var r evidence.Record
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		out.Write(append(r.Body, '\n'))
	}
	return out.String()
}

// heard is a report by a channel, and what was decided about it, or itself if it is open.
func (l *log) heard(channel string, h social.Harm, a social.Action, d evidence.Decided) social.EvidenceID {
	l.t.Helper()
	report := l.add(store.Evidence{Type: evidence.TypeReport, Category: evidence.Category(h), Class: "24h", Outcome: channel, Body: evidence.Reported{}})
	triage := l.add(store.Evidence{Type: evidence.TypeTriage, Class: "24h", Refs: []social.EvidenceID{report}, Body: evidence.Triage{}})
	if a == "" {
		return report
	}
	return l.add(store.Evidence{Type: evidence.TypeDecision, Category: evidence.Category(h), Class: "24h", Outcome: string(a), Refs: []social.EvidenceID{triage}, Body: d})
}

// The files of a year say what the log says, and add up to what anybody counts from
// its leaves.
func TestYearly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := newLog(t, s)
		law, rules := evidence.Decided{Ground: "law", Decider: "person", Detected: "person"}, evidence.Decided{Ground: "rules", Decider: "person", Detected: "machine"}
		l.heard("stranger", social.HarmViolence, social.HidePost, law)
		l.heard("stranger", social.HarmViolence, social.Dismiss, law)
		l.heard("stranger", social.HarmScam, "", law)
		rules.Decision = "7"
		undone := l.heard("app", social.HarmSelfHarm, social.DeletePost, rules)
		l.heard("flag", social.HarmSpam, "", law)
		appeal := l.add(store.Evidence{Type: evidence.TypeAppeal, Refs: []social.EvidenceID{undone}, Body: evidence.Appealed{}})
		l.add(store.Evidence{Type: evidence.TypeAppealDecision, Outcome: "approved", Refs: []social.EvidenceID{appeal}, Body: evidence.AppealDecided{}})
		l.add(store.Evidence{Type: evidence.TypeDecision, Outcome: string(social.RestorePost), Refs: []social.EvidenceID{undone}, Body: evidence.Decided{Decision: "8", Undoes: "7", Decider: "person"}})
		notice := l.add(store.Evidence{Type: evidence.TypeHostNotice, Category: "rights", Class: string(social.ClassRights), Body: evidence.Noticed{}})
		l.add(store.Evidence{Type: evidence.TypeHostAnswer, Outcome: "answered" + evidence.Late, Refs: []social.EvidenceID{notice}, Body: evidence.Replied{Done: []string{social.ThingStays, "It was deleted."}}})
		order := l.add(store.Evidence{Type: evidence.TypeOrder, Category: "violence", Class: string(social.ClassTerror), Body: evidence.Noticed{}})
		l.add(store.Evidence{Type: evidence.TypeHostAnswer, Outcome: "extended", Refs: []social.EvidenceID{order}, Body: evidence.Replied{}})
		again := l.heard("app", social.HarmSpam, "", law)
		for _, outcome := range []string{evidence.ReportClosed, evidence.ReportReopened} {
			l.add(store.Evidence{Type: evidence.TypeAction, Outcome: outcome, Refs: []social.EvidenceID{again}, Body: evidence.Acted{Did: outcome}})
		}
		l.sign()
		form, err := dsa.ReadForm(dsa.Columns())
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]*bytes.Buffer{}
		year := s.Now().UTC().Year()
		report := func(year int) error {
			clear(files)
			return l.Yearly(t.Context(), form, year, func(name string) (io.Writer, error) { files[name] = &bytes.Buffer{}; return files[name], nil })
		}
		if err := report(year); err != nil {
			t.Fatal(err)
		}
		for file, want := range map[string]string{
			"1_3_notices.csv":         "STATEMENT_CATEGORY_VIOLENCE,2,0,1,0,0,0.00,0.00,0\r\n",
			"1_2_1_orders_to_act.csv": "TOTAL,1,0,,\r\n",
			"1_4_own_initiative.csv":  "TOTAL,1,1,1,0,0,0,0,0,0,0,1\r\n",
			"1_5_complaints.csv":      "reversed,1,1,0.00\r\n",
			"1_6_automated_means.csv": "TOTAL,0,0,1,1\r\n",
		} {
			if got := fmt.Sprint(files[file]); !strings.Contains(got, want) {
				t.Errorf("%s has no %q:\n%s", file, want, got)
			}
		}
		if all := cells(t, files["1_3_notices.csv"], "TOTAL"); all[1] != 4 || all[8] != 1 {
			t.Errorf("notices: %v, want four, one of them open", all)
		}
		if !strings.Contains(fmt.Sprint(files["checkpoint.txt"]), "house.example/evidence") {
			t.Errorf("it does not say what it was counted from: %s", files["checkpoint.txt"])
		}
		counted, err := l.Figures(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if d := counted.Days[len(counted.Days)-1]; d.Inflow != 6 || d.Overturned != 1 || d.Appeals != 1 || d.Backlog != 3 {
			t.Errorf("the figures are %+v", d)
		}
		if err := report(year - 1); err != nil || cells(t, files["1_3_notices.csv"], "TOTAL")[1] != 0 {
			t.Errorf("the year before: %v\n%s", err, files["1_3_notices.csv"])
		}
		if err := report(year + 1); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a year that has not begun: %v", err)
		}
		if _, err := l.YearlyZip(year); errs.KindOf(err) != errs.NotFound || len(l.Years()) != 0 {
			t.Errorf("before it is made: %v", err)
		}
		if err := l.MakeYearly(t.Context()); err != nil || len(l.Years()) != 1 {
			t.Errorf("made: %v, %v", l.Years(), err)
		}
		if _, err := l.YearlyZip(year - 1); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a year before the log began: %v", err)
		}
		b, err := l.YearlyZip(year)
		if z, e := zip.NewReader(bytes.NewReader(b), int64(len(b))); err != nil || e != nil || len(z.File) != len(form.Sheets)+1 {
			t.Errorf("as a ZIP: %v %v", err, e)
		}
	})
}

// cells are the numbers of a line.
func cells(t *testing.T, file *bytes.Buffer, name string) (out []float64) {
	t.Helper()
	lines, err := csv.NewReader(bytes.NewReader(file.Bytes())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		if line[0] == name {
			for _, c := range line {
				n, _ := strconv.ParseFloat(c, 64)
				out = append(out, n)
			}
		}
	}
	return out
}
