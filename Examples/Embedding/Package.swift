// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "curate",
  dependencies: [
    .package(name: "elixir-gpu", path: "../..")
  ],
  targets: [
    .executableTarget(
      name: "curate",
      dependencies: [.product(name: "Elixir", package: "elixir-gpu")])
  ]
)
