package store

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
)

// names are the fingerprints of all keys that are here; an empty list, not none.
func (k *keyring) names() []string {
	if k == nil {
		return []string{}
	}
	return append([]string{}, slices.Sorted(maps.Keys(k.by))...)
}

// others are those of the keys that open and do not seal.
func (k *keyring) others() []string {
	return slices.DeleteFunc(k.names(), func(name string) bool { return name == k.now })
}

// anew is what stands somewhere, sealed by the key that seals now.
func (k *keyring) anew(where, what string) (string, error) {
	open, err := k.open(where, what)
	if err != nil {
		return "", err
	}
	return k.seal(where, open)
}

// wrapAnew wraps the keys of conversations by the key of the house that seals now. What
// a key sealed that is not here stays as it is, for the day on which that is found. A
// conversation has two keys if two nodes sealed it by different keys of the house: the
// second one's house is then called by its own number, too.
func wrapAnew(ctx context.Context, tx *Tx) (done int, err error) {
	type kept struct {
		id      int64
		wrapped string
	}
	all, err := rows(ctx, &tx.View, func(r row) (k kept, err error) { return k, r.Scan(&k.id, &k.wrapped) },
		`SELECT id, wrapped FROM talk_keys WHERE substr(house, 1, 8) IN `+tx.d.strList(1)+` ORDER BY id LIMIT $2`, asJSON(tx.keys.others()), sealStep)
	if err != nil {
		return 0, err
	}
	for _, k := range all {
		wrapped, err := tx.keys.anew(talkWhere(k.id), k.wrapped)
		if err != nil {
			continue // it is damaged
		}
		done = sealStep // there may be more
		if _, err := tx.exec(ctx, `UPDATE talk_keys SET wrapped = $3,
			house = CASE WHEN EXISTS (SELECT 1 FROM talk_keys n WHERE n.about_id = talk_keys.about_id AND n.house = $2) THEN CAST($2 AS TEXT) || ' ' || id ELSE CAST($2 AS TEXT) END
			WHERE id = $1`, k.id, tx.keys.now, wrapped); err != nil {
			return 0, err
		}
	}
	return done, nil
}

// sealAnew seals by the key that seals now what the others sealed themselves.
func sealAnew(ctx context.Context, tx *Tx) (int, error) {
	if len(tx.keys.others()) == 0 {
		return 0, nil
	}
	others := asJSON(tx.keys.others())
	n, err := sealTexts(ctx, tx, func(text, _ string) string {
		return text + ` LIKE '~%' AND substr(` + text + `, 2, 8) IN ` + tx.d.strList(1)
	}, others)
	if err != nil || n > 0 {
		return n, err
	}
	return sealRecordsAnew(ctx, tx)
}

// recordsAnew is the setting with the key by which records of the log are sealed anew,
// and the number of the next one.
const recordsAnew = "records_anew"

// sealRecordsAnew does the same with copies of messages in the log of evidence, which
// are found by reading each.
func sealRecordsAnew(ctx context.Context, tx *Tx) (int, error) {
	var at struct {
		By   string
		Next int64
	}
	if err := tx.Setting(ctx, recordsAnew, &at); err != nil {
		return 0, err
	}
	if by := tx.keys.now + strings.Join(tx.keys.others(), ""); at.By != by {
		at.By, at.Next = by, 0
	}
	all, err := snapshots(ctx, tx, at.Next)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	for _, k := range all {
		at.Next = k.n + 1
		if !strings.HasPrefix(string(k.body), sealedMark) || strings.HasPrefix(string(k.body), sealedMark+tx.keys.now) {
			continue
		}
		body, err := tx.keys.anew(recordWhere(social.EvidenceID(k.id)), string(k.body))
		if err != nil {
			continue // of a key that is not here
		}
		if _, err := tx.exec(ctx, `UPDATE evidence SET body = $2 WHERE idx = $1 AND body = $3`, k.idx, []byte(body), k.body); err != nil {
			return 0, err
		}
	}
	return sealStep, tx.SetSetting(ctx, recordsAnew, at)
}

// A snapshotRow is a copy of a reported post as it stands in the log of evidence.
type snapshotRow struct {
	idx, id, n int64
	body       []byte
}

// snapshots are some of those, from number n on.
func snapshots(ctx context.Context, tx *Tx, n int64) ([]snapshotRow, error) {
	return rows(ctx, &tx.View, func(r row) (k snapshotRow, err error) { return k, r.Scan(&k.idx, &k.id, &k.n, &k.body) },
		`SELECT idx, id, n, body FROM evidence WHERE type = $1 AND n >= $2 ORDER BY n LIMIT $3`, evidence.TypeSnapshot, n, sealStep)
}

// SealedElsewhere counts what is sealed by keys that are not here: conversations of which
// nothing can be read, and what waits to be sent or applied.
func (s *Store) SealedElsewhere(ctx context.Context) (talks, waiting int, err error) {
	err = s.Read(ctx, func(v *View) error {
		names := asJSON(v.keys.names())
		if talks, err = value[int](ctx, v, `SELECT COUNT(*) FROM talk_keys WHERE substr(house, 1, 8) NOT IN `+v.d.strList(1), names); err != nil {
			return err
		}
		for _, w := range closedByHouse[:2] {
			n, err := value[int](ctx, v, `SELECT COUNT(*) FROM `+w.table+` WHERE `+w.text+` LIKE '~%' AND substr(`+w.text+`, 2, 8) NOT IN `+v.d.strList(1), names)
			if err != nil {
				return err
			}
			waiting += n
		}
		return nil
	})
	return talks, waiting, err
}

// GiveUpSealed forgets what waits to be sent or applied and is sealed by keys that are
// not here: those are lost. Messages stay, for the day on which a key is found.
func (s *Store) GiveUpSealed(ctx context.Context) (n int64, err error) {
	keys := s.keys.Load()
	if keys == nil || keys.now == "" {
		return 0, errLocked
	}
	return n, s.Write(ctx, func(tx *Tx) error {
		n = 0
		for _, w := range closedByHouse[:2] {
			some, err := tx.exec(ctx, `DELETE FROM `+w.table+` WHERE `+w.text+` LIKE '~%' AND substr(`+w.text+`, 2, 8) NOT IN `+tx.d.strList(1), asJSON(keys.names()))
			if err != nil {
				return err
			}
			n += some
		}
		return nil
	})
}
