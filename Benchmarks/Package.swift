// swift-tools-version: 6.1
import PackageDescription

/// Baselines of speed, to find regressions; see README.md.
///
/// A package of its own, so that the engine does not depend on what measures it.
let package = Package(
  name: "elixir-gpu-benchmarks",
  dependencies: [
    .package(name: "elixir-gpu", path: ".."),
    // Without its counters of allocations, which read 0 here.
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "Regressions",
      dependencies: [
        .product(name: "Elixir", package: "elixir-gpu"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Regressions",
      swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")],
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
  ]
)
