package main

import (
	"context"

	"github.com/plaza-social/plaza/internal/app"
)

type posts struct {
	Remove postsRemove `cmd:"" help:"Remove old posts of other servers that nobody here has touched."`
}

type postsRemove struct {
	where
	Days   int  `help:"Posts that are so many days old, at least one." default:"90"`
	DryRun bool `help:"Only say how many would be removed."`
	JSON   bool `name:"json" help:"Print the result as JSON."`
}

// Help says what stays.
func (*postsRemove) Help() string {
	return "A thread stays whole if anybody here wrote in it, is mentioned in it, follows somebody who wrote in it, or liked, boosted, bookmarked, quoted, filtered, voted on or was told of something in it. " +
		"So do posts that are quoted or pinned, and those of accounts that were reported or about which the staff decided something."
}

// Run removes them, some at a time.
func (v *postsRemove) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		bar := s.bar()
		n, err := a.ForgetPosts(ctx, v.Days, v.DryRun, bar.tell)
		if bar.end(); err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"posts": n, "dry_run": v.DryRun}, "%s %d posts of other servers.", removed(v.DryRun), n)
	})
}

type accountPrune struct {
	where
	Days   int  `help:"Accounts of which nothing was heard for so many days, at least one." default:"7"`
	DryRun bool `help:"Only say how many would be removed."`
	JSON   bool `name:"json" help:"Print the result as JSON."`
}

// Help says what stays.
func (*accountPrune) Help() string {
	return "An account stays if anything of it is here (a post, a like, a vote), if anybody here follows, mutes, lists, recommends or mentions it, and if it was reported or the staff decided something about it. " +
		"One that was removed comes back when somebody looks for it. Use plaza posts remove first."
}

// Run removes them, some at a time.
func (v *accountPrune) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		bar := s.bar()
		n, err := a.ForgetAccounts(ctx, v.Days, v.DryRun, bar.tell)
		if bar.end(); err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"accounts": n, "dry_run": v.DryRun}, "%s %d accounts of other servers.", removed(v.DryRun), n)
	})
}
