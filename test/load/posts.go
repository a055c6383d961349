package main

// fill writes the posts that the other parts read, and says what each takes
// on the disk.
func (b *bench) fill() error {
	if err := b.server.stop(); err != nil {
		return err
	}
	empty, err := b.server.size()
	if err != nil {
		return err
	}
	if err := b.server.start(); err != nil {
		return err
	}
	next, got := b.crowd.saying("fill", builders, b.posts, 0)
	if b.out.Fill, err = try(b.server.pid(), b.server.addr, builders, next, got); err != nil {
		return err
	}
	settled, err := b.server.settle()
	if err != nil {
		return err
	}
	b.out.Settle = settled.Seconds()
	if err := b.server.stop(); err != nil {
		return err
	}
	full, err := b.server.size()
	b.out.BytesPerPost = float64(full-empty) / float64(b.posts)
	if err != nil {
		return err
	}
	return b.server.start()
}

// posting is how many posts some clients have acknowledged, beside what they
// would have if a post were one fsync, shared by all that wait.
type posting struct {
	trial
	Floor   float64 `json:"floor_per_second"`
	OfFloor float64 `json:"of_floor"`
}

// publish measures how many posts are acknowledged.
func (b *bench) publish() error {
	rate, err := fsyncs(b.server.data, b.trial()/5)
	if err != nil {
		return err
	}
	b.out.Fsyncs = rate
	for _, clients := range []int{1, 8, 64} {
		next, got := b.crowd.saying("publish", clients, 0, b.trial())
		t, err := try(b.server.pid(), b.server.addr, clients, next, got)
		if err != nil {
			return err
		}
		p := posting{trial: t, Floor: rate * float64(clients)}
		p.OfFloor = p.PerSecond / p.Floor
		b.out.Posts = append(b.out.Posts, p)
	}
	return nil
}

// starting is how long a server takes from its start to its first answers.
type starting struct {
	Healthy float64 `json:"first_healthz_ms"`
	Public  float64 `json:"first_public_timeline_ms"`
	Runs    int     `json:"runs"`
}
