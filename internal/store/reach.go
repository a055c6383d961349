package store

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

// A Viewing is how often a post was viewed on a day, which is counted from 1970.
// Who viewed it is kept nowhere.
type Viewing struct {
	Post social.PostID
	Day  int64
	N    int
}

func scanViewing(r row) (v Viewing, err error) { return v, r.Scan(&v.Post, &v.Day, &v.N) }

// AddViews adds to what is kept, also by other hosts. Posts that are gone are left out.
func (tx *Tx) AddViews(ctx context.Context, all []Viewing) error {
	for _, v := range all {
		if _, err := tx.exec(ctx, `INSERT INTO post_views (post_id, day, views) SELECT id, CAST($2 AS BIGINT), CAST($3 AS BIGINT) FROM posts WHERE id = $1
			ON CONFLICT (post_id, day) DO UPDATE SET views = post_views.views + excluded.views`, v.Post, v.Day, v.N); err != nil {
			return err
		}
	}
	return nil
}

// Views returns what is kept of a post from a day on, the first first.
func (v *View) Views(ctx context.Context, post social.PostID, from int64) ([]Tally[int64], error) {
	return tally[int64](ctx, v, `SELECT day, views FROM post_views WHERE post_id = $1 AND day >= $2 ORDER BY day`, post, from)
}

// ViewsBy returns what is kept of up to limit posts of an author that come after one,
// in their order.
func (v *View) ViewsBy(ctx context.Context, author social.AccountID, after social.PostID, limit int) ([]Viewing, error) {
	return rows(ctx, v, scanViewing, `SELECT post_id, day, views FROM post_views
		WHERE post_id IN (SELECT p.id FROM posts p WHERE p.author_id = $1 AND p.id > $2 AND EXISTS (SELECT 1 FROM post_views v WHERE v.post_id = p.id) ORDER BY p.id LIMIT $3)
		ORDER BY post_id, day`, author, after, limit)
}

// TrimViews forgets the days before one.
func (tx *Tx) TrimViews(ctx context.Context, before int64) error {
	_, err := tx.exec(ctx, `DELETE FROM post_views WHERE day < $1`, before)
	return err
}

// ForgetViews forgets all that is kept of somebody's posts.
func (tx *Tx) ForgetViews(ctx context.Context, author social.AccountID) error {
	_, err := tx.exec(ctx, `DELETE FROM post_views WHERE post_id IN (SELECT id FROM posts WHERE author_id = $1)`, author)
	return err
}

// viewable is what is for everybody and by others: what the author may not be shown is
// not counted for them either.
const viewable = ` AND id > $2 AND author_id <> $3 AND visibility IN ('public', 'unlisted') AND standing <> 'hidden' AND held = ''`

var echoes = map[social.Echo]string{
	social.EchoBoosts:  `SELECT id FROM posts WHERE boost_of = $1 AND boost_of <> 0` + viewable,
	social.EchoQuotes:  `SELECT id FROM posts WHERE quote_of = $1 AND quote_of <> 0 AND quote_state = 'accepted'` + viewable,
	social.EchoReplies: `SELECT id FROM posts WHERE reply_to = $1 AND reply_to <> 0` + viewable,
	social.EchoLikes:   `SELECT id FROM likes WHERE post_id = $1 AND id > $2 AND owner_id <> $3`,
}

// Echoes counts one way day by day, of others than the author, from a day on: the
// last limit of them. Days without are missing.
func (v *View) Echoes(ctx context.Context, e social.Echo, of social.Post, from int64, limit int) ([]Tally[int64], error) {
	return tally[int64](ctx, v, `SELECT `+ofID("page.id")+`, COUNT(*) FROM (`+echoes[e]+` ORDER BY id DESC LIMIT $4) AS page GROUP BY `+ofID("page.id"),
		of.ID, id.Floor(time.Unix(from*24*60*60, 0)), of.Author, limit)
}
