package store

import (
	"context"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

// What is said in messages is sealed in the database: whoever reads the database
// alone reads no word of it. Each conversation has a key of its own (talk_keys), and
// the house has one that is not in the database and that seals those. What waits to
// be sent or applied is sealed by the key of the house itself. It is XChaCha20-Poly1305
// with a random nonce, and where a text stands is sealed with it: moved to another row
// it opens nothing.

// keyring is the keys of the house: the one that seals, and those that open what was
// sealed before. nil is a tool or a test, that seals nothing.
type keyring struct {
	now string // by its fingerprint; empty if the key of the house is not here
	by  map[string]cipher.AEAD
}

// sealedMark begins what is sealed. No JSON does.
const sealedMark = "~"

// talkKeySize is the bytes of a conversation's key.
const talkKeySize = chacha20poly1305.KeySize

var errLocked = errs.New(errs.Unavailable, "Messages cannot be kept or read on this machine at the moment: the key that seals them is missing. The people who run this house find with “plaza doctor” what to do.")

// errOther says that something was sealed by a key that is not here.
var errOther = errors.New("this was sealed by another key")

// Unlock gives the keys that messages are sealed by: the first seals, the others open
// what was sealed before. Without one nothing that is to be sealed can be stored.
func (s *Store) Unlock(keys ...[]byte) error {
	ring := &keyring{by: map[string]cipher.AEAD{}}
	for i, key := range keys {
		name, err := hkdf.Key(sha256.New, key, nil, "plaza messages: name of the key", 6)
		if err != nil {
			return err
		}
		secret, err := hkdf.Key(sha256.New, key, nil, "plaza messages: key of the house", chacha20poly1305.KeySize)
		if err != nil {
			return err
		}
		fp := base64.RawURLEncoding.EncodeToString(name)
		if ring.by[fp], err = chacha20poly1305.NewX(secret); err != nil {
			return err
		}
		if i == 0 {
			ring.now = fp
		}
	}
	s.keys.Store(ring)
	return nil
}

func seal(a cipher.AEAD, where string, what []byte) string {
	nonce := make([]byte, a.NonceSize(), a.NonceSize()+len(what)+a.Overhead())
	rand.Read(nonce) // never fails
	return base64.RawStdEncoding.EncodeToString(a.Seal(nonce, nonce, what, []byte(where)))
}

func open(a cipher.AEAD, where, sealed string) ([]byte, error) {
	b, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil || len(b) < a.NonceSize() {
		return nil, fmt.Errorf("what is sealed is damaged: %w", errOther)
	}
	what, err := a.Open(nil, b[:a.NonceSize()], b[a.NonceSize():], []byte(where))
	if err != nil {
		return nil, errOther
	}
	return what, nil
}

// seal seals by the key of the house what stands somewhere: unless there are no keys
// at all it is sealed, or errLocked.
func (k *keyring) seal(where string, what []byte) (string, error) {
	if k == nil {
		return string(what), nil
	}
	a := k.by[k.now]
	if a == nil {
		return "", errLocked
	}
	return sealedMark + k.now + seal(a, where, what), nil
}

// fpSize is the letters of a fingerprint.
const fpSize = 8

// open is what stands somewhere, sealed or, from before, not.
func (k *keyring) open(where, what string) ([]byte, error) {
	if !strings.HasPrefix(what, sealedMark) {
		return []byte(what), nil
	}
	if k == nil || len(k.by) == 0 {
		return nil, errLocked
	}
	if len(what) < len(sealedMark)+fpSize {
		return nil, errOther
	}
	a := k.by[what[len(sealedMark):len(sealedMark)+fpSize]]
	if a == nil {
		return nil, errOther
	}
	return open(a, where, what[len(sealedMark)+fpSize:])
}

// A talkKey is the key of a conversation, or of what somebody has not said yet. The
// zero one seals nothing: what it is of is no message.
type talkKey struct {
	id   int64
	aead cipher.AEAD
}

func talkWhere(id int64) string { return "talk " + strconv.FormatInt(id, 10) }

func (k *keyring) talk(id int64, wrapped string) (talkKey, error) {
	key, err := k.open(talkWhere(id), wrapped)
	if err != nil {
		return talkKey{}, err
	}
	a, err := chacha20poly1305.NewX(key)
	return talkKey{id, a}, err
}

// seal is what stands somewhere as it is stored.
func (t talkKey) seal(where string, what []byte) string {
	if t.id == 0 {
		return string(what)
	}
	return sealedMark + seal(t.aead, where, what)
}

// keyOf is the two columns by which a row is opened, see sealing.
const keyOf = `sealed_by, CASE WHEN sealed_by = 0 THEN '' ELSE COALESCE((SELECT k.wrapped FROM talk_keys k WHERE k.id = sealed_by), '') END`

// sealing is by what something of a row is sealed: what the columns of keyOf hold.
type sealing struct {
	by      int64
	wrapped string
}

// open is what stands somewhere in the row.
func (s sealing) open(r row, where, what string) ([]byte, error) {
	if s.by == 0 {
		return []byte(what), nil
	}
	t, err := r.ring().talk(s.by, s.wrapped)
	if err != nil {
		return nil, err
	}
	return open(t.aead, where, strings.TrimPrefix(what, sealedMark))
}

// about is the key for what belongs to a conversation, given by its thread, or to
// somebody: there is one from the first time on. Who goes on holds it until the commit,
// so that nobody drops it meanwhile.
func (tx *Tx) keyAbout(ctx context.Context, about int64) (talkKey, error) {
	if tx.keys == nil {
		return talkKey{}, nil
	}
	fresh := make([]byte, talkKeySize)
	rand.Read(fresh) // never fails
	which := id.New(tx.Now)
	wrapped, err := tx.keys.seal(talkWhere(which), fresh)
	if err != nil {
		return talkKey{}, err
	}
	type kept struct {
		id      int64
		wrapped string
	}
	k, err := one(ctx, &tx.View, errNone, func(r row) (k kept, err error) { return k, r.Scan(&k.id, &k.wrapped) },
		`INSERT INTO talk_keys (id, about_id, house, wrapped) VALUES ($1, $2, $3, $4)
		ON CONFLICT (about_id, house) DO UPDATE SET house = excluded.house RETURNING id, wrapped`, which, about, tx.keys.now, wrapped)
	if err != nil {
		return talkKey{}, err
	}
	return tx.keys.talk(k.id, k.wrapped)
}

// keyOfPost is the key by which a post's words are sealed: none if it is no message.
func (tx *Tx) keyOfPost(ctx context.Context, post social.PostID) (talkKey, error) {
	if tx.keys == nil {
		return talkKey{}, nil
	}
	type found struct {
		sealing
		direct bool
		thread int64
	}
	f, err := one(ctx, &tx.View, NoPost, func(r row) (f found, err error) {
		return f, r.Scan(&f.direct, &f.thread, &f.by, &f.wrapped)
	}, `SELECT visibility = 'direct', thread_id, `+keyOf+` FROM posts WHERE id = $1`, post)
	if err != nil || !f.direct {
		return talkKey{}, err
	}
	if f.by != 0 {
		if t, err := tx.keys.talk(f.by, f.wrapped); err == nil {
			return t, nil
		} // a key that is lost seals no more: the conversation gets another
	}
	return tx.keyAbout(ctx, f.thread)
}

// dropKey forgets the key of what was deleted, with the last that it sealed: what is
// left of it in copies is not readable any more.
func (tx *Tx) dropKey(ctx context.Context, key int64) error {
	if key == 0 {
		return nil
	}
	// Held first: who adds to the conversation at this moment has it, and then it stays.
	// They are not waited for: they may wait for the post that goes.
	held, err := list[int64](ctx, &tx.View, `SELECT id FROM talk_keys WHERE id = $1`+tx.d.skip, key)
	if err != nil || len(held) == 0 {
		return err
	}
	_, err = tx.exec(ctx, `DELETE FROM talk_keys WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM posts WHERE sealed_by = $1 AND sealed_by <> 0)`, key)
	return err
}

// dropKeyOf forgets the key of what somebody had not said yet.
func (tx *Tx) dropKeyOf(ctx context.Context, who social.AccountID) error {
	_, err := tx.exec(ctx, `DELETE FROM talk_keys WHERE about_id = $1`, who)
	return err
}

// Closed are arguments of a job that hold what somebody said: they are sealed while
// they wait.
type Closed struct{ Args any }

const closedJob = "job"

// jobArgs is args as they are kept.
func (tx *Tx) jobArgs(args any) (string, error) {
	if c, ok := args.(Closed); ok {
		return tx.keys.seal(closedJob, []byte(asJSON(c.Args)))
	}
	return asJSON(args), nil
}

// openArgs are arguments as they were given. Those of a key that is gone are null, and
// the job fails.
func openArgs(r row, kept []byte) ([]byte, error) {
	args, err := r.ring().open(closedJob, string(kept))
	if errors.Is(err, errOther) {
		return []byte("null"), nil
	}
	return args, err
}

// words are what a message says, as they are sealed.
type words struct {
	Text    string   `json:"text,omitempty"`
	HTML    string   `json:"html,omitempty"`
	Warning string   `json:"warning,omitempty"`
	Tags    []string `json:"tags,omitempty"`
}

func postWhere(p social.PostID) string { return "post " + strconv.FormatInt(int64(p), 10) }

// closePost is p as its row has it, and by which key. Only a message is sealed.
func (t talkKey) closePost(p social.Post) social.Post {
	if t.id != 0 {
		p.Text = t.seal(postWhere(p.ID), []byte(asJSON(words{p.Text, p.HTML, p.Warning, p.Tags})))
		p.HTML, p.Warning, p.Tags = "", "", nil
	}
	return p
}

// openPost puts the words of p in their place; of one that cannot be opened here they
// are Unreadable.
func (s sealing) openPost(r row, p *social.Post) error {
	if s.by == 0 {
		return nil
	}
	b, err := s.open(r, postWhere(p.ID), p.Text)
	if err != nil {
		p.Text = social.Unreadable
		return nil // one message of which the key is lost must not take the rest along
	}
	var w words
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	p.Text, p.HTML, p.Warning, p.Tags = w.Text, w.HTML, w.Warning, w.Tags
	return nil
}

func editWhere(p social.PostID, at int64) string {
	return postWhere(p) + " at " + strconv.FormatInt(at, 10)
}

// addEdit keeps what a post said before.
func (tx *Tx) addEdit(ctx context.Context, p social.PostID, was social.Edit, key talkKey) error {
	at := millis(was.At)
	if key.id != 0 {
		was = social.Edit{At: was.At, Text: key.seal(editWhere(p, at), []byte(asJSON(was)))}
	}
	_, err := tx.exec(ctx, `INSERT INTO post_edits (post_id, at_ms, body, html, warning, sensitive, mentions, media, poll, sealed_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
		p, at, was.Text, was.HTML, was.Warning, was.Sensitive, asJSON(was.Mentions), asJSON(was.Media), asJSON(was.Poll), key.id)
	return err
}

// openEdit is what a message said before.
func (s sealing) openEdit(r row, p social.PostID, e social.Edit) (social.Edit, error) {
	b, err := s.open(r, editWhere(p, millis(e.At)), e.Text)
	if err != nil {
		return social.Edit{At: e.At, Text: social.Unreadable}, nil
	}
	return e, json.Unmarshal(b, &e)
}

func pollWhere(p social.PollID) string { return "poll " + strconv.FormatInt(int64(p), 10) }

// openOptions is what somebody asks, and how it stands.
func (s sealing) openOptions(r row, p *social.Poll, options string) error {
	b, err := s.open(r, pollWhere(p.ID), options)
	if err != nil {
		p.Options = []social.PollOption{{Title: social.Unreadable}, {Title: social.Unreadable}}
		return nil
	}
	return json.Unmarshal(b, &p.Options)
}

func mediaWhere(m social.MediaID) string { return "media " + strconv.FormatInt(int64(m), 10) }

// closeMedia is m as its row has it, how its description is kept, and by which key. An
// attachment that stands nowhere yet may become one of a message: it is sealed by the
// key of whose it is.
func (tx *Tx) closeMedia(ctx context.Context, m social.Media) (info, alt string, by int64, err error) {
	if m.Alt == "" || tx.keys == nil {
		return asJSON(m), "", 0, nil
	}
	var key talkKey
	if m.Post != 0 {
		key, err = tx.keyOfPost(ctx, m.Post)
	}
	if m.Post == 0 || errors.Is(err, NoPost) {
		key, err = tx.keyAbout(ctx, int64(m.Owner))
	}
	if err != nil || key.id == 0 {
		return asJSON(m), "", 0, err
	}
	alt, m.Alt = key.seal(mediaWhere(m.ID), []byte(m.Alt)), ""
	return asJSON(m), alt, key.id, nil
}

// describeAnew stores how the attachments of a post that is stored now are described:
// sealed with it, or not any more.
func (tx *Tx) describeAnew(ctx context.Context, p social.Post) error {
	if len(p.Media) == 0 || tx.keys == nil {
		return nil
	}
	all, err := tx.Media(ctx, p.Media)
	if err != nil {
		return err
	}
	for _, m := range all {
		if err := tx.describe(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) describe(ctx context.Context, m social.Media) error {
	info, alt, by, err := tx.closeMedia(ctx, m)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `UPDATE media SET info = $2, alt = $3, sealed_by = $4 WHERE id = $1`, m.ID, info, alt, by)
	return err
}

// closeDraft is what somebody has not said yet as it is kept: it may become a message.
func (tx *Tx) closeDraft(ctx context.Context, owner social.AccountID, what string, draft any) (body string, by int64, err error) {
	key, err := tx.keyAbout(ctx, int64(owner))
	return key.seal(draftWhere(owner, what), []byte(asJSON(draft))), key.id, err
}

func draftWhere(owner social.AccountID, what string) string {
	return "draft of " + strconv.FormatInt(int64(owner), 10) + " " + what
}

// openDraft is what somebody has not said yet.
func (s sealing) openDraft(r row, owner social.AccountID, what, body string, to any) error {
	b, err := s.open(r, draftWhere(owner, what), body)
	if err != nil {
		return errs.Wrap(errs.Unavailable, errs.Public(errLocked), err)
	}
	return json.Unmarshal(b, to)
}

const importWhere = "line of an import"

// closeLine is what somebody brings along, messages among it, as it is kept until it
// is here.
func (tx *Tx) closeLine(data []byte) (string, error) {
	if len(data) == 0 {
		return "", nil
	}
	return tx.keys.seal(importWhere, data)
}

func openLine(r row, data string) ([]byte, error) {
	b, err := r.ring().open(importWhere, data)
	if errors.Is(err, errOther) {
		return []byte("null"), nil
	}
	return b, err
}

func recordWhere(r social.EvidenceID) string { return "record " + strconv.FormatInt(int64(r), 10) }

// openBody is the body of a record, which may hold what a message said.
func openBody(r row, which social.EvidenceID, body []byte) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	b, err := r.ring().open(recordWhere(which), string(body))
	if err != nil { // as if it were erased: its leaf stands in the log all the same
		return nil, nil
	}
	return b, nil
}

func exhibitWhere(j social.JuryID) string { return "exhibit of " + strconv.FormatInt(int64(j), 10) }

// openExhibit is what a jury is shown, which may be a message that somebody reported.
func openExhibit(r row, which social.JuryID, exhibit string) (string, error) {
	b, err := r.ring().open(exhibitWhere(which), exhibit)
	if errors.Is(err, errOther) {
		return "{}", nil
	}
	return string(b), err
}

func caseWhere(c social.CaseID) string { return "case " + strconv.FormatInt(int64(c), 10) }

// closeExcerpt is what the staff sees of the post of a case, as it is kept: sealed if
// that is a message.
func (tx *Tx) closeExcerpt(ctx context.Context, c social.Case) (text string, sealed bool, err error) {
	if c.Post == 0 || c.Text == "" || tx.keys == nil {
		return c.Text, false, nil
	}
	direct, err := value[bool](ctx, &tx.View, `SELECT visibility = 'direct' FROM posts WHERE id = $1`, c.Post)
	if err != nil || !direct {
		if errors.Is(err, errNone) {
			err = nil
		}
		return c.Text, false, err
	}
	text, err = tx.keys.seal(caseWhere(c.ID), []byte(c.Text))
	return text, true, err
}

func openExcerpt(r row, which social.CaseID, text string) string {
	b, err := r.ring().open(caseWhere(which), text)
	if err != nil {
		return social.Unreadable
	}
	return string(b)
}
