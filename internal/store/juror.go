package store

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

const jurorColumns = `j.account_id, j.willing, j.refuses, j.graphic, j.passed_ms, j.days, j.skill, j.missed,
	a.created_ms, a.standing, u.role, u.disabled, (u.confirmed AND u.approved),
	COALESCE((SELECT MAX(d.id) FROM decisions d WHERE d.account_id = j.account_id AND d.expires_ms > 0` + notUndone + `), 0)`

const jurorTables = ` FROM jurors j JOIN accounts a ON a.id = j.account_id JOIN users u ON u.account_id = j.account_id`

func scanJuror(r row) (j social.Juror, err error) {
	var refuses string
	var passed, since, struck int64
	var disabled, in bool
	if err := r.Scan(&j.Account, &j.Willing, &refuses, &j.Graphic, &passed, &j.Days, &j.Skill, &j.Missed,
		&since, &j.Standing, &j.Role, &disabled, &in, &struck); err != nil {
		return j, err
	}
	if disabled || !in {
		j.Standing = social.Disabled
	}
	j.Passed, j.Since, j.Local = moment(passed), moment(since), true
	if struck != 0 {
		j.Struck = id.Time(struck)
	}
	return j, json.Unmarshal([]byte(refuses), &j.Refuses)
}

// noJuror is that somebody has never said whether they want to be drawn.
var noJuror = errs.New(errs.NotFound, "Record not found")

// Juror returns what we know of somebody as a juror. Who never said anything
// about it is one who is not willing.
func (v *View) Juror(ctx context.Context, who social.AccountID) (social.Juror, error) {
	j, err := one(ctx, v, noJuror, scanJuror, `SELECT `+jurorColumns+jurorTables+` WHERE j.account_id = $1`, who)
	if !errors.Is(err, noJuror) {
		return j, err
	}
	a, err := v.Account(ctx, who)
	if err != nil {
		return j, err
	}
	u, err := v.User(ctx, who)
	return social.Juror{Account: who, Since: a.CreatedAt, Standing: u.On(a.Standing), Role: u.Role, Local: a.Local()}, err
}

// Jurors returns those of ids that have said that they may be drawn, or not.
func (v *View) Jurors(ctx context.Context, ids []social.AccountID) ([]social.Juror, error) {
	return rows(ctx, v, scanJuror, `SELECT `+jurorColumns+jurorTables+` WHERE j.account_id `+v.d.idList(1), asJSON(ids))
}

// Willing returns up to limit of those who want to be drawn, after one of them.
func (v *View) Willing(ctx context.Context, after social.AccountID, limit int) ([]social.Juror, error) {
	return rows(ctx, v, scanJuror, `SELECT `+jurorColumns+jurorTables+` WHERE j.willing AND j.account_id > $1 ORDER BY j.account_id LIMIT $2`, after, limit)
}

// SetJuror stores what j wants and how j does. What follows from other tables
// is not changed.
func (tx *Tx) SetJuror(ctx context.Context, j social.Juror) error {
	_, err := tx.exec(ctx, `INSERT INTO jurors (account_id, willing, refuses, graphic, passed_ms, tries, tried_ms, days, skill, missed)
		VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $7, $8) ON CONFLICT (account_id) DO UPDATE SET willing = excluded.willing, refuses = excluded.refuses,
		graphic = excluded.graphic, passed_ms = excluded.passed_ms, days = excluded.days, skill = excluded.skill, missed = excluded.missed`,
		j.Account, j.Willing, asJSON(j.Refuses), j.Graphic, millis(j.Passed), j.Days, j.Skill, j.Missed)
	return err
}

// QuizTries is how often somebody tried the quiz since a moment, and how often
// ever.
func (v *View) QuizTries(ctx context.Context, who social.AccountID) (tries int, last time.Time, err error) {
	type tried struct {
		n  int
		ms int64
	}
	t, err := one(ctx, v, errNone, func(r row) (t tried, err error) { return t, r.Scan(&t.n, &t.ms) }, `SELECT tries, tried_ms FROM jurors WHERE account_id = $1`, who)
	if errors.Is(err, errNone) {
		err = nil
	}
	return t.n, moment(t.ms), err
}

// TryQuiz notes how often who, who is a juror, has tried the quiz.
func (tx *Tx) TryQuiz(ctx context.Context, who social.AccountID, tries int) error {
	_, err := tx.exec(ctx, `UPDATE jurors SET tries = $2, tried_ms = $3 WHERE account_id = $1`, who, tries, millis(tx.Now))
	return err
}

// dayOfID is by how much ids of one day are less than those of the next.
var dayOfID = id.Floor(time.Date(2000, 1, 2, 0, 0, 0, 0, time.UTC))

// recentPosts is how many of somebody's posts are looked at for the days on
// which they were active.
const recentPosts = 5000

// ActiveDays is on how many days somebody posted, as far as their last posts go.
func (v *View) ActiveDays(ctx context.Context, who social.AccountID) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(DISTINCT p.id / $2) FROM (SELECT id FROM posts WHERE author_id = $1 ORDER BY id DESC LIMIT $3) p`, who, dayOfID, recentPosts)
}

// FollowsAmongJurors returns up to limit follows between willing jurors.
func (v *View) FollowsAmongJurors(ctx context.Context, limit int) ([][2]social.AccountID, error) {
	return rows(ctx, v, func(r row) (p [2]social.AccountID, err error) { return p, r.Scan(&p[0], &p[1]) },
		`SELECT f.owner_id, f.target_id FROM jurors j JOIN follows f ON f.owner_id = j.account_id JOIN jurors k ON k.account_id = f.target_id
		WHERE j.willing AND k.willing AND f.accepted ORDER BY f.owner_id, f.target_id LIMIT $1`, limit)
}

// Tied returns those of who that follow, block or mute one of sides, or are
// followed, blocked or muted by one.
func (v *View) Tied(ctx context.Context, who, sides []social.AccountID) (map[social.AccountID]bool, error) {
	out := map[social.AccountID]bool{}
	for _, table := range []string{"follows", "blocks", "mutes"} {
		for _, q := range []string{
			`SELECT owner_id FROM ` + table + ` WHERE owner_id ` + v.d.idList(1) + ` AND target_id ` + v.d.idList(2),
			`SELECT target_id FROM ` + table + ` WHERE target_id ` + v.d.idList(1) + ` AND owner_id ` + v.d.idList(2),
		} {
			ids, err := list[social.AccountID](ctx, v, q, asJSON(who), asJSON(sides))
			if err != nil {
				return nil, err
			}
			for _, id := range ids {
				out[id] = true
			}
		}
	}
	return out, nil
}

// InThread returns up to limit of those who wrote in a thread or are mentioned
// there.
func (v *View) InThread(ctx context.Context, thread social.PostID, limit int) ([]social.AccountID, error) {
	return list[social.AccountID](ctx, v, `SELECT author_id FROM posts WHERE thread_id = $1
		UNION SELECT m.account_id FROM posts p JOIN post_mentions m ON m.post_id = p.id WHERE p.thread_id = $1 ORDER BY 1 LIMIT $2`, thread, limit)
}

// memberSize is how much of a pool's row one member takes.
const memberSize = 16 + 8 + 4

// A PoolKeys is the secrets of a pool.
type PoolKeys struct {
	Lots  social.JuryKey
	Names social.JuryNames
}

// AddJuryPool stores a pool.
func (tx *Tx) AddJuryPool(ctx context.Context, p social.JuryPool, k PoolKeys) error {
	b := make([]byte, 0, len(p.Members)*memberSize)
	for _, m := range p.Members {
		b = append(b, m.Pseudonym[:]...)
		b = binary.BigEndian.AppendUint64(b, uint64(m.Account))
		b = binary.BigEndian.AppendUint32(b, uint32(m.Cluster))
	}
	_, err := tx.exec(ctx, `INSERT INTO jury_pools (id, size, members, lots_key, names_key, told_ms) VALUES ($1, $2, $3, $4, $5, 0)`,
		p.ID, len(p.Members), b, k.Lots[:], k.Names[:])
	return err
}

func scanPool(r row) (p social.JuryPool, err error) {
	var b []byte
	if err := r.Scan(&p.ID, &b); err != nil {
		return p, err
	}
	if len(b)%memberSize != 0 {
		return p, fmt.Errorf("pool %d is damaged", p.ID)
	}
	p.Members = make([]social.PoolMember, 0, len(b)/memberSize)
	for ; len(b) > 0; b = b[memberSize:] {
		p.Members = append(p.Members, social.PoolMember{Pseudonym: social.Pseudonym(b[:16]),
			Account: social.AccountID(binary.BigEndian.Uint64(b[16:])), Cluster: int(binary.BigEndian.Uint32(b[24:]))})
	}
	return p, nil
}

var noPool = errs.New(errs.Unavailable, "There are too few jurors at the moment: the staff decides.")

// JuryPool returns one pool, or the last if which is zero.
func (v *View) JuryPool(ctx context.Context, which social.JuryPoolID) (social.JuryPool, error) {
	return one(ctx, v, noPool, scanPool, `SELECT id, members FROM jury_pools WHERE id = $1 OR $1 = 0 ORDER BY id DESC LIMIT 1`, which)
}

// JuryPoolSize is the last pool's number and how many are in it; zero if there
// is none.
func (v *View) JuryPoolSize(ctx context.Context) (which social.JuryPoolID, size int, err error) {
	_, err = rows(ctx, v, func(r row) (struct{}, error) { return struct{}{}, r.Scan(&which, &size) }, `SELECT id, size FROM jury_pools ORDER BY id DESC LIMIT 1`)
	return which, size, err
}

// JuryPoolKeys returns the secrets of a pool.
func (v *View) JuryPoolKeys(ctx context.Context, which social.JuryPoolID) (k PoolKeys, err error) {
	return one(ctx, v, noPool, func(r row) (k PoolKeys, err error) {
		var lots, names []byte
		if err := r.Scan(&lots, &names); err != nil {
			return k, err
		}
		if len(lots) != len(k.Lots) || len(names) != len(k.Names) {
			return k, fmt.Errorf("the keys of pool %d are damaged", which)
		}
		return PoolKeys{social.JuryKey(lots), social.JuryNames(names)}, nil
	}, `SELECT lots_key, names_key FROM jury_pools WHERE id = $1`, which)
}

// UntoldPools returns up to limit pools from before a moment, but not the last,
// whose key was not told and from which no jury sits.
func (v *View) UntoldPools(ctx context.Context, before time.Time, limit int) ([]social.JuryPoolID, error) {
	return list[social.JuryPoolID](ctx, v, `SELECT id FROM jury_pools p WHERE told_ms = 0 AND id < $1 AND id < (SELECT MAX(id) FROM jury_pools)
		AND NOT EXISTS (SELECT 1 FROM juries j WHERE j.pool_id = p.id AND j.ended = '') ORDER BY id LIMIT $2`, id.Floor(before), limit)
}

// PoolTold notes that the key of a pool was told.
func (tx *Tx) PoolTold(ctx context.Context, which social.JuryPoolID) error {
	_, err := tx.exec(ctx, `UPDATE jury_pools SET told_ms = $2 WHERE id = $1`, which, millis(tx.Now))
	return err
}

// TrimPools forgets who was in pools from before a moment, and their names.
func (tx *Tx) TrimPools(ctx context.Context, before time.Time) error {
	_, err := tx.exec(ctx, `UPDATE jury_pools SET members = $2, names_key = $3 WHERE id < $1 AND told_ms <> 0 AND length(members) > 0`,
		id.Floor(before), []byte{}, make([]byte, 32))
	return err
}
