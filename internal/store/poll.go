package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

const pollColumns = `id, post_id, author_id, options, multiple, hide_votes, ends_ms, voters, ` + keyOf

func scanPoll(r row) (p social.Poll, err error) {
	var options string
	var ends int64
	var sealed sealing
	if err := r.Scan(&p.ID, &p.Post, &p.Author, &options, &p.Multiple, &p.HideVotes, &ends, &p.Voters, &sealed.by, &sealed.wrapped); err != nil {
		return p, err
	}
	p.EndsAt = moment(ends)
	return p, sealed.openOptions(r, &p, options)
}

// Polls returns those of ids that exist, in no order.
func (v *View) Polls(ctx context.Context, ids []social.PollID) ([]social.Poll, error) {
	return rows(ctx, v, scanPoll, `SELECT `+pollColumns+` FROM polls WHERE id `+v.d.idList(1), asJSON(ids))
}

// Poll returns one, or NoPost.
func (v *View) Poll(ctx context.Context, id social.PollID) (social.Poll, error) {
	return one(ctx, v, NoPost, scanPoll, `SELECT `+pollColumns+` FROM polls WHERE id = $1`, id)
}

// HoldPoll is Poll for somebody who is about to vote or to change it: until
// the commit nobody else does.
func (tx *Tx) HoldPoll(ctx context.Context, id social.PollID) (social.Poll, error) {
	return one(ctx, &tx.View, NoPost, scanPoll, `SELECT `+pollColumns+` FROM polls WHERE id = $1`+tx.d.forUpdate, id)
}

// EndPollJob is the kind of the job that tells when a poll has ended, given by
// its id.
const EndPollJob = "poll.end"

// AddPoll stores a new poll of a post that is stored, and has its end told.
func (tx *Tx) AddPoll(ctx context.Context, p social.Poll) error {
	key, err := tx.keyOfPost(ctx, p.Post)
	if err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `INSERT INTO polls (id, post_id, author_id, options, multiple, hide_votes, ends_ms, voters, sealed_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		p.ID, p.Post, p.Author, key.seal(pollWhere(p.ID), []byte(asJSON(p.Options))), p.Multiple, p.HideVotes, millis(p.EndsAt), p.Voters, key.id); err != nil {
		return err
	}
	return tx.endPollLater(ctx, p)
}

func (tx *Tx) endPollLater(ctx context.Context, p social.Poll) error {
	if p.EndsAt.IsZero() || p.Ended(tx.Now) { // it came from elsewhere, and is old
		return nil
	}
	return tx.AddJob(ctx, EndPollJob, p.ID, p.EndsAt, "")
}

// SetPoll stores what a poll says and how it stands. A new end is told too.
func (tx *Tx) SetPoll(ctx context.Context, p social.Poll, newEnd bool) error {
	key, err := tx.keyOfPost(ctx, p.Post)
	if err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `UPDATE polls SET options = $2, hide_votes = $3, ends_ms = $4, voters = $5, sealed_by = $6 WHERE id = $1`,
		p.ID, key.seal(pollWhere(p.ID), []byte(asJSON(p.Options))), p.HideVotes, millis(p.EndsAt), p.Voters, key.id); err != nil || !newEnd {
		return err
	}
	return tx.endPollLater(ctx, p)
}

// RemovePoll takes a poll away, with its votes.
func (tx *Tx) RemovePoll(ctx context.Context, id social.PollID) error {
	_, err := tx.exec(ctx, `DELETE FROM polls WHERE id = $1`, id)
	return err
}

// AddVote stores that somebody chose an option.
func (tx *Tx) AddVote(ctx context.Context, poll social.PollID, voter social.AccountID, choice int) error {
	_, err := tx.exec(ctx, `INSERT INTO poll_votes (poll_id, voter_id, choice) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, poll, voter, choice)
	return err
}

// VotesOf returns what somebody chose in polls; polls they did not vote in are
// missing.
func (v *View) VotesOf(ctx context.Context, voter social.AccountID, polls []social.PollID) (map[social.PollID][]int, error) {
	type vote struct {
		poll   social.PollID
		choice int
	}
	all, err := rows(ctx, v, func(r row) (x vote, err error) { return x, r.Scan(&x.poll, &x.choice) },
		`SELECT poll_id, choice FROM poll_votes WHERE voter_id = $1 AND poll_id `+v.d.idList(2)+` ORDER BY poll_id, choice`, voter, asJSON(polls))
	out := map[social.PollID][]int{}
	for _, x := range all {
		out[x.poll] = append(out[x.poll], x.choice)
	}
	return out, err
}

// Voters returns up to limit of those who voted in a poll.
func (v *View) Voters(ctx context.Context, poll social.PollID, limit int) ([]social.AccountID, error) {
	return list[social.AccountID](ctx, v, `SELECT DISTINCT voter_id FROM poll_votes WHERE poll_id = $1 ORDER BY voter_id LIMIT $2`, poll, limit)
}

// LeavePolls takes somebody's votes back, up to limit of them, and returns
// the posts whose polls changed and whether there may be more.
func (tx *Tx) LeavePolls(ctx context.Context, voter social.AccountID, limit int) (posts []social.PostID, more bool, err error) {
	polls, err := list[social.PollID](ctx, &tx.View, `SELECT DISTINCT poll_id FROM poll_votes WHERE voter_id = $1 ORDER BY poll_id LIMIT $2`, voter, limit)
	if err != nil || len(polls) == 0 {
		return nil, false, err
	}
	votes, err := tx.VotesOf(ctx, voter, polls)
	if err != nil {
		return nil, false, err
	}
	for _, id := range polls {
		p, err := tx.HoldPoll(ctx, id)
		if err != nil {
			return nil, false, err
		}
		for _, choice := range votes[id] {
			if choice < len(p.Options) {
				p.Options[choice].Votes--
			}
		}
		p.Voters--
		if err := tx.SetPoll(ctx, p, false); err != nil {
			return nil, false, err
		}
		if _, err := tx.exec(ctx, `DELETE FROM poll_votes WHERE poll_id = $1 AND voter_id = $2`, id, voter); err != nil {
			return nil, false, err
		}
		posts = append(posts, p.Post)
	}
	return posts, len(polls) == limit, nil
}
