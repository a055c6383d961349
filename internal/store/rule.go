package store

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/social"
)

// RuleVersions returns the newest version of each rule there ever was.
func (v *View) RuleVersions(ctx context.Context) ([]social.RuleVersion, error) {
	return rows(ctx, v, scanRule, `SELECT rule, version, body, hint, ended, evidence_id FROM rule_versions r
		WHERE version = (SELECT MAX(version) FROM rule_versions n WHERE n.rule = r.rule) ORDER BY rule`)
}

// RuleVersion returns a rule as it stood, or NotFound.
func (v *View) RuleVersion(ctx context.Context, rule string, version int) (social.RuleVersion, error) {
	return one(ctx, v, noReport, scanRule, `SELECT rule, version, body, hint, ended, evidence_id FROM rule_versions WHERE rule = $1 AND version = $2`, rule, version)
}

func scanRule(r row) (x social.RuleVersion, err error) {
	return x, r.Scan(&x.ID, &x.Version, &x.Text, &x.Hint, &x.Ended, &x.Evidence)
}

// AddRuleVersion stores how a rule stands from now on.
func (tx *Tx) AddRuleVersion(ctx context.Context, x social.RuleVersion, by social.AccountID, p Proof) error {
	_, err := tx.exec(ctx, `INSERT INTO rule_versions (rule, version, body, hint, since_ms, by_id, ended, evidence_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		x.ID, x.Version, x.Text, x.Hint, millis(tx.Now), by, x.Ended, p.id)
	if err != nil {
		return fmt.Errorf("version %d of rule %s: %w", x.Version, x.ID, err)
	}
	return nil
}
