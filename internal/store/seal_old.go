package store

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
)

// sealStep is how many rows are sealed in one write.
const sealStep = 200

// SealMessages seals what is in the database from before messages were sealed, and seals
// anew, by the key that seals now, what one of the others that are here sealed. It may be
// ended at any time, and goes on where it was. It returns how many rows it sealed.
func (s *Store) SealMessages(ctx context.Context) (sealed int, err error) {
	keys := s.keys.Load()
	if keys == nil || keys.now == "" {
		return 0, nil
	}
	for _, step := range []func(context.Context, *Tx) (int, error){wrapAnew, sealPosts, sealMedia, sealDrafts, sealScheduled, sealWaiting, sealCases, sealSnapshots, sealAnew} {
		for {
			n := 0
			if err := s.Write(ctx, func(tx *Tx) (err error) {
				if n, err = step(ctx, tx); err == nil && n > 0 {
					err = tx.SweepSoon(ctx) // what was written over is not to be found in the file either
				}
				return err
			}); err != nil {
				return sealed, err
			}
			if sealed += n; n < sealStep {
				break
			}
		}
	}
	return sealed, nil
}

func sealPosts(ctx context.Context, tx *Tx) (int, error) {
	all, err := rows(ctx, &tx.View, scanPost, `SELECT `+postColumns+` FROM posts WHERE visibility = 'direct' AND sealed_by = 0 AND boost_of = 0 ORDER BY id LIMIT $1`+tx.d.forUpdate, sealStep)
	if err != nil {
		return 0, err
	}
	for _, p := range all {
		if err := tx.sealPost(ctx, p); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

// sealPost seals a message with all that hangs on it.
func (tx *Tx) sealPost(ctx context.Context, p social.Post) error {
	edits, err := tx.Edits(ctx, p.ID)
	if err != nil {
		return err
	}
	key, err := tx.keyAbout(ctx, int64(p.Thread))
	if err != nil {
		return err
	}
	closed := key.closePost(p)
	if _, err := tx.exec(ctx, `UPDATE posts SET body = $2, html = '', warning = '', tags = '[]', sealed_by = $3 WHERE id = $1`, p.ID, closed.Text, key.id); err != nil {
		return err
	}
	for _, statement := range []string{`DELETE FROM post_tags WHERE post_id = $1`, `DELETE FROM post_edits WHERE post_id = $1`, `DELETE FROM post_words WHERE rowid = $1`} {
		if _, err := tx.exec(ctx, statement, p.ID); err != nil {
			return err
		}
	}
	for _, e := range edits {
		if err := tx.addEdit(ctx, p.ID, e, key); err != nil {
			return err
		}
	}
	if p.Poll != 0 {
		poll, err := tx.Poll(ctx, p.Poll)
		if err == nil {
			err = tx.SetPoll(ctx, poll, false)
		}
		if errs.Absent(err) != nil {
			return err
		}
	}
	media, err := rows(ctx, &tx.View, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE post_id = $1 AND post_id <> 0`, p.ID)
	for _, m := range media {
		if err := tx.describe(ctx, m); err != nil {
			return err
		}
	}
	return err
}

// sealMedia seals how attachments are described that stand nowhere yet.
func sealMedia(ctx context.Context, tx *Tx) (int, error) {
	all, err := rows(ctx, &tx.View, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE post_id = 0 AND sealed_by = 0 AND info LIKE '%"alt":%' ORDER BY id LIMIT $1`, sealStep)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, m := range all {
		if m.Alt == "" {
			continue
		}
		if err := tx.describe(ctx, m); err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

func sealDrafts(ctx context.Context, tx *Tx) (int, error) {
	all, err := rows(ctx, &tx.View, scanDraft, `SELECT `+draftColumns+` FROM drafts WHERE sealed_by = 0 ORDER BY owner_id, id LIMIT $1`, sealStep)
	if err != nil {
		return 0, err
	}
	for _, d := range all {
		if err := tx.SetDraft(ctx, d); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

func sealScheduled(ctx context.Context, tx *Tx) (int, error) {
	all, err := rows(ctx, &tx.View, scanScheduled, `SELECT `+scheduledColumns+` FROM scheduled WHERE sealed_by = 0 ORDER BY id LIMIT $1`, sealStep)
	if err != nil {
		return 0, err
	}
	for _, d := range all {
		body, by, err := tx.closeDraft(ctx, d.Owner, scheduledWhere, d.Draft)
		if err != nil {
			return 0, err
		}
		if _, err := tx.exec(ctx, `UPDATE scheduled SET draft = $2, sealed_by = $3 WHERE id = $1`, d.ID, body, by); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

// closedByHouse is what the key of the house seals itself: a text of a row, which is
// known by one number or two. Where only some rows are to be sealed, which says of those
// that are not yet which those are.
var closedByHouse = []struct {
	table, id, line, text string
	which                 string
	where                 func(id int64) string
}{
	{"activities", "id", "0", "body", "TRUE", func(id int64) string { return activityWhere(social.ActivityID(id)) }},
	{"jobs", "id", "0", "args", "kind IN ('inbox', 'relayed')", func(int64) string { return closedJob }},
	{"import_lines", "import_id", "line", "data", "data <> ''", func(int64) string { return importWhere }},
	{"juries", "id", "0", "exhibit", "ended = ''", func(id int64) string { return exhibitWhere(social.JuryID(id)) }},
	{"cases", "id", "0", "body", "FALSE", func(id int64) string { return caseWhere(social.CaseID(id)) }}, // see sealCases
}

// sealWaiting seals what waits to be sent, what was sent to us and is not applied, what
// is being brought along, and what juries are shown.
func sealWaiting(ctx context.Context, tx *Tx) (int, error) {
	return sealTexts(ctx, tx, func(text, which string) string { return text + ` NOT LIKE '~%' AND ` + which })
}

// sealTexts seals what is closedByHouse and found: by what is found of a text and of
// which are to be sealed.
func sealTexts(ctx context.Context, tx *Tx, find func(text, which string) string, args ...any) (done int, err error) {
	type found struct {
		id, line int64
		text     string
	}
	for _, w := range closedByHouse {
		all, err := rows(ctx, &tx.View, func(r row) (f found, err error) { return f, r.Scan(&f.id, &f.line, &f.text) },
			`SELECT `+w.id+`, `+w.line+`, `+w.text+` FROM `+w.table+` WHERE `+find(w.text, w.which)+` ORDER BY 1, 2 LIMIT `+strconv.Itoa(sealStep), args...)
		if err != nil {
			return 0, err
		}
		for _, f := range all {
			text, err := tx.keys.anew(w.where(f.id), f.text)
			if err != nil {
				continue // it is damaged
			}
			done = sealStep // there may be more, of others too
			if _, err := tx.exec(ctx, `UPDATE `+w.table+` SET `+w.text+` = $3 WHERE `+w.id+` = $1 AND `+w.line+` = $2 AND `+w.text+` = $4`, f.id, f.line, text, f.text); err != nil {
				return 0, err
			}
		}
		if done > 0 {
			return done, nil
		}
	}
	return 0, nil
}

// sealCases seals what the staff sees of messages that were reported.
func sealCases(ctx context.Context, tx *Tx) (int, error) {
	all, err := rows(ctx, &tx.View, scanCase, `SELECT `+caseColumns+` FROM cases WHERE body <> '' AND NOT sealed AND post_id IN (SELECT id FROM posts WHERE sealed_by <> 0) ORDER BY id LIMIT $1`, sealStep)
	if err != nil {
		return 0, err
	}
	for _, c := range all {
		text, sealed, err := tx.closeExcerpt(ctx, c)
		if err != nil {
			return 0, err
		}
		if _, err := tx.exec(ctx, `UPDATE cases SET body = $2, sealed = $3 WHERE id = $1`, c.ID, text, sealed); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

// snapshotsSealed is the setting with the number of the next copy of a reported post
// that may be one of a message and not sealed.
const snapshotsSealed = "snapshots_sealed"

// sealSnapshots seals the copies of messages that were reported. Which copies those are
// stands in them: each is read once.
func sealSnapshots(ctx context.Context, tx *Tx) (int, error) {
	var next int64
	if err := tx.Setting(ctx, snapshotsSealed, &next); err != nil {
		return 0, err
	}
	all, err := snapshots(ctx, tx, next)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	sealed := 0
	for _, k := range all {
		next = k.n + 1
		var s evidence.Snapshot
		if len(k.body) == 0 || string(k.body[:1]) == sealedMark || json.Unmarshal(k.body, &s) != nil || s.Visibility != string(social.Direct) {
			continue
		}
		body, err := tx.keys.seal(recordWhere(social.EvidenceID(k.id)), k.body)
		if err != nil {
			return 0, err
		}
		if _, err := tx.exec(ctx, `UPDATE evidence SET body = $2 WHERE idx = $1 AND body = $3`, k.idx, []byte(body), k.body); err != nil {
			return 0, err
		}
		sealed++
	}
	if len(all) == sealStep {
		sealed = sealStep // there may be more
	}
	return sealed, tx.SetSetting(ctx, snapshotsSealed, next)
}
