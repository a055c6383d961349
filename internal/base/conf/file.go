package conf

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"syscall"

	"github.com/pelletier/go-toml/v2"

	"github.com/plaza-social/plaza/internal/base/errs"
)

const fileName = "plaza.toml"

// settingsFile is what a file says, each value as text under its dotted name.
type settingsFile struct {
	path   string
	text   []byte
	values map[string]string
}

// readFile reads the file that holds, if there is one, and says line by line
// what is wrong with it.
func readFile(getenv func(string) string, o Overrides) (f settingsFile, wrong []string) {
	text, path, err := findFile(getenv, o)
	if err != nil {
		return f, []string{err.Error()}
	}
	f.path, f.text, f.values = path, text, map[string]string{}
	var tree map[string]any
	if err := toml.Unmarshal(text, &tree); err != nil {
		return f, []string{notTOML(path, err)}
	}
	flatten("", tree, func(name string, value any) {
		if problem := f.add(name, value); problem != "" {
			wrong = append(wrong, line(name, "file "+path, problem))
		}
	})
	return f, wrong
}

func (f *settingsFile) add(name string, value any) (problem string) {
	if !known(name) {
		return fmt.Sprintf("there is no such setting; the nearest is %q", nearest(name))
	}
	text, ok := scalar(value)
	if !ok {
		return "this kind of value does not fit; write a text in quotes, a whole number, true or false, or a list of texts"
	}
	f.values[name] = text
	return ""
}

func findFile(getenv func(string) string, o Overrides) (text []byte, path string, err error) {
	if path = getenv("PLAZA_CONFIG"); path != "" {
		if text, err = os.ReadFile(path); errors.Is(err, fs.ErrNotExist) {
			return nil, path, fmt.Errorf("PLAZA_CONFIG (environment): there is no file %s; write the path of a settings file, or leave it out", path)
		}
		return text, path, unreadable(path, err)
	}
	data := Default().Data
	for _, d := range []string{getenv("PLAZA_DATA"), o.Data} {
		if d != "" {
			data = d
		}
	}
	for _, path = range []string{filepath.Join(data, fileName), fileName} {
		// Where the data folder is a file, or may not be entered, opening the
		// data says so; and a folder one merely stands in does not matter.
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, fs.ErrPermission) {
			continue
		}
		text, err = os.ReadFile(path)
		return text, path, unreadable(path, err)
	}
	return nil, "", nil
}

func unreadable(path string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s cannot be read (%w); make it a file that the user who runs Plaza may read", path, err)
}

// notTOML names the line. It does not quote it: it may hold a password.
func notTOML(path string, err error) string {
	where := path
	if d := (*toml.DecodeError)(nil); errors.As(err, &d) {
		row, column := d.Position()
		where = fmt.Sprintf("%s, line %d, column %d", path, row, column)
	}
	return fmt.Sprintf(`%s: this is not TOML (%s); write lines such as name = "value"`,
		where, strings.TrimPrefix(err.Error(), "toml: "))
}

// Carried is what is taken over of settings that came with a copy, and whether
// something was left out: what names a program that is run here. Whoever can write
// at a place could have theirs be run.
func Carried(text []byte) (kept []byte, left bool, err error) {
	kept = program.ReplaceAll(text, []byte("# Not taken over from the copy; if it is meant, write it here: $0"))
	var tree map[string]any
	if err := toml.Unmarshal(kept, &tree); err != nil {
		return nil, true, errs.New(errs.Invalid, notTOML("plaza.toml in the copy", err))
	}
	if _, still := tree["on_promote"]; still {
		return nil, true, errs.New(errs.Invalid, "plaza.toml in the copy names a program to run, in a way that cannot be left out. Look into it, and write a plaza.toml of your own into the data folder.")
	}
	return kept, !bytes.Equal(kept, text), nil
}

// program is the line of a setting that names one.
var program = regexp.MustCompile(`(?m)^[ \t]*on_promote[ \t]*=`)

// flatten visits the leaves of tree by name, in order.
func flatten(prefix string, tree map[string]any, visit func(name string, value any)) {
	names := make([]string, 0, len(tree))
	for name := range tree {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if sub, ok := tree[name].(map[string]any); ok {
			flatten(prefix+name+".", sub, visit)
			continue
		}
		if list, ok := tables(tree[name]); ok {
			for i, sub := range list {
				flatten(fmt.Sprint(prefix, name, ".", i+1, "."), sub, visit)
			}
			continue
		}
		visit(prefix+name, tree[name])
	}
}

// tables are the parts of what is written as [[name]].
func tables(value any) (list []map[string]any, ok bool) {
	all, _ := value.([]any)
	for _, v := range all {
		sub, is := v.(map[string]any)
		if !is {
			return nil, false
		}
		list = append(list, sub)
	}
	return list, len(list) > 0
}

func scalar(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case bool:
		return onOff(v), true
	case []any:
		texts := make([]string, len(v))
		for i := range v {
			t, ok := v[i].(string)
			if !ok {
				return "", false
			}
			texts[i] = t
		}
		if len(texts) == 0 {
			return none, true
		}
		return strings.Join(texts, ","), true
	}
	return "", false
}

func known(name string) bool {
	for _, s := range settings {
		if s.name == name {
			return true
		}
	}
	return false
}

// nearest is the setting with the fewest letters to change.
func nearest(name string) string {
	best, least := "", -1
	for _, s := range settings {
		if d := distance(name, s.name); least < 0 || d < least {
			best, least = s.name, d
		}
	}
	return best
}

// distance counts the letters to add, drop or change to make b out of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// Unknown says which variables of an environment look like settings and are
// none, each with the nearest that there is.
func Unknown(environ []string) (wrong []string) {
	for _, e := range environ {
		name, _, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, "PLAZA_") || strings.HasPrefix(name, "PLAZA_TEST_") || strings.HasPrefix(name, "PLAZA_FROM_") || name == "PLAZA_CONFIG" {
			continue
		}
		near, best := "", 1<<10
		for _, s := range settings {
			if d := distance(name, s.env); d < best {
				near, best = s.env, d
			}
		}
		if best > 0 {
			wrong = append(wrong, name+" is not a setting, and changes nothing; the nearest is "+near)
		}
	}
	return wrong
}
