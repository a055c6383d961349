package app

import (
	"context"
	"sync"
	"time"
)

const (
	// askWait is how long some servers together may take to say what they run:
	// other chores wait.
	askWait = 30 * time.Second
	// askAtOnce is how many are asked side by side.
	askAtOnce = 5
)

// AskPeers asks servers that were met what they run, a few at a time.
func (a *App) AskPeers(ctx context.Context) error {
	hosts, err := a.Federation.Unasked(ctx)
	if err != nil || len(hosts) == 0 {
		return err
	}
	asking, cancel := context.WithTimeout(ctx, askWait)
	defer cancel()
	var wg sync.WaitGroup
	places := make(chan struct{}, askAtOnce)
	for _, host := range hosts {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			if err := a.askPeer(asking, ctx, host); err != nil && ctx.Err() == nil {
				a.log.ErrorContext(ctx, "not kept what a server runs", "host", host, "err", err)
			}
		})
	}
	wg.Wait()
	return nil
}

// askPeer asks one, unless this house does not deal with it.
func (a *App) askPeer(asking, ctx context.Context, host string) error {
	no, err := a.refused(ctx, host)
	if err != nil || no {
		return err
	}
	runs, err := a.fedi.ask.NodeInfo(asking, host)
	if err != nil {
		a.log.DebugContext(ctx, "a server does not say what it runs", "host", host, "err", err)
	}
	return a.Federation.Asked(ctx, host, runs.Name, runs.Version)
}
