// Command plaza runs a Plaza server and looks after it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// where says which server a command is about.
type where struct {
	Data string `help:"Folder of everything Plaza keeps (PLAZA_DATA; default ./data)." placeholder:"DIR"`
	DB   string `name:"db" help:"PostgreSQL instead of the embedded database (PLAZA_DB)." placeholder:"postgres://…"`
}

type cli struct {
	Serve        serve        `cmd:"" help:"Run the server."`
	Dev          dev          `cmd:"" help:"Run a server to try things with: temporary data, a dozen people who talk."`
	Account      account      `cmd:"" help:"Look after accounts."`
	Names        names        `cmd:"" help:"Look after names that are kept for somebody."`
	Token        token        `cmd:"" help:"Look after access tokens."`
	Media        media        `cmd:"" help:"Look after files."`
	Posts        posts        `cmd:"" help:"Look after posts."`
	Emoji        emoji        `cmd:"" help:"Look after the emojis of the house."`
	Cache        cache        `cmd:"" help:"Look after copies of other servers' files."`
	Search       search       `cmd:"" help:"Look after the index of words."`
	Keep         keeping      `cmd:"" help:"Keep copies of other houses, sealed, for those who run them."`
	Replica      replicas     `cmd:"" help:"Look after the copies elsewhere."`
	Drill        drill        `cmd:"" help:"Bring the house back from every copy into a temporary folder, and compare."`
	Standby      standby      `cmd:"" help:"Follow a copy, serve what can be read, and take over when asked or when the house that writes is gone."`
	Promote      promote      `cmd:"" help:"Have the standby of a data folder take over."`
	Restore      restore      `cmd:"" help:"Bring the house back from a copy, on a machine that has nothing of it."`
	Rekey        rekey        `cmd:"" help:"Make a new key by which messages and secrets of second steps are sealed in the database."`
	Verify       verify       `cmd:"" help:"List what a house has that the one that took over from it never got, and bring posts over."`
	Doctor       doctor       `cmd:"" help:"Check what the server needs, and say how to mend what is wrong."`
	Config       config       `cmd:"" help:"Show the settings that hold, and where each comes from; secrets are hidden."`
	Routes       routes       `cmd:"" help:"Show every route: method, path, who may call it, scopes and limits."`
	Version      version      `cmd:"" help:"Show the version."`
	Domain       domain       `cmd:"" help:"Look after other hosts: whom to keep away from, whom to let in."`
	Peers        peers        `cmd:"" help:"Look at other servers, and at what waits for them."`
	Relay        relay        `cmd:"" help:"Look after relays, which pass public posts on."`
	EmailDomain  emailDomain  `cmd:"" help:"Turn away addresses of hosts of e-mail."`
	IPBlock      ipBlock      `cmd:"" name:"ip-block" help:"Turn away networks."`
	Settings     settings     `cmd:"" help:"Decide about the house."`
	Announcement announcement `cmd:"" help:"Tell everybody who is here something."`
	Evacuate     evacuate     `cmd:"" help:"Take the house to another name, with everybody and their followers, when its own is lost."`
	Mirror       mirror       `cmd:"" help:"Keep a copy of what everybody may read, as plain files that any web host can serve."`
	Trends       trends       `cmd:"" help:"Look at what many turn to, and count it again."`
	Evidence     evidences    `cmd:"" help:"Export the record of how the house is looked after, and check one."`
	Moderation   moderate     `cmd:"" help:"Look after what the moderators keep."`
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// streams are where a command writes.
type streams struct{ out, err io.Writer }

func run(args []string, stdout, stderr io.Writer) int {
	var c cli
	exited := -1
	parser, err := kong.New(&c, kong.Name("plaza"), kong.Description("The social network that no company can switch off."),
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { exited = code }), kong.Vars{"scopes": app.AllScopes})
	if err != nil {
		fmt.Fprintln(stderr, "plaza:", err)
		return 1
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 {
		return exited // --help
	}
	if err != nil {
		fmt.Fprintf(stderr, "plaza: %v. Try plaza --help.\n", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(streams{stdout, stderr}); err != nil {
		fmt.Fprintln(stderr, "plaza:", sentence(err))
		return 1
	}
	return 0
}

// sentence is an error for the person at the keyboard.
func sentence(err error) string {
	var many interface{ Unwrap() []error }
	if errors.As(err, &many) && errs.Public(err) == "" {
		return err.Error()
	}
	if p := errs.Public(err); p != "" {
		var e *errs.Error
		if errors.As(err, &e) && e.Cause != nil {
			return p + "\n  " + e.Cause.Error()
		}
		return p
	}
	return err.Error()
}

// load reads the settings, and opens the log that they ask for.
func load(o conf.Overrides, s streams) (conf.Config, *slog.Logger, error) {
	c, err := conf.Load(os.Getenv, o)
	if err != nil {
		return c, nil, err
	}
	for _, unknown := range conf.Unknown(os.Environ()) {
		fmt.Fprintln(s.err, "plaza:", unknown)
	}
	options := &slog.HandlerOptions{Level: c.Log.Level}
	if c.Log.Format == "json" {
		return c, slog.New(slog.NewJSONHandler(s.err, options)), nil
	}
	return c, slog.New(slog.NewTextHandler(s.err, options)), nil
}

// settings are those of this house.
func (w where) settings() (conf.Config, error) {
	return conf.Load(os.Getenv, conf.Overrides{Data: w.Data, DB: w.DB})
}

// open opens the server's data, to do something besides serving.
func (w where) open(ctx context.Context, s streams) (*app.App, error) {
	c, _, err := load(conf.Overrides{Data: w.Data, DB: w.DB}, s)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(c.Database()); c.DB == "" && errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintln(s.err, "plaza: there was no house in", c.Data, "yet; a new one is made. If that is not what you meant, name its folder with --data.")
	}
	quiet := slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelError}))
	return app.OpenBeside(ctx, app.Options{Config: c, Clock: clock.System, Log: quiet})
}

type serve struct {
	where
	Listen string `help:"Address to listen at (PLAZA_LISTEN; default 127.0.0.1:8080)." placeholder:"ADDR"`
	URL    string `name:"url" help:"How the world reaches the server (PLAZA_URL; default http://localhost and the port)." placeholder:"URL"`
}

// Run serves until it is interrupted.
func (v *serve) Run(ctx context.Context, s streams) error {
	c, log, err := load(conf.Overrides{Data: v.Data, DB: v.DB, Listen: v.Listen, URL: v.URL}, s)
	if err != nil {
		return err
	}
	unlock, err := app.Lock(c.Data)
	if err != nil {
		return err
	}
	defer unlock()
	l, err := listen(c.Listen)
	if err != nil {
		return err
	}
	doors, err := app.NewDoors(l)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer doors.Close()
	return keepHouse(ctx, s, app.Options{Config: c, Clock: clock.System, Log: log, Replicate: true}, doors)
}

// keepHouse serves as the one that writes. When the house gets another name, it
// is opened anew behind the same doors.
func keepHouse(ctx context.Context, s streams, o app.Options, doors *app.Doors) error {
	for {
		err := keepHouseOnce(ctx, s, o, doors)
		if !errors.Is(err, app.ErrRenamed) {
			return err
		}
		o.Lease = nil // it went with the one before
	}
}

// keepHouseOnce serves as soon as it is sure that it is the one that writes.
func keepHouseOnce(ctx context.Context, s streams, o app.Options, doors *app.Doors) error {
	a, err := app.OpenSure(ctx, o, doors)
	if ctx.Err() != nil && err != nil {
		return nil // it was ended while it waited
	}
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.Resume(ctx); err != nil {
		return err
	}
	link, err := a.OwnerLink(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, "Plaza is at", a.Config.URL)
	if link != "" {
		fmt.Fprintln(s.out, "It has no owner yet. Become its owner at", link)
	}
	return a.Serve(ctx, doors.Open())
}

func listen(at string) (net.Listener, error) {
	l, err := net.Listen("tcp", at)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, errs.Newf(errs.Conflict, "Something else listens at %s already: end it, or choose another address with --listen.", at)
	}
	if errors.Is(err, syscall.EACCES) {
		return nil, errs.Newf(errs.Forbidden, "Listening at %s is not allowed: choose a port above 1023 with --listen, and put a proxy in front.", at)
	}
	return l, err
}

type account struct {
	Create accountCreate `cmd:"" help:"Make a confirmed account, or many from a file."`
	Import accountImport `cmd:"" help:"Bring along what somebody had elsewhere."`
	Export accountExport `cmd:"" help:"Write all that somebody has here to an archive."`

	List      accountList      `cmd:"" help:"Show accounts, the newest first."`
	Modify    accountModify    `cmd:"" help:"Change a role, an address or a password; close or open the door."`
	Approve   accountApprove   `cmd:"" help:"Let people in who wait."`
	Reject    accountReject    `cmd:"" help:"Turn down somebody who waits."`
	Limit     accountLimit     `cmd:"" help:"Have only followers come across an account."`
	Unlimit   accountUnlimit   `cmd:"" help:"Take that back."`
	Sensitive accountVeil      `cmd:"" help:"Put what an account shows behind a warning."`
	Plain     accountUnveil    `cmd:"" help:"Take that back."`
	Suspend   accountSuspend   `cmd:"" help:"Have an account not be here, until that is taken back."`
	Unsuspend accountUnsuspend `cmd:"" help:"Take that back."`
	Delete    accountDelete    `cmd:"" help:"Delete an account for good."`
	Prune     accountPrune     `cmd:"" help:"Remove accounts of other servers that nobody here has anything to do with."`

	Alias    accountAlias    `cmd:"" help:"Say which other accounts are the same person's, so that they can move here."`
	Move     accountMove     `cmd:"" help:"Have an account move to another, with its followers; or take that back."`
	Refollow accountRefollow `cmd:"" help:"Ask other servers again for everything that was asked to be followed there."`

	RotateKeys accountRotateKeys `cmd:"" help:"Have an account, or the house, sign what it sends to other servers with new keys."`
}

type accountCreate struct {
	where
	JSON     bool   `name:"json" help:"Print a JSON object for each account."`
	Username string `help:"Its name." placeholder:"NAME" xor:"who"`
	Email    string `help:"Its e-mail address." placeholder:"ADDRESS"`
	Password string `help:"Its password; one is made and printed if this is left out." placeholder:"TEXT"`
	Role     string `help:"owner, admin, moderator or user." enum:"owner,admin,moderator,user" default:"user"`
	From     string `help:"A CSV file with lines of username,email,password." placeholder:"FILE" xor:"who"`
	Tokens   bool   `help:"With --from: print a token for each account instead of its password."`
}

// Run makes the account, or the many.
func (v *accountCreate) Run(ctx context.Context, s streams) error {
	if (v.From == "") == (v.Username == "") || v.From == "" && v.Email == "" {
		return errs.New(errs.Invalid, "Say --username and --email, or --from FILE.")
	}
	a, err := v.open(ctx, s)
	if err != nil {
		return err
	}
	defer a.Close()
	if v.From != "" {
		f, err := os.Open(v.From)
		if err != nil {
			return err
		}
		defer f.Close()
		return v.many(ctx, s, a, f)
	}
	role, err := social.ParseRole(v.Role)
	if err != nil {
		return err
	}
	password, err := a.CreateAccount(ctx, v.Username, v.Email, v.Password, role)
	if err != nil {
		return err
	}
	did := map[string]any{"account": v.Username, "role": role}
	if v.Password != "" {
		return tell(s.out, v.JSON, did, "Made @%s (%s).", v.Username, role)
	}
	did["password"] = password
	return tell(s.out, v.JSON, did, "Made @%s (%s).\nPassword: %s", v.Username, role, password)
}

// many makes those of a file.
func (v *accountCreate) many(ctx context.Context, s streams, a *app.App, f io.Reader) error {
	bar := s.bar()
	defer bar.end()
	return a.CreateMany(ctx, f, v.Tokens, func(m app.Made) error {
		if bar.end(); v.JSON {
			return json.NewEncoder(s.out).Encode(m)
		}
		_, err := fmt.Fprintln(s.out, m.Account, m.Password+m.Token) // it has one of them
		return err
	}, bar.tell)
}

type token struct {
	Create tokenCreate `cmd:"" help:"Make a token, and print it alone."`
}

type tokenCreate struct {
	where
	JSON    bool   `name:"json" help:"Print the result as JSON."`
	Account string `help:"Whose." placeholder:"NAME" required:""`
	Scopes  string `help:"What it allows." default:"${scopes}"`
}

// Run prints the token.
func (v *tokenCreate) Run(ctx context.Context, s streams) error {
	a, err := v.open(ctx, s)
	if err != nil {
		return err
	}
	defer a.Close()
	t, err := a.CreateToken(ctx, v.Account, social.ParseScopes(v.Scopes))
	if err != nil {
		return err
	}
	return tell(s.out, v.JSON, map[string]any{"account": v.Account, "token": t}, "%s", t)
}

type doctor struct{ serve }

// Run prints what was found, and fails if something is wrong.
func (v *doctor) Run(ctx context.Context, s streams) error {
	c, err := conf.Load(os.Getenv, conf.Overrides{Data: v.Data, DB: v.DB, Listen: v.Listen, URL: v.URL})
	if err != nil {
		return err
	}
	ill := 0
	for _, f := range app.Examine(ctx, c, clock.System) {
		mark := "ok   "
		if !f.OK {
			mark = "WRONG"
			ill++
		}
		fmt.Fprintf(s.out, "%s  %s: %s\n", mark, f.What, f.Says)
		if f.Mend != "" {
			fmt.Fprintf(s.out, "       → %s\n", f.Mend)
		}
	}
	if ill > 0 {
		return errs.Newf(errs.Unavailable, "What is marked WRONG needs mending: %d in all.", ill)
	}
	return nil
}

type config struct{ serve }

// Run prints the settings.
func (v *config) Run(s streams) error {
	c, err := conf.Load(os.Getenv, conf.Overrides{Data: v.Data, DB: v.DB, Listen: v.Listen, URL: v.URL})
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, x := range c.Describe() {
		fmt.Fprintf(w, "%s\t%s\t(%s)\n", x.Name, x.Value, x.Source)
	}
	return w.Flush()
}

type routes struct {
	JSON bool `name:"json" help:"As JSON."`
}

// Run prints the routes of this build. It needs no data of anybody's.
func (v *routes) Run(ctx context.Context, s streams) error {
	list, err := app.RoutesOfBuild(ctx)
	if err != nil {
		return err
	}
	if v.JSON {
		enc := json.NewEncoder(s.out)
		enc.SetIndent("", "  ")
		return enc.Encode(list)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, r := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\n", r.Method, r.Path, strings.TrimSpace(r.Who+" "+r.Scope+" "+r.Limit))
	}
	return w.Flush()
}

type version struct{}

// Run prints the version.
func (version) Run(s streams) error {
	fmt.Fprintln(s.out, "plaza", app.Version)
	return nil
}
