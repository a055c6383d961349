package conf

import "fmt"

// MaxStores is in how many stores files can be kept at once.
const MaxStores = 4

// MediaStores are those that are set: every file is kept in all of them.
func (c Config) MediaStores() (set []Place) {
	for _, p := range c.Stores {
		if p != (Place{}) {
			set = append(set, p)
		}
	}
	return set
}

// storeSettings are those of [[media_store]]: the first has the names
// media_store.1.url and PLAZA_MEDIA_STORE_1_URL, and so on.
func storeSettings() (all []setting) {
	for i := range MaxStores {
		unset := func(c Config) bool { return c.Stores[i] == Place{} }
		name, env := fmt.Sprint("media_store.", i+1, "."), fmt.Sprint("PLAZA_MEDIA_STORE_", i+1, "_")
		url := text(name+"url", env+"URL", func(c *Config) *string { return &c.Stores[i].URL }, func(c Config) string {
			if unset(c) {
				return ""
			}
			return checkStore(c, c.Stores[i])
		})
		url.unset = unset
		all = append(append(all, url), waySettings(name, env, func(c *Config) *Place { return &c.Stores[i] }, unset)...)
	}
	return all
}

func checkStore(c Config, p Place) string {
	if c.Media.Bucket != "" {
		return "files are in media.bucket already; write it as the first media_store, once what is in it was copied to the data folder, and leave media.bucket out"
	}
	same := 0
	for _, other := range c.Stores {
		if other.URL == p.URL && p.URL != "" {
			same++
		}
	}
	if same > 1 {
		return "two stores have this address; write another, or leave one out"
	}
	return checkAddress(p.URL, "file", "s3", "sftp", "plaza", "plaza+http")
}
