elixir-gpu demo --output demo-output
swift build -c release
.build/release/curate demo-output/poisoned
