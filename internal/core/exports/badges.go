package exports

// badges gives what was known of who by is, and by whom.
func (p packer) badges(do func(any) error) error {
	for _, b := range p.me.Badges {
		one := thing{"type": "Badge", "name": string(b.Kind)}
		for key, value := range map[string]string{"role": string(b.Role), "summary": b.Reason, "url": b.URL} {
			if value != "" {
				one[key] = value
			}
		}
		if !b.Since.IsZero() {
			one["published"] = stamp(b.Since)
		}
		if err := do(one); err != nil {
			return err
		}
	}
	return nil
}
