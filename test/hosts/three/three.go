// Package three puts three hosts together from what deploy/three-hosts says,
// each with etcd, PostgreSQL under Patroni and a Plaza, has people post, breaks
// the hosts one way after another, and has package checker say whether anything
// that was acknowledged is missing, or there twice.
package three
