package abuse_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/edge/abuse"
	"github.com/plaza-social/plaza/internal/social"
)

var now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

var reader = abuse.Reader{Bases: func() []string { return []string{"https://plaza.example", "https://former.example:8443"} }}

const (
	adas = "https://plaza.example/@ada/115000000000000001"
	bens = "https://plaza.example/@ben/115000000000000002"
)

func read(t *testing.T, file string) social.MatterDraft {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d, err := reader.Read(raw, now)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if string(d.Raw) != string(raw) {
		t.Errorf("%s: what came is not kept as it came", file)
	}
	return d
}

func TestNoticeOfAHost(t *testing.T) {
	t.Parallel()
	d := read(t, "testdata/host.eml")
	if want := []string{adas, bens, "https://plaza.example/@ada"}; !slices.Equal(d.Addresses, want) {
		t.Errorf("it names %q, want %q", d.Addresses, want)
	}
	if d.From.Name != "Anbieter Mißbrauch" || d.From.Email != "case-1@provider.example" || d.Ref != "AbuseID:10F5B2:1C" || d.Class != social.ClassHost {
		t.Errorf("it is from %+v, about %q, %q", d.From, d.Ref, d.Class)
	}
	if want := time.Date(2026, 11, 26, 8, 15, 0, 0, time.UTC); !d.Received.Equal(want) {
		t.Errorf("it came at %v, want %v: when our own server had it", d.Received, want)
	}
	if !strings.Contains(d.Text, "Beschwerde über folgende") {
		t.Errorf("it says %q", d.Text)
	}
}

func TestFeedbackReport(t *testing.T) {
	t.Parallel()
	d := read(t, "testdata/feedback.eml")
	if want := []string{adas, bens}; !slices.Equal(d.Addresses, want) {
		t.Errorf("it names %q, want %q", d.Addresses, want)
	}
	if d.Category != "scam" || d.From.Email != "abusedesk@provider.example" || !strings.HasPrefix(d.Text, "This is an email abuse report") || !d.Received.Equal(now.Add(-4*time.Hour)) {
		t.Errorf("%+v", d)
	}
}

func TestXARF(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"testdata/phishing.json", "testdata/xarf.eml"} {
		d := read(t, file)
		if want := []string{adas}; !slices.Equal(d.Addresses, want) { // and nothing of the evidence that it packs
			t.Errorf("%s names %q, want %q", file, d.Addresses, want)
		}
		if d.Category != "scam" || d.From != (social.Sender{Name: "Reports for Banks", Org: "A Bank", Email: "reports@forbanks.example"}) || d.Ref != "0e2d4f6a-1b3c-4d5e-8f90-a1b2c3d4e5f6" {
			t.Errorf("%s: %+v", file, d)
		}
		if d.Text != "A post that leads to a copy of our sign-in page." {
			t.Errorf("%s says %q", file, d.Text)
		}
	}
}

// Each sample that the specification publishes is read, and is about the right
// thing.
func TestXARFOfCorpus(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("../../../../shared/corpora/xarf/samples/v[34]/*.json")
	if len(files) == 0 {
		t.Skip("there are no samples of XARF beside the project")
	}
	kinds := map[string]string{"content-csam": "csam minors", "content-csem": "csam minors", "copyright-ugc-platform": "dmca rights", "content-brand-infringement": "dmca rights",
		"messaging-spam": "host spam", "content-fraud": "host scam", "content-exposed-data": "host privacy", "connection-ddos": "host other", "spam_v3_sample": "host spam", "botnet_v3_sample": "host other"}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := reader.Read(raw, now)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		if want := kinds[name]; want != "" && want != string(d.Class)+" "+string(d.Category) {
			t.Errorf("%s is %s %s, want %s", name, d.Class, d.Category, want)
		}
		d.Channel = social.ByAPI
		if err := d.Check(); err != nil || !d.From.Known() || d.Subject == "" || len(d.Addresses) != 0 {
			t.Errorf("%s: %v, %+v", name, err, d)
		}
	}
	t.Logf("%d samples", len(files))
}

func TestXARFThatIsWrong(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/phishing.json")
	if err != nil {
		t.Fatal(err)
	}
	good := string(raw)
	for name, s := range map[string]string{
		"no version":          strings.Replace(good, `"xarf_version": "4.2.0",`, "", 1),
		"version 5":           strings.Replace(good, "4.2.0", "5.0.0", 1),
		"version 2":           strings.Replace(good, `"xarf_version": "4.2.0"`, `"Version": "2"`, 1),
		"no number":           strings.Replace(good, "0e2d4f6a-1b3c-4d5e-8f90-a1b2c3d4e5f6", "17", 1),
		"no moment":           strings.Replace(good, "2026-11-26T07:00:00Z", "yesterday", 1),
		"nobody":              strings.Replace(good, "security@bank.example", "", 1),
		"no sender":           strings.Replace(good, `"forbanks.example"`, `""`, 1),
		"another category":    strings.Replace(good, `"content"`, `"hate"`, 1),
		"no type":             strings.Replace(good, `"phishing"`, `""`, 1),
		"twice the same":      strings.Replace(good, `"type": "phishing"`, `"type": "phishing", "type": "csam"`, 1),
		"text for a list":     strings.Replace(good, `"A post`, `["A post`, 1),
		"the end is missing":  good[:len(good)-3],
		"something after":     good + "{}x",
		"an object in a text": strings.Replace(good, `"A post that leads to a copy of our sign-in page."`, `{}`, 1),
		"deep":                strings.Replace(good, `"A post that leads to a copy of our sign-in page."`, strings.Repeat("[", 40)+strings.Repeat("]", 40), 1),
		"endless":             `{"xarf_version":[` + strings.Repeat("1,", 30_000) + `1]}`,
		"not UTF-8":           strings.Replace(good, "A post", "\xff", 1),
		"version 3 of nobody": `{"Version":"3.0.0","Report":{"ReportClass":"Activity","ReportType":"spam"}}`,
	} {
		if _, err := reader.Read([]byte(s), now); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"see https://plaza.example/@ada/1.":                                     "https://plaza.example/@ada/1",
		"(http://plaza.example/@ada/1)":                                         "https://plaza.example/@ada/1",
		"PLAZA.EXAMPLE/@ada/1, or":                                              "https://plaza.example/@ada/1",
		"hxxp://plaza[.]example/@ada/1":                                         "https://plaza.example/@ada/1",
		"plaza.example:443/@ada":                                                "https://plaza.example/@ada",
		"https://former.example:8443/@ada/1":                                    "https://former.example:8443/@ada/1",
		"https://former.example/@ada/1":                                         "",
		"https://plaza.example/":                                                "",
		"https://plaza.example":                                                 "",
		"https://notplaza.example/@ada/1 sub.plaza.example/@ada/1":              "",
		"https://plaza.example.evil.example/@ada/1":                             "",
		"https://evil.example/?u=https://plaza.example/@ada/1":                  "https://plaza.example/@ada/1",
		"@ada@plaza.example":                                                    "https://plaza.example/@ada",
		"@ada@plaza.example.":                                                   "https://plaza.example/@ada",
		"@ada@plaza.example.evil.example":                                       "",
		"ada@plaza.example":                                                     "",
		"@plaza.example":                                                        "",
		"https://plaza.example/media/abc_(1).jpg":                               "https://plaza.example/media/abc_(1).jpg",
		"<https://plaza.example/@ada/1> https://plaza.example/@ada/1?x=1#frag":  "https://plaza.example/@ada/1 https://plaza.example/@ada/1?x=1#frag",
		"https://plaza.example/" + strings.Repeat("a", social.MaxMatterAddress): "",
	} {
		d, err := reader.Read([]byte("From: a@b.example\r\n\r\n"+text), now)
		if got := strings.Join(d.Addresses, " "); err != nil || got != want {
			t.Errorf("in %.80q is %q, want %q (%v)", text, got, want, err)
		}
	}
	var many strings.Builder
	for i := range social.MaxMatterAddresses * 3 {
		many.WriteString("https://plaza.example/@ada/" + strings.Repeat("1", i+1) + "\n")
	}
	if d, err := reader.Read([]byte("From: a@b.example\r\n\r\n"+many.String()), now); err != nil || len(d.Addresses) != social.MaxMatterAddresses {
		t.Errorf("%d addresses, want %d (%v)", len(d.Addresses), social.MaxMatterAddresses, err)
	}
}

func TestMailThatIsHostile(t *testing.T) {
	t.Parallel()
	nested := "x"
	for i := range 40 {
		b := "b" + strings.Repeat("x", i)
		nested = "Content-Type: multipart/mixed; boundary=" + b + "\r\n\r\n--" + b + "\r\n" + nested + "\r\n--" + b + "--"
	}
	within := "From: a@b.example\r\n\r\nx"
	for range 40 {
		within = "From: a@b.example\r\nContent-Type: message/rfc822\r\n\r\n" + within
	}
	for name, tt := range map[string]struct {
		raw string
		ok  bool
	}{
		"nothing":             {"", false},
		"a sentence":          {"Your server has abuse.", false},
		"a page":              {"<html><body>x</body></html>", false},
		"a picture":           {"\x89PNG\r\n\x1a\n\x00\x00", false},
		"too long":            {"From: a@b.example\r\n\r\n" + strings.Repeat("x", social.MaxMatterRaw), false},
		"deep":                {"From: a@b.example\r\n" + nested, false},
		"mails within":        {within, false},
		"many parts":          {"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 200) + "--b--", false},
		"no boundary":         {"From: a@b.example\r\nContent-Type: multipart/mixed\r\n\r\nx", true},
		"no end":              {"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello", true},
		"a charset of nobody": {"From: a@b.example\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe", true},
		"broken base64":       {"From: a@b.example\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!aGVsbG8", true},
		"broken subject":      {"Subject: =?utf-8?b?####?= =?x\r\n\r\nx", true},
		"a year to come":      {"From: a@b.example\r\nDate: Thu, 26 Nov 2099 08:00:00 +0000\r\n\r\nx", true},
		"long ago":            {"From: a@b.example\r\nDate: Thu, 26 Nov 1998 08:00:00 +0000\r\n\r\nx", true},
		"no sender":           {"Subject: x\r\nFrom: <<<>>>\r\n\r\nx", true},
		"a page in a mail":    {"From: a@b.example\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script><p>Hi</p><a href='" + adas + "'>", true},
	} {
		d, err := reader.Read([]byte(tt.raw), now)
		if (err == nil) != tt.ok || err != nil && errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
		if tt.ok && !d.Received.Equal(now) {
			t.Errorf("%s: it came at %v, want now", name, d.Received)
		}
		if name == "a page in a mail" && (d.Text != "Hi\n\n"+adas || !slices.Equal(d.Addresses, []string{adas})) {
			t.Errorf("%s says %q, names %q", name, d.Text, d.Addresses)
		}
	}
}

// TestMailOfCorpus reads mails that were made to break readers, if they are
// there.
func TestMailOfCorpus(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("../../../../shared/corpora/mail/corpus/*")
	if len(files) == 0 {
		t.Skip("there are no hostile mails beside the project")
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		check(t, raw)
	}
}

func FuzzRead(f *testing.F) {
	for _, file := range []string{"host.eml", "feedback.eml", "phishing.json", "xarf.eml"} {
		raw, err := os.ReadFile("testdata/" + file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) { check(t, raw) })
}

// check wants raw to be refused in a sentence, or to be within all bounds.
func check(t *testing.T, raw []byte) {
	t.Helper()
	d, err := reader.Read(raw, now)
	if err != nil {
		if errs.KindOf(err) != errs.Invalid {
			t.Errorf("%v, want Invalid", err)
		}
		return
	}
	if len(d.Addresses) > social.MaxMatterAddresses || len([]rune(d.Text)) > social.MaxMatterText || len([]rune(d.Subject)) > social.MaxMatterLine || len([]rune(d.Ref)) > social.MaxMatterLine {
		t.Errorf("%d addresses, %d characters", len(d.Addresses), len(d.Text))
	}
	if d.Received.After(now) || d.Class == "" || d.Category == "" {
		t.Errorf("%+v", d)
	}
	for _, a := range d.Addresses {
		if !strings.HasPrefix(a, "https://plaza.example/") && !strings.HasPrefix(a, "https://former.example:8443/") {
			t.Errorf("%q is not ours", a)
		}
	}
}
