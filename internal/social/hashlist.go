package social

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/pdq"
)

// A HashList is a list of hashes of files that somebody trustworthy knows: who
// fights abuse hands them on, not the files.
type HashList struct {
	ID      HashListID
	Name    string
	Class   HashClass
	Size    int
	By      AccountID
	Changed time.Time
}

// HashClass says what is on a list.
type HashClass string

// The classes. What is on a list of csam is shown to nobody, the staff
// included, and its file is out of reach at once.
const (
	HashAbuse    HashClass = "csam"
	HashTerror   HashClass = "terror"
	HashIntimate HashClass = "intimate" // shared without consent
	HashSpam     HashClass = "spam"
	HashOther    HashClass = "other"
)

var hashClasses = []HashClass{HashAbuse, HashTerror, HashIntimate, HashSpam, HashOther}

// The kinds of hashes: of the bytes of a file, and of what a picture looks like.
const (
	HashSHA256 = "sha256"
	HashPDQ    = "pdq"
)

// A FileHash is one line of a list.
type FileHash struct{ Alg, Hash string }

// Limits of lists.
const (
	MaxHashLists    = 50
	MaxHashListName = 50 // characters
	MaxHashes       = 2_000_000
	MaxHashImport   = 32 << 20 // bytes of one file
	hashProblems    = 5        // so many are told
)

// A HashImport is a file of hashes that was read, and nothing was done with.
type HashImport struct {
	Lists    []HashImportList
	Lines    int
	Problems []string // the first ones
	Wrong    int      // lines that cannot be read
}

// A HashImportList is what a file has for one list.
type HashImportList struct {
	Name   string
	Class  HashClass
	Hashes []FileHash
}

// ParseHashes reads a file of lines such as "sha256:ab12…,list,class". Lines
// that are empty or begin with # are passed over.
func ParseHashes(text string) (in HashImport, err error) {
	if len(text) > MaxHashImport {
		return in, errs.Newf(errs.Invalid, "Validation failed: A file has at most %d MiB. Cut it into several.", MaxHashImport>>20)
	}
	at := map[string]int{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			in.Lines++
			continue
		}
		in.Lines++
		h, name, class, err := hashLine(line)
		if err == nil {
			err = in.put(at, h, name, class)
		}
		if err != nil {
			if in.Wrong++; len(in.Problems) < hashProblems {
				in.Problems = append(in.Problems, errs.Public(lineError(in.Lines, errs.Public(err))))
			}
		}
	}
	if len(in.Lists) == 0 && in.Wrong == 0 {
		return in, errs.New(errs.Invalid, "Validation failed: There is nothing in this file. A line looks like this: sha256:ab12…,name of the list,csam")
	}
	return in, nil
}

func (in *HashImport) put(at map[string]int, h FileHash, name string, class HashClass) error {
	i, ok := at[name]
	if !ok {
		if len(in.Lists) == MaxHashLists {
			return errs.Newf(errs.Invalid, "there are at most %d lists", MaxHashLists)
		}
		i = len(in.Lists)
		at[name], in.Lists = i, append(in.Lists, HashImportList{Name: name, Class: class})
	}
	if in.Lists[i].Class != class {
		return errs.Newf(errs.Invalid, "the list %s has the class %s on an earlier line: a list has one class", name, in.Lists[i].Class)
	}
	in.Lists[i].Hashes = append(in.Lists[i].Hashes, h)
	return nil
}

func hashLine(line string) (h FileHash, name string, class HashClass, err error) {
	part := strings.Split(line, ",")
	if len(part) != 3 {
		return h, "", "", errs.New(errs.Invalid, "write a hash, the name of a list and a class, with commas between them")
	}
	alg, hash, _ := strings.Cut(strings.ToLower(strings.TrimSpace(part[0])), ":")
	h = FileHash{alg, hash}
	if err := h.check(); err != nil {
		return h, "", "", err
	}
	if name = FilterKey(part[1]); name == "" || utf8.RuneCountInString(name) > MaxHashListName || strings.ContainsAny(name, `"`) {
		return h, "", "", errs.Newf(errs.Invalid, "the name of a list has 1 to %d characters", MaxHashListName)
	}
	class, err = choice(hashClasses, FilterKey(part[2]))
	return h, name, class, err
}

func (h FileHash) check() error {
	switch h.Alg {
	case HashPDQ:
		if _, err := pdq.Parse(h.Hash); err != nil {
			return errs.New(errs.Invalid, err.Error())
		}
		return nil
	case HashSHA256:
		if b, err := hex.DecodeString(h.Hash); err != nil || len(b) != sha256.Size {
			return errs.New(errs.Invalid, "a SHA-256 has 64 digits and letters from a to f")
		}
		return nil
	}
	return errs.New(errs.Invalid, "a hash begins with sha256: or pdq:")
}

// A HashTable finds files on lists, from memory. It is made once and asked by
// many at a time.
type HashTable struct {
	lists []HashList
	exact map[[sha256.Size]byte][]int // which lists
	looks *pdq.Index
	of    []int // the list of each look
}

// A HashTableBuilder collects what is on lists.
type HashTableBuilder struct {
	table HashTable
	all   []pdq.Hash
}

// Add takes what is on a list, or a part of it.
func (b *HashTableBuilder) Add(l HashList, all []FileHash) {
	if b.table.exact == nil {
		b.table.exact = map[[sha256.Size]byte][]int{}
	}
	i := slices.IndexFunc(b.table.lists, func(one HashList) bool { return one.ID == l.ID })
	if i < 0 {
		i = len(b.table.lists)
		b.table.lists = append(b.table.lists, l)
	}
	for _, h := range all {
		if h.Alg == HashPDQ {
			if look, err := pdq.Parse(h.Hash); err == nil { // which was checked when it came
				b.all, b.table.of = append(b.all, look), append(b.table.of, i)
			}
			continue
		}
		var print [sha256.Size]byte
		if n, err := hex.Decode(print[:], []byte(h.Hash)); err == nil && n == len(print) {
			b.table.exact[print] = append(b.table.exact[print], i)
		}
	}
}

// Table is all that was added.
func (b *HashTableBuilder) Table() *HashTable {
	b.table.looks = pdq.NewIndex(b.all)
	return &b.table
}

// Find is a list that a file is on, one of csam before others.
func (t *HashTable) Find(p AutoPicture) (l HashList, ok bool) {
	t.each(p, func(i int) bool {
		if !ok || t.lists[i].Class == HashAbuse {
			l, ok = t.lists[i], true
		}
		return l.Class == HashAbuse
	})
	return l, ok
}

// On reports whether a file is on the list with a name, whatever others it is
// on.
func (t *HashTable) On(p AutoPicture, name string) bool {
	return t.each(p, func(i int) bool { return t.lists[i].Name == name })
}

// each calls stop with the lists that a file is on, until it says so.
func (t *HashTable) each(p AutoPicture, stop func(list int) bool) bool {
	if t == nil {
		return false
	}
	var print [sha256.Size]byte
	if n, err := hex.Decode(print[:], []byte(p.Print)); err == nil && n == len(print) && slices.ContainsFunc(t.exact[print], stop) {
		return true
	}
	return p.Quality >= pdq.MinQuality && t.looks.Any(p.Look, pdq.Near, func(place int) bool { return stop(t.of[place]) })
}
