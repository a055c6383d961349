package store

import (
	"context"
	"encoding/json"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
)

// sealStep is how many rows are sealed in one write.
const sealStep = 200

// SealMessages seals what is in the database from before messages were sealed, has the
// keys of conversations wrapped by the key that seals now, as far as the one before is
// here, and forgets what waits to be sent and cannot be opened any more. It may be ended
// at any time, and goes on where it was. It returns how many rows it sealed.
func (s *Store) SealMessages(ctx context.Context) (sealed int, err error) {
	keys := s.keys.Load()
	if keys == nil || keys.now == "" {
		return 0, nil
	}
	for _, step := range []func(context.Context, *Tx) (int, error){wrapAnew, sealPosts, sealMedia, sealDrafts, sealScheduled, sealWaiting, sealCases, sealSnapshots} {
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
	return sealed, s.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `DELETE FROM activities WHERE body LIKE '~%' AND substr(body, 2, 8) NOT IN `+tx.d.strList(1)+``, asJSON(keys.names()))
		return err
	})
}

func (k *keyring) names() (all []string) {
	for name := range k.by {
		all = append(all, name)
	}
	return all
}

// wrapAnew wraps keys by the key of the house that seals now. What another key of the
// house sealed and is not here stays as it is, for the day on which that is found.
func wrapAnew(ctx context.Context, tx *Tx) (int, error) {
	type kept struct {
		id, about int64
		house     string
		wrapped   string
	}
	var others []string
	for _, name := range tx.keys.names() {
		if name != tx.keys.now {
			others = append(others, name)
		}
	}
	all, err := rows(ctx, &tx.View, func(r row) (k kept, err error) { return k, r.Scan(&k.id, &k.about, &k.house, &k.wrapped) },
		`SELECT id, about_id, house, wrapped FROM talk_keys t WHERE house IN `+tx.d.strList(1)+`
		AND NOT EXISTS (SELECT 1 FROM talk_keys n WHERE n.about_id = t.about_id AND n.house = $2) ORDER BY id LIMIT $3`, asJSON(others), tx.keys.now, sealStep)
	if err != nil {
		return 0, err
	}
	for _, k := range all {
		key, err := tx.keys.open(talkWhere(k.id), k.wrapped)
		if err != nil {
			return 0, err
		}
		wrapped, err := tx.keys.seal(talkWhere(k.id), key)
		if err != nil {
			return 0, err
		}
		if _, err := tx.exec(ctx, `UPDATE talk_keys SET house = $2, wrapped = $3 WHERE id = $1`, k.id, tx.keys.now, wrapped); err != nil {
			return 0, err
		}
	}
	return len(all), nil
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

// unsealed is what the key of the house seals, and where it is from before that.
var unsealed = []struct {
	find, seal string
	where      func(id int64) string
}{
	{`SELECT id, 0, body FROM activities WHERE body NOT LIKE '~%' ORDER BY id LIMIT $1`, `UPDATE activities SET body = $3 WHERE id = $1 AND $2 = 0`,
		func(id int64) string { return activityWhere(social.ActivityID(id)) }},
	{`SELECT id, 0, args FROM jobs WHERE kind IN ('inbox', 'relayed') AND args NOT LIKE '~%' ORDER BY id LIMIT $1`, `UPDATE jobs SET args = $3 WHERE id = $1 AND $2 = 0`,
		func(int64) string { return closedJob }},
	{`SELECT import_id, line, data FROM import_lines WHERE data <> '' AND data NOT LIKE '~%' ORDER BY import_id, line LIMIT $1`, `UPDATE import_lines SET data = $3 WHERE import_id = $1 AND line = $2`,
		func(int64) string { return importWhere }},
	{`SELECT id, 0, exhibit FROM juries WHERE exhibit NOT LIKE '~%' AND ended = '' ORDER BY id LIMIT $1`, `UPDATE juries SET exhibit = $3 WHERE id = $1 AND $2 = 0`,
		func(id int64) string { return exhibitWhere(social.JuryID(id)) }},
}

// sealWaiting seals what waits to be sent, what was sent to us and is not applied, what
// is being brought along, and what juries are shown.
func sealWaiting(ctx context.Context, tx *Tx) (int, error) {
	type found struct {
		id, line int64
		text     string
	}
	for _, w := range unsealed {
		all, err := rows(ctx, &tx.View, func(r row) (f found, err error) { return f, r.Scan(&f.id, &f.line, &f.text) }, w.find, sealStep)
		if err != nil {
			return 0, err
		}
		for _, f := range all {
			text, err := tx.keys.seal(w.where(f.id), []byte(f.text))
			if err != nil {
				return 0, err
			}
			if _, err := tx.exec(ctx, w.seal, f.id, f.line, text); err != nil {
				return 0, err
			}
		}
		if len(all) > 0 { // there may be more, of others too
			return sealStep, nil
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
	type kept struct {
		idx, id, n int64
		body       []byte
	}
	all, err := rows(ctx, &tx.View, func(r row) (k kept, err error) { return k, r.Scan(&k.idx, &k.id, &k.n, &k.body) },
		`SELECT idx, id, n, body FROM evidence WHERE type = $1 AND n >= $2 ORDER BY n LIMIT $3`, evidence.TypeSnapshot, next, sealStep)
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
		if _, err := tx.exec(ctx, `UPDATE evidence SET body = $2 WHERE idx = $1`, k.idx, []byte(body)); err != nil {
			return 0, err
		}
		sealed++
	}
	if len(all) == sealStep {
		sealed = sealStep // there may be more
	}
	return sealed, tx.SetSetting(ctx, snapshotsSealed, next)
}
