package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/plaza-social/plaza/internal/cluster/replica"
)

// copyMeters tells how the copies elsewhere are doing.
type copyMeters struct{ *App }

var (
	copyAge     = prometheus.NewDesc("plaza_replica_age_seconds", "How old the last moment is that can be gone back to.", []string{"place"}, nil)
	copyWaiting = prometheus.NewDesc("plaza_replica_waiting", "What is not there yet: pieces and files.", []string{"place"}, nil)
	copySent    = prometheus.NewDesc("plaza_replica_sent_bytes_total", "Bytes sent there.", []string{"place"}, nil)
	drillOK     = prometheus.NewDesc("plaza_replica_drill_ok", "1 if the last drill brought it back, whole and the same as here.", []string{"place"}, nil)
	drillAt     = prometheus.NewDesc("plaza_replica_drill_timestamp_seconds", "When it was last drilled.", []string{"place"}, nil)
	dailyAge    = prometheus.NewDesc("plaza_replica_daily_age_seconds", "How old the newest daily copy is, or for how long there should have been one.", []string{"place"}, nil)
	dailyBytes  = prometheus.NewDesc("plaza_replica_daily_bytes", "How large its database is.", []string{"place"}, nil)
	epoch       = prometheus.NewDesc("plaza_epoch", "Of the house that writes.", nil, nil)
)

// Describe implements prometheus.Collector.
func (copyMeters) Describe(c chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{copyAge, copyWaiting, copySent, drillOK, drillAt, dailyAge, dailyBytes, epoch} {
		c <- d
	}
}

// Collect implements prometheus.Collector.
func (m copyMeters) Collect(c chan<- prometheus.Metric) {
	r := m.replica.Load()
	if r == nil {
		return
	}
	s := r.Status()
	c <- prometheus.MustNewConstMetric(epoch, prometheus.GaugeValue, float64(s.Epoch.N))
	for _, x := range s.Copies {
		c <- prometheus.MustNewConstMetric(copyAge, prometheus.GaugeValue, x.Age, x.Place)
		c <- prometheus.MustNewConstMetric(copyWaiting, prometheus.GaugeValue, float64(x.Waiting), x.Place)
		c <- prometheus.MustNewConstMetric(copySent, prometheus.CounterValue, float64(x.Sent), x.Place)
		if x.Daily != nil {
			c <- prometheus.MustNewConstMetric(dailyAge, prometheus.GaugeValue, x.Daily.Age, x.Place)
			c <- prometheus.MustNewConstMetric(dailyBytes, prometheus.GaugeValue, float64(x.Daily.Bytes), x.Place)
		}
	}
	drills, err := replica.ReadDrills(ReplicaFolder(m.Config))
	if err != nil {
		return // there was none yet
	}
	for _, d := range drills.Copies {
		ok := 0.0
		if d.Restored && len(d.Wrong) == 0 {
			ok = 1
		}
		c <- prometheus.MustNewConstMetric(drillOK, prometheus.GaugeValue, ok, d.Place)
		c <- prometheus.MustNewConstMetric(drillAt, prometheus.GaugeValue, float64(d.At.Unix()), d.Place)
	}
}
