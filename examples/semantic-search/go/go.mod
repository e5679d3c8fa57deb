module example.com/semantic-search

go 1.24

require github.com/hypermodeinc/modus/sdk/go v0.18.0

require (
	github.com/fatih/color v1.18.0 // indirect
	github.com/hashicorp/go-version v1.7.0 // indirect
	github.com/hypermodeinc/modus/lib/manifest v0.17.2 // indirect
	github.com/hypermodeinc/modus/lib/wasmextractor v0.13.0 // indirect
	github.com/mattn/go-colorable v0.1.13 // indirect
	github.com/mattn/go-isatty v0.0.20 // indirect
	github.com/rs/xid v1.6.0 // indirect
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.1 // indirect
	github.com/tidwall/gjson v1.18.0 // indirect
	github.com/tidwall/jsonc v0.3.2 // indirect
	github.com/tidwall/match v1.1.1 // indirect
	github.com/tidwall/pretty v1.2.1 // indirect
	github.com/tidwall/sjson v1.2.5 // indirect
	golang.org/x/mod v0.25.0 // indirect
	golang.org/x/sync v0.15.0 // indirect
	golang.org/x/sys v0.33.0 // indirect
	golang.org/x/text v0.24.0 // indirect
	golang.org/x/tools v0.34.0 // indirect
)

tool github.com/hypermodeinc/modus/sdk/go/tools/modus-go-build
