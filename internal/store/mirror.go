package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

func scanMirror(r row) (m social.Mirror, err error) {
	var made int64
	err = r.Scan(&m.ID, &m.Address, &m.Number, &made, &m.Build)
	m.MadeAt = moment(made)
	return m, err
}

const mirrorColumns = `id, address, number, made_ms, build`

// Mirror returns the mirror at an address, or NotFound.
func (v *View) Mirror(ctx context.Context, address string) (social.Mirror, error) {
	return one(ctx, v, noRecord, scanMirror, `SELECT `+mirrorColumns+` FROM mirrors WHERE address = $1`, address)
}

// Mirrors returns all that were ever made and not forgotten.
func (v *View) Mirrors(ctx context.Context) ([]social.Mirror, error) {
	return rows(ctx, v, scanMirror, `SELECT `+mirrorColumns+` FROM mirrors ORDER BY id LIMIT $1`, maxMirrors)
}

// maxMirrors is how many are listed: nobody keeps as many.
const maxMirrors = 100

// AddMirror adds one, unless it is there, with all of it to be made.
func (tx *Tx) AddMirror(ctx context.Context, address string) error {
	n, err := tx.exec(ctx, `INSERT INTO mirrors (id, address, number, made_ms, build, holder, held_ms) VALUES ($1, $2, 0, 0, '', '', 0)
		ON CONFLICT DO NOTHING`, id.New(tx.Now), address)
	if err != nil || n == 0 {
		return err
	}
	return tx.MarkMirrorPages(ctx, social.MirrorAll)
}

// EndMirror forgets one. Its files stay where they are.
func (tx *Tx) EndMirror(ctx context.Context, m social.MirrorID) error {
	if err := tx.clearMirror(ctx, m); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `DELETE FROM mirrors WHERE id = $1`, m)
	return err
}

func (tx *Tx) clearMirror(ctx context.Context, m social.MirrorID) error {
	for _, table := range []string{"mirror_marks", "mirror_files", "mirror_uses", "mirror_bounds", "mirror_nodes", "mirror_slots"} {
		if _, err := tx.exec(ctx, `DELETE FROM `+table+` WHERE mirror_id = $1`, m); err != nil {
			return err
		}
	}
	return nil
}

// RestartMirror forgets what is known of a mirror's files, and has all of it made.
func (tx *Tx) RestartMirror(ctx context.Context, m social.MirrorID, number int64) error {
	if err := tx.clearMirror(ctx, m); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `UPDATE mirrors SET number = $2, made_ms = 0 WHERE id = $1`, m, number); err != nil {
		return err
	}
	return tx.MarkMirrorPages(ctx, social.MirrorAll)
}

// HoldMirror makes holder the only one who writes to a mirror until a moment,
// unless somebody else is that.
func (tx *Tx) HoldMirror(ctx context.Context, m social.MirrorID, holder string, until time.Time) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE mirrors SET holder = $2, held_ms = $3 WHERE id = $1 AND (holder = $2 OR held_ms <= $4)`,
		m, holder, millis(until), millis(tx.Now))
	return n > 0, err
}

// SetMirror stores what a mirror's last manifest says.
func (tx *Tx) SetMirror(ctx context.Context, m social.Mirror) error {
	_, err := tx.exec(ctx, `UPDATE mirrors SET number = $2, made_ms = $3, build = $4 WHERE id = $1`, m.ID, m.Number, millis(m.MadeAt), m.Build)
	return err
}

// MirrorKey returns the key that mirrors are signed with; empty if there is none
// yet.
func (v *View) MirrorKey(ctx context.Context) (string, error) {
	return mirrorHouse(value[string](ctx, v, `SELECT secret FROM mirror_house WHERE id = 1`))
}

// MirrorSaid returns what stands on the status page, and since when.
func (v *View) MirrorSaid(ctx context.Context) (said string, since time.Time, err error) {
	type words struct {
		said string
		ms   int64
	}
	w, err := mirrorHouse(one(ctx, v, errNone, func(r row) (w words, err error) { return w, r.Scan(&w.said, &w.ms) },
		`SELECT said, said_ms FROM mirror_house WHERE id = 1`))
	return w.said, moment(w.ms), err
}

func mirrorHouse[T any](found T, err error) (T, error) {
	if errors.Is(err, errNone) {
		err = nil
	}
	return found, err
}

// AddMirrorKey stores the key, unless there is one.
func (tx *Tx) AddMirrorKey(ctx context.Context, secret string) error {
	_, err := tx.exec(ctx, `INSERT INTO mirror_house (id, secret, said, said_ms) VALUES (1, $1, '', 0) ON CONFLICT DO NOTHING`, secret)
	return err
}

// SetMirrorSaid stores what stands on the status page.
func (tx *Tx) SetMirrorSaid(ctx context.Context, said string) error {
	_, err := tx.exec(ctx, `UPDATE mirror_house SET said = $1, said_ms = $2 WHERE id = 1`, said, millis(tx.Now))
	return err
}

// again is what becomes of a mark that is there already.
const again = ` ON CONFLICT (mirror_id, page) DO UPDATE SET turn = mirror_marks.turn + 1, at_ms = excluded.at_ms`

// MarkMirrorPages has pages made anew in every mirror.
func (tx *Tx) MarkMirrorPages(ctx context.Context, pages ...string) error {
	_, err := tx.exec(ctx, `INSERT INTO mirror_marks (mirror_id, page, turn, at_ms)
		SELECT m.id, p.page, 1, CAST($2 AS BIGINT) FROM mirrors m CROSS JOIN (SELECT value AS page FROM `+tx.d.table(1)+` x) p WHERE true`+again,
		asJSON(pages), millis(tx.Now))
	return err
}

// MarkMirrorThings has the pages that show some things made anew.
func (tx *Tx) MarkMirrorThings(ctx context.Context, things ...string) error {
	_, err := tx.exec(ctx, `INSERT INTO mirror_marks (mirror_id, page, turn, at_ms)
		SELECT DISTINCT mirror_id, page, 1, CAST($2 AS BIGINT) FROM mirror_uses WHERE thing IN `+tx.d.strList(1)+again, asJSON(things), millis(tx.Now))
	return err
}

// MarkMirrorList has those pages of a list made anew on which a post belongs:
// the newest, and the older one whose bounds it lies in.
func (tx *Tx) MarkMirrorList(ctx context.Context, list string, post social.PostID) error {
	if err := tx.MarkMirrorPages(ctx, list); err != nil || post == 0 {
		return err
	}
	_, err := tx.exec(ctx, `INSERT INTO mirror_marks (mirror_id, page, turn, at_ms)
		SELECT b.mirror_id, b.list || '/page/' || CAST(MIN(b.number) AS TEXT), 1, CAST($3 AS BIGINT) FROM mirror_bounds b
		WHERE b.list = $1 AND b.upto >= $2 GROUP BY b.mirror_id, b.list`+again, list, post, millis(tx.Now))
	return err
}

// MarkMirrorWhole has every page there is made anew, and looks for others.
func (tx *Tx) MarkMirrorWhole(ctx context.Context) error {
	if _, err := tx.exec(ctx, `INSERT INTO mirror_marks (mirror_id, page, turn, at_ms)
		SELECT DISTINCT mirror_id, page, 1, CAST($1 AS BIGINT) FROM mirror_files WHERE page <> '' AND gone = 0`+again, millis(tx.Now)); err != nil {
		return err
	}
	return tx.MarkMirrorPages(ctx, social.MirrorAll)
}

// MirrorMarks returns pages that have to be made anew since a moment or longer.
func (v *View) MirrorMarks(ctx context.Context, m social.MirrorID, since time.Time, limit int) ([]social.MirrorMark, error) {
	return rows(ctx, v, func(r row) (x social.MirrorMark, err error) { return x, r.Scan(&x.Page, &x.Turn) },
		`SELECT page, turn FROM mirror_marks WHERE mirror_id = $1 AND at_ms <= $2 ORDER BY page LIMIT $3`, m, millis(since), limit)
}

const mirrorFileColumns = `path, page, size, sha256, bare`

func scanMirrorFile(r row) (f social.MirrorFile, err error) {
	return f, r.Scan(&f.Path, &f.Page, &f.Size, &f.Sum, &f.Bare)
}

// MirrorPages returns the files of pages.
func (v *View) MirrorPages(ctx context.Context, m social.MirrorID, pages []string) ([]social.MirrorFile, error) {
	return rows(ctx, v, scanMirrorFile, `SELECT `+mirrorFileColumns+` FROM mirror_files WHERE mirror_id = $1 AND gone = 0 AND page IN `+v.d.strList(2), m, asJSON(pages))
}

// MirrorFiles returns those of paths that are there.
func (v *View) MirrorFiles(ctx context.Context, m social.MirrorID, paths []string) ([]social.MirrorFile, error) {
	return rows(ctx, v, scanMirrorFile, `SELECT `+mirrorFileColumns+` FROM mirror_files WHERE mirror_id = $1 AND gone = 0 AND path IN `+v.d.strList(2), m, asJSON(paths))
}

// MirrorBounds returns where the older pages of a list end, the first first.
func (v *View) MirrorBounds(ctx context.Context, m social.MirrorID, of string) ([]social.PostID, error) {
	return list[social.PostID](ctx, v, `SELECT upto FROM mirror_bounds WHERE mirror_id = $1 AND list = $2 ORDER BY number`, m, of)
}

// LocalAccounts returns accounts that live here, by their numbers.
func (v *View) LocalAccounts(ctx context.Context, after social.AccountID, limit int) ([]social.Account, error) {
	ids, err := list[social.AccountID](ctx, v, `SELECT id FROM accounts WHERE host = '' AND id > $1 ORDER BY id LIMIT $2`, after, limit)
	if err != nil {
		return nil, err
	}
	found, err := v.Accounts(ctx, ids)
	slices.SortFunc(found, func(a, b social.Account) int { return int(min(max(a.ID-b.ID, -1), 1)) })
	return found, err
}

// KeepMirrorPage stores what became of a page.
func (tx *Tx) KeepMirrorPage(ctx context.Context, m social.MirrorID, p social.MirrorMade) error {
	if err := tx.keepMirrorFiles(ctx, m, p); err != nil {
		return err
	}
	if err := tx.keepMirrorUses(ctx, m, p); err != nil {
		return err
	}
	if p.Unbound != "" {
		if _, err := tx.exec(ctx, `DELETE FROM mirror_bounds WHERE mirror_id = $1 AND list = $2`, m, p.Unbound); err != nil {
			return err
		}
	}
	for n, upto := range p.Bounds {
		if _, err := tx.exec(ctx, `INSERT INTO mirror_bounds (mirror_id, list, number, upto) VALUES ($1, $2, $3, $4)
			ON CONFLICT (mirror_id, list, number) DO UPDATE SET upto = excluded.upto`, m, p.Page, n+1, upto); err != nil {
			return err
		}
	}
	if _, err := tx.exec(ctx, `DELETE FROM mirror_bounds WHERE mirror_id = $1 AND list = $2 AND number > $3`, m, p.Page, len(p.Bounds)); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `INSERT INTO mirror_marks (mirror_id, page, turn, at_ms)
		SELECT DISTINCT CAST($1 AS BIGINT), value, 1, 0 FROM `+tx.d.table(2)+` x WHERE true`+again, m, asJSON(p.Next)); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `DELETE FROM mirror_marks WHERE mirror_id = $1 AND page = $2 AND turn = $3`, m, p.Page, p.Turn)
	return err
}

// keepMirrorFiles stores the files of a page, and has those go that it no
// longer has.
func (tx *Tx) keepMirrorFiles(ctx context.Context, m social.MirrorID, p social.MirrorMade) error {
	before, err := tx.MirrorPages(ctx, m, []string{p.Page})
	if err != nil {
		return err
	}
	for _, f := range slices.Concat(p.Files, p.Shared) {
		i := slices.IndexFunc(before, func(b social.MirrorFile) bool { return b.Path == f.Path })
		if i >= 0 && before[i] == f {
			continue
		}
		if _, err := tx.exec(ctx, `INSERT INTO mirror_files (mirror_id, path, slot, page, size, sha256, bare, gone) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)
			ON CONFLICT (mirror_id, path) DO UPDATE SET page = excluded.page, size = excluded.size, sha256 = excluded.sha256, bare = excluded.bare, gone = 0`,
			m, f.Path, f.Slot(), f.Page, f.Size, f.Sum, f.Bare); err != nil {
			return err
		}
		if err := tx.markMirrorSlot(ctx, m, f); err != nil {
			return err
		}
	}
	for _, f := range before {
		if !slices.ContainsFunc(p.Files, func(n social.MirrorFile) bool { return n.Path == f.Path }) {
			if err := tx.endMirrorFile(ctx, m, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// BeginMirrorFiles notes that files are about to be written. Until KeepMirrorPage
// tells of them, those that are new are to be taken away, and nothing is known
// of what the others say.
func (tx *Tx) BeginMirrorFiles(ctx context.Context, m social.MirrorID, paths []string) error {
	for _, path := range paths {
		if _, err := tx.exec(ctx, `INSERT INTO mirror_files (mirror_id, path, slot, page, size, sha256, bare, gone) VALUES ($1, $2, $3, '', 0, '', '', 1)
			ON CONFLICT (mirror_id, path) DO UPDATE SET bare = ''`, m, path, social.MirrorFile{Path: path}.Slot()); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) endMirrorFile(ctx context.Context, m social.MirrorID, f social.MirrorFile) error {
	if _, err := tx.exec(ctx, `UPDATE mirror_files SET gone = 1 WHERE mirror_id = $1 AND path = $2`, m, f.Path); err != nil {
		return err
	}
	return tx.markMirrorSlot(ctx, m, f)
}

func (tx *Tx) markMirrorSlot(ctx context.Context, m social.MirrorID, f social.MirrorFile) error {
	_, err := tx.exec(ctx, `INSERT INTO mirror_slots (mirror_id, slot) VALUES ($1, $2) ON CONFLICT DO NOTHING`, m, f.Slot())
	return err
}

// keepMirrorUses stores what a page shows. Files that no page shows any more go,
// and it is looked whether the page of a tag is still wanted.
func (tx *Tx) keepMirrorUses(ctx context.Context, m social.MirrorID, p social.MirrorMade) error {
	before, err := list[string](ctx, &tx.View, `SELECT thing FROM mirror_uses WHERE mirror_id = $1 AND page = $2`, m, p.Page)
	if err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `DELETE FROM mirror_uses WHERE mirror_id = $1 AND page = $2 AND thing NOT IN `+tx.d.strList(3), m, p.Page, asJSON(p.Things)); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `INSERT INTO mirror_uses (thing, mirror_id, page) SELECT value, CAST($1 AS BIGINT), CAST($2 AS TEXT) FROM `+tx.d.table(3)+` x
		WHERE true ON CONFLICT DO NOTHING`, m, p.Page, asJSON(p.Things)); err != nil {
		return err
	}
	for _, thing := range before {
		if slices.Contains(p.Things, thing) {
			continue
		}
		if err := tx.lostMirrorUse(ctx, m, thing); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) lostMirrorUse(ctx context.Context, m social.MirrorID, thing string) error {
	path, file := strings.CutPrefix(thing, social.MirrorFileThing(""))
	tag, is := strings.CutPrefix(thing, social.MirrorTagThing(""))
	if !file && !is {
		return nil
	}
	used, err := tx.MirrorUsed(ctx, m, thing, "")
	if err != nil || used {
		return err
	}
	if file {
		return tx.endMirrorFile(ctx, m, social.MirrorFile{Path: path})
	}
	_, err = tx.exec(ctx, `INSERT INTO mirror_marks (mirror_id, page, turn, at_ms) VALUES ($1, $2, 1, 0)`+again, m, "/tags/"+tag)
	return err
}

// MirrorUsed reports whether a page other than one shows a thing.
func (v *View) MirrorUsed(ctx context.Context, m social.MirrorID, thing, other string) (bool, error) {
	users, err := list[string](ctx, v, `SELECT page FROM mirror_uses WHERE thing = $1 AND mirror_id = $2 AND page <> $3 LIMIT 1`, thing, m, other)
	return len(users) > 0, err
}
