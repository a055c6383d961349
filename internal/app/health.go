package app

import (
	"context"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/store"
)

// healthWait is how long the database may take to answer before we say that
// we are not well.
const healthWait = 2 * time.Second

// sayReadOnly is what healthz says of a house that can only be read.
const sayReadOnly = "read_only"

// healthz tells a load balancer whether we can read and are not stuck, and
// whether it is only for reading that it may send somebody here.
func (a *App) healthz(w http.ResponseWriter, r *http.Request) {
	ctx, stop := context.WithTimeout(r.Context(), healthWait)
	defer stop()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err := a.Store.Read(ctx, func(v *store.View) error { return v.Ping(ctx) }); err != nil {
		a.log.ErrorContext(ctx, "not well", "err", err)
		w.Header().Set("Retry-After", strconv.Itoa(errs.RetryAfter))
		w.WriteHeader(http.StatusServiceUnavailable)
		w.Write([]byte("the database does not answer\n"))
		return
	}
	if a.Store.Gate() != nil {
		w.Write([]byte(sayReadOnly + "\n"))
		return
	}
	w.Write([]byte("ok\n"))
}

// readOnly is 1 while nothing is let in.
func (a *App) readOnly() float64 {
	if a.Store.Gate() != nil {
		return 1
	}
	return 0
}

// meters count what happens. https://prometheus.io/docs/practices/naming/
type meters struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	pushes   *prometheus.CounterVec
	breaches *prometheus.CounterVec
	handler  http.Handler
}

func newMeters(a *App) *meters {
	m := &meters{registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "plaza_http_requests_total", Help: "Requests answered, by route and status."}, []string{"route", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "plaza_http_seconds", Help: "Time to answer, by kind of route.",
			Buckets: []float64{.0005, .002, .01, .05, .2, 1, 5}}, []string{"for"}),
		pushes:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "plaza_pushes_total", Help: "Calls to push services, by what came of them: taken, refused, ended (the app is gone), lost (tried again)."}, []string{"outcome"}),
		breaches: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "plaza_policy_breaches_total", Help: "What pages tried and their Content-Security-Policy forbids, as browsers tell it, by the part of the policy."}, []string{"directive"}),
	}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), m.requests, m.seconds, m.pushes, m.breaches,
		jobs{a.Store}, queues{a}, copyMeters{a}, prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "plaza_streams_open", Help: "Streaming connections."},
			func() float64 { return float64(a.hub.Open()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "plaza_read_only", Help: "1 while nothing can be changed here, and reading goes on."}, a.readOnly),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "plaza_clock_jumped_seconds", Help: "By how much the machine's clock has jumped away from the one that is gone by, where several servers share a database."}, a.clockOff),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "plaza_remote_bytes", Help: "What is kept of other servers' files, at most, in bytes of the disk."},
			func() float64 { used, _ := a.remoteUse(); return float64(used) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "plaza_remote_budget_bytes", Help: "How much of the disk is for that."},
			func() float64 { _, of := a.remoteUse(); return float64(of) }))
	m.handler = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return m
}

// breach counts a report about the policy of a page.
func (a *App) breach(directive string) { a.meters.breaches.WithLabelValues(directive).Inc() }

// count counts the requests that next answers.
func (m *meters) count(next http.Handler) http.Handler {
	apps, people := m.seconds.WithLabelValues("apps"), m.seconds.WithLabelValues("people")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		rc := chi.NewRouteContext() // ours, so that we can read the pattern after
		next.ServeHTTP(ww, r.WithContext(context.WithValue(r.Context(), chi.RouteCtxKey, rc)))
		code := ww.Status()
		if code == 0 {
			code = http.StatusOK
		}
		route := rc.RoutePattern()
		if route == "" {
			route = "none"
		}
		m.requests.WithLabelValues(route, strconv.Itoa(code)).Inc()
		if strings.HasPrefix(route, "/api/v1/streaming") {
			return // open as long as people like
		}
		if forApps(r.URL.Path) {
			apps.Observe(time.Since(begin).Seconds())
			return
		}
		people.Observe(time.Since(begin).Seconds())
	})
}

// jobs tells how each kind of job is doing.
type jobs struct{ store *store.Store }

var (
	jobsWaiting = prometheus.NewDesc("plaza_jobs_waiting", "Jobs that wait for their turn.", []string{"kind"}, nil)
	jobsBuried  = prometheus.NewDesc("plaza_jobs_given_up", "Jobs that were given up.", []string{"kind"}, nil)
	jobsOldest  = prometheus.NewDesc("plaza_jobs_late_seconds", "How long the oldest job is overdue.", []string{"kind"}, nil)
	lag         = prometheus.NewDesc("plaza_follower_behind", "Facts a follower has not read, up to 1000.", []string{"follower"}, nil)
)

// Describe implements prometheus.Collector.
func (jobs) Describe(c chan<- *prometheus.Desc) {
	c <- jobsWaiting
	c <- jobsBuried
	c <- jobsOldest
	c <- lag
}

// Collect implements prometheus.Collector.
func (j jobs) Collect(c chan<- prometheus.Metric) {
	ctx, stop := context.WithTimeout(context.Background(), healthWait)
	defer stop()
	var stats []store.JobStat
	var behind map[string]int
	if err := j.store.Read(ctx, func(v *store.View) (err error) {
		if stats, err = v.JobStats(ctx); err != nil {
			return err
		}
		behind, err = v.Behind(ctx, maxBehind)
		return err
	}); err != nil {
		c <- prometheus.NewInvalidMetric(jobsWaiting, err)
		return
	}
	for _, s := range stats {
		c <- prometheus.MustNewConstMetric(jobsWaiting, prometheus.GaugeValue, float64(s.Waiting), s.Kind)
		c <- prometheus.MustNewConstMetric(jobsBuried, prometheus.GaugeValue, float64(s.Buried), s.Kind)
		late := 0.0
		if !s.Oldest.IsZero() {
			late = max(0, j.store.Now().Sub(s.Oldest).Seconds())
		}
		c <- prometheus.MustNewConstMetric(jobsOldest, prometheus.GaugeValue, late, s.Kind)
	}
	for name, n := range behind {
		c <- prometheus.MustNewConstMetric(lag, prometheus.GaugeValue, float64(n), name)
	}
}

// maxBehind is how far a follower's lag is counted.
const maxBehind = 1000

// metrics is for this machine, and for whoever knows the metrics token.
func (a *App) metrics(w http.ResponseWriter, r *http.Request) {
	token := a.Config.MetricsToken.Reveal()
	given := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	known := token != "" && subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1
	if !known && (r.Header.Get("X-Forwarded-For") != "" || !loopback(r.RemoteAddr)) {
		a.site.NotFound(w, r)
		return
	}
	a.meters.handler.ServeHTTP(w, r)
}

func loopback(remote string) bool {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
