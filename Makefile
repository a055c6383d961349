.DEFAULT_GOAL := help
# Decoders are those we bring along, never what a machine happens to have.
export GOFLAGS := -tags=nodynamic $(GOFLAGS)
TEMPL := github.com/a-h/templ/cmd/templ@v0.3.977

.PHONY: help
help: ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

.PHONY: run
run: build ## build Plaza and serve it on http://localhost:8080, with data in ./data
	bin/plaza serve

.PHONY: build
build: ## build bin/plaza
	CGO_ENABLED=0 go build -trimpath -o bin/plaza ./cmd/plaza

.PHONY: dev
dev: build ## serve a house full of people, with data that is gone when you stop it
	bin/plaza dev

.PHONY: test
test: ## set up what the tests need and run them all
	scripts/test.sh

.PHONY: check
check: ## the quick look: format, vet, staticcheck, fences, unit tests on SQLite
	@test -z "$$(gofmt -l cmd internal test | tee /dev/stderr)"
	go vet ./...
	go tool -modfile=tools/go.mod staticcheck ./...
	go test -short ./cmd/... ./internal/... ./test/fences

.PHONY: bench
bench: build ## measure a running server with made data; prints JSON
	go run ./test/load

.PHONY: bench-copies
bench-copies: build ## measure what copies elsewhere cost, and how soon a house of 100,000 posts and 2 GB is back; some 12 minutes
	go run ./test/load -copies -posts 100000

.PHONY: test-clients
test-clients: build ## have toot, masto, megalodon and go-mastodon do all they can, each against a server of its own
	test/interop/run.sh

.PHONY: test-federation
test-federation: ## the long form of what two servers do together: each scenario both ways, also on PostgreSQL, and minutes of talk while one is killed
	bash -ec '. scripts/postgres.sh; . scripts/fedify.sh; start_postgres; find_fedify; export PLAZA_TEST_LONG=1; \
		go test ./cmd/plaza -run TestHouses -count=1 -timeout 40m; go test ./test/peers -count=1 -timeout 20m; go test ./test/kill -run TestKillHouses -count=1 -timeout 40m -v'

.PHONY: test-evacuation
test-evacuation: ## a house of 1,000 people with 20,000 followers on three servers loses its name, and is killed on the way to another
	bash -ec '. scripts/postgres.sh; start_postgres; PLAZA_TEST_LONG=1 go test ./test/evacuate -count=1 -v -timeout 2h'

.PHONY: test-peers
test-peers: ## have Plaza live beside a server made with fedify: follow, post, quote, move, in both directions
	bash -ec '. scripts/postgres.sh; . scripts/fedify.sh; find_fedify; [ -z "$$FEDIFY_WHY" ] || echo "skipped: test/peers, because $$FEDIFY_WHY"; go test ./test/peers -count=1'

.PHONY: test-hosts
test-hosts: ## have hosts with addresses of their own be killed, cut off, filled up and lose their power while people post (needs root)
	bash -ec '. scripts/postgres.sh; . scripts/hosts.sh; find_hosts; [ -z "$$HOSTS_WHY" ] || echo "skipped: much of test/hosts, because $$HOSTS_WHY"; \
		export PLAZA_TEST_HOSTS=1; go test ./test/hosts/... -count=1 -timeout 60m -v; go test ./test/kill -run TestHostCut -count=1 -timeout 20m -v; \
		PLAZA_TEST_LONG=1 go test ./test/doors -run TestReadOnly -count=1 -timeout 20m'

.PHONY: test-doors
test-doors: ## every door of the house, each walk through all routes on both engines and whole
	bash -ec '. scripts/postgres.sh; start_postgres; PLAZA_TEST_LONG=1 go test ./test/doors -count=1 -timeout 60m'

.PHONY: test-budget
test-budget: ## push 5 GB from other servers through a budget of 100 MB, and look at the folder all the while
	go test ./internal/edge/proxy -run TestBudgetHolds -count=1 -timeout 60m -v -whole

.PHONY: test-files
test-files: ## send 74 files of all formats, made and labelled by other programs, and look for what was written into them
	bash -ec '. scripts/postgres.sh; . scripts/media.sh; find_media_tools' && PLAZA_TEST_FOLDER=1 go test ./test/media -run TestGoodFiles -count=1 -timeout 40m -v

.PHONY: test-mirror
test-mirror: ## a mirror of 20,000 posts: what it costs to follow one more, and a browser that reads it from plain files and from a bucket
	go test ./test/mirror -run TestMirrorLarge -count=1 -timeout 30m -v -large
	bash -ec '. scripts/chromium.sh; find_chromium; go test ./test/browser -run TestMirrorJourney -count=1 -timeout 60m -v -mirror-posts 20000'

.PHONY: generate
generate: ## make the pages' Go code anew from their templates
	go run $(TEMPL) generate -path internal/edge/web

.PHONY: golden
golden: ## write the golden files anew; look at what changed before you commit
	go test ./test/doors ./internal/event -update

.PHONY: shots
shots: build ## take pictures of every page into docs/pictures
	go test ./test/browser -run TestPictures -pictures ../../docs/pictures

.PHONY: screenshots
screenshots: ## take contact sheets of all pages, of all sizes, light and dark, in both directions, into docs/screens (some 10 minutes)
	bash -ec '. scripts/postgres.sh; . scripts/chromium.sh; find_chromium; go test ./test/browser -run TestScreens -count=1 -timeout 60m -screens ../../docs/screens'

.PHONY: trees
trees: ## write anew what screen readers are told of some pages; look at what changed before you commit
	bash -ec '. scripts/postgres.sh; . scripts/chromium.sh; find_chromium; go test ./test/browser -run TestTrees -count=1 -update'

.PHONY: test-site
test-site: ## the long form of what is tried of the site: all pages in all ways by axe-core, all hostile markup in all fields, 2,000 posts to scroll through
	bash -ec '. scripts/postgres.sh; . scripts/chromium.sh; . scripts/axe.sh; find_chromium; find_axe; [ -z "$$AXE_WHY" ] || echo "skipped: axe-core, because $$AXE_WHY"; \
		PLAZA_TEST_LONG=1 go test ./test/browser ./test/families -count=1 -timeout 90m -v'

.PHONY: clean
clean: ## remove what was built; data stays
	rm -rf bin
