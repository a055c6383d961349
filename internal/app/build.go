package app

import (
	"context"
	"log/slog"
	"os"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/conf"
)

// RoutesOfBuild is every route of this build, told by a server that is put
// together for that over empty data.
func RoutesOfBuild(ctx context.Context) ([]Route, error) {
	dir, err := os.MkdirTemp("", "plaza-routes")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	c, err := conf.Load(func(string) string { return "" }, conf.Overrides{Data: dir})
	if err != nil {
		return nil, err
	}
	a, err := Open(ctx, Options{Config: c, Clock: clock.System, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	defer a.Close()
	return a.Routes(), nil
}
