// swift-tools-version: 6.1
import PackageDescription

/// Targets are listed bottom-up: a target depends only on targets above it in this file, and names
/// all that it imports; otherwise it would not be built again when one of them changes.
let package = Package(
  name: "elixir-gpu",
  products: [
    .executable(name: "elixir-gpu", targets: ["elixir-gpu"]),
    .library(
      name: "Elixir",
      targets: [
        "Support", "LinearAlgebra", "Pickles", "ComputeBackend", "ConvolutionAlgorithms",
        "Devices", "Communication", "Autograd", "NeuralNet", "Checkpoints", "Models", "Critic",
        "Datasets", "Diffusion",
        "Training", "Attacks", "Tracing", "Runs", "RunStores", "Reports", "Sifting", "Restoration",
        "Detection",
        "Purification", "Accumulation", "Review", "Service", "Evaluation", "Benchmarking",
      ]),
    // For Tests/Fuzzing.
    .library(name: "FuzzedReaders", targets: ["FuzzedReaders"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: [
    // System libraries and C.
    .systemLibrary(name: "COpenCL", pkgConfig: "OpenCL", providers: [.apt(["ocl-icd-opencl-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CCompression",
      providers: [.apt(["libsnappy-dev", "libzstd-dev", "liblz4-dev", "libbrotli-dev"])]),
    .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
    .systemLibrary(name: "CTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"])]),
    .systemLibrary(
      name: "CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
    .target(name: "CMicroKernels", linkerSettings: [.linkedLibrary("m")]),
    .target(name: "CKernelSources"),
    .target(
      name: "CImageFiles", dependencies: ["CPNG", "CJPEG", "CTIFF"],
      linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("tiff")]),
    .target(name: "CService", dependencies: ["CMicroHTTPD"]),
    .target(name: "CMPI", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CBundledDenoiser", exclude: ["README.md", "model"]),

    // Files, hashes, texts and numbers, for all.
    .target(name: "Support", dependencies: ["CMalloc", "CZlib"]),
    .target(name: "LinearAlgebra", dependencies: ["COpenBLAS"]),
    .target(name: "Pickles", dependencies: ["Support"]),

    // Devices.
    .target(name: "ComputeBackend"),
    .target(name: "ConvolutionAlgorithms", dependencies: ["ComputeBackend"]),
    .target(
      name: "CPUBackend",
      dependencies: ["ComputeBackend", "ConvolutionAlgorithms", "COpenBLAS", "CMicroKernels"]),
    .target(
      name: "OpenCLBackend",
      dependencies: [
        "Support", "ComputeBackend", "ConvolutionAlgorithms", "COpenCL", "CKernelSources",
      ]),
    .target(
      name: "Devices",
      dependencies: [
        "Support", "ComputeBackend", "ConvolutionAlgorithms", "CPUBackend", "OpenCLBackend",
      ]),

    // Processes that work together.
    .target(name: "Communication", dependencies: ["ComputeBackend", "CMPI"]),

    // Networks.
    .target(name: "Autograd", dependencies: ["ComputeBackend"], exclude: ["README.md"]),
    .target(name: "NeuralNet", dependencies: ["ComputeBackend", "Autograd"]),
    .target(name: "Checkpoints", dependencies: ["Support", "Pickles"]),
    .target(
      name: "Models",
      dependencies: [
        "Support", "ComputeBackend", "Autograd", "NeuralNet", "Checkpoints",
      ]),
    .target(
      name: "Critic",
      dependencies: [
        "ComputeBackend", "Autograd", "NeuralNet", "Checkpoints",
      ]),

    // Data and algorithms.
    .target(
      name: "Datasets",
      dependencies: [
        "Support", "Pickles", "ComputeBackend", "Checkpoints", "CImageFiles", "CWebP", "CZlib",
        "CCompression",
      ],
      exclude: ["README.md"]),
    .target(
      name: "Diffusion",
      dependencies: [
        "Support", "ComputeBackend", "Autograd", "Checkpoints", "Models",
      ]),
    .target(name: "Runs", dependencies: ["Support", "ComputeBackend"]),
    .target(
      name: "RunStores",
      dependencies: ["Support", "Runs", .product(name: "GRDB", package: "GRDB.swift")]),
    .target(
      name: "Training",
      dependencies: [
        "Support", "ComputeBackend", "Communication", "Autograd", "NeuralNet", "Checkpoints",
        "Models", "Datasets", "Diffusion", "Runs",
      ]),
    .target(
      name: "Attacks",
      dependencies: [
        "Support", "ComputeBackend", "Autograd", "NeuralNet", "Checkpoints", "Models", "Datasets",
        "Training", "Runs",
      ]),
    .target(
      name: "Tracing",
      dependencies: [
        "Support", "LinearAlgebra", "ComputeBackend", "Autograd", "Models", "Datasets", "Training",
        "Runs",
      ]),
    .target(name: "Reports", dependencies: ["Support", "Runs"]),
    .target(
      name: "Sifting",
      dependencies: [
        "Support", "ComputeBackend", "Autograd", "NeuralNet", "Checkpoints", "Models", "Datasets",
        "Training", "Runs", "Reports",
      ]),
    .target(
      name: "Restoration",
      dependencies: [
        "Support", "ComputeBackend", "Autograd", "NeuralNet", "Checkpoints", "Models", "Datasets",
        "Training",
      ]),
    .target(
      name: "Detection",
      dependencies: [
        "Support", "LinearAlgebra", "ComputeBackend", "Autograd", "NeuralNet", "Checkpoints",
        "Models", "Datasets", "Training", "Runs", "Reports", "Sifting",
      ]),
    .target(
      name: "Purification",
      dependencies: [
        "Support", "LinearAlgebra", "ComputeBackend", "Autograd", "NeuralNet", "Checkpoints",
        "Models", "Critic", "Datasets", "Diffusion", "Training", "Runs", "Reports", "Sifting",
        "Restoration", "Detection", "Communication",
      ],
      exclude: ["README.md", "DataElixir/Evidence/README.md"]),
    .target(
      name: "Review",
      dependencies: [
        "Support", "Datasets", "Runs", "RunStores", "Reports", "Purification",
        .product(name: "FlyingFox", package: "FlyingFox"),
      ]),
    .target(
      name: "Service", dependencies: ["Support", "Runs", "CMicroHTTPD", "CService"],
      exclude: ["README.md"]),
    .target(
      name: "Accumulation",
      dependencies: ["Support", "ComputeBackend", "Datasets", "Runs", "Purification"]),
    .target(
      name: "Evaluation",
      dependencies: [
        "Support", "ComputeBackend", "Models", "Datasets", "Training", "Runs", "Reports", "Attacks",
        "Tracing", "Detection",
      ]),
    .target(
      name: "Benchmarking",
      dependencies: [
        "ComputeBackend", "Autograd", "NeuralNet", "Models", "Critic", "Datasets", "Diffusion",
        "Restoration",
      ]),
    .executableTarget(
      name: "elixir-gpu",
      dependencies: [
        "CBundledDenoiser", "Support", "ComputeBackend", "ConvolutionAlgorithms", "Devices",
        "Autograd", "Checkpoints", "Models", "Critic", "Datasets", "Diffusion", "Training",
        "Attacks", "Tracing", "Runs", "RunStores", "Sifting", "Restoration", "Detection",
        "Purification", "Accumulation", "Review", "Service", "Communication",
        "Evaluation", "Benchmarking",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Yams", package: "Yams"),
      ]),

    // Tests mirror Sources; the Double reference backend and fixture access are shared support.
    .target(
      name: "ReferenceBackend", dependencies: ["ComputeBackend"],
      path: "Tests/Support/ReferenceBackend"),
    .target(
      name: "TestSupport", dependencies: ["ComputeBackend", "Devices", "Communication"],
      path: "Tests/Support/TestSupport"),
    .target(
      name: "NetworkSupport", dependencies: ["ComputeBackend", "Autograd", "NeuralNet"],
      path: "Tests/Support/NetworkSupport"),
    .target(
      name: "FuzzedReaders",
      dependencies: [
        "Support", "Pickles", "ComputeBackend", "ConvolutionAlgorithms", "OpenCLBackend", "Devices",
        "Checkpoints", "Models", "Diffusion", "Datasets", "Runs", "RunStores",
      ],
      path: "Tests/Support/FuzzedReaders"),
  ]
)

/// Test targets by the module each one mirrors.
let tests: [String: [Target.Dependency]] = [
  "Support": ["Support"],
  "LinearAlgebra": ["LinearAlgebra"],
  "ComputeBackend": [
    "ComputeBackend", "ConvolutionAlgorithms", "CPUBackend", "OpenCLBackend", "Devices",
    "Checkpoints", "ReferenceBackend",
  ],
  "Communication": ["ComputeBackend", "Communication"],
  "Autograd": ["ComputeBackend", "Devices", "Autograd", "ReferenceBackend"],
  "NeuralNet": [
    "ComputeBackend", "Devices", "Autograd", "NeuralNet", "Checkpoints", "ReferenceBackend",
  ],
  "Pickles": ["Support", "Pickles"],
  "Checkpoints": ["Support", "Checkpoints"],
  "Models": [
    "ComputeBackend", "Autograd", "NeuralNet", "Checkpoints", "Models", "NetworkSupport",
  ],
  "Critic": [
    "ComputeBackend", "OpenCLBackend", "Autograd", "NeuralNet", "Critic", "ReferenceBackend",
  ],
  "Datasets": ["Support", "Pickles", "ComputeBackend", "Datasets"],
  "Attacks": [
    "Support", "ComputeBackend", "Devices", "Autograd", "NeuralNet", "Checkpoints", "Models",
    "Datasets", "Training", "Runs", "Attacks", "ReferenceBackend",
  ],
  "Diffusion": [
    "ComputeBackend", "OpenCLBackend", "Devices", "Autograd", "Checkpoints", "Models",
    "Diffusion", "ReferenceBackend",
  ],
  "Training": [
    "ComputeBackend", "Communication", "Devices", "Autograd", "NeuralNet", "Checkpoints", "Models",
    "Datasets", "Diffusion", "Training",
  ],
  "Tracing": ["ComputeBackend", "Devices", "Autograd", "Models", "Datasets", "Runs", "Tracing"],
  "Runs": ["Support", "ComputeBackend", "Devices", "Runs"],
  "RunStores": [
    "Support", "Runs", "RunStores", .product(name: "GRDB", package: "GRDB.swift"),
  ],
  "Reports": ["Support", "Runs", "Reports"],
  "Sifting": [
    "Support", "ComputeBackend", "Devices", "Autograd", "NeuralNet", "Models", "Datasets",
    "Training", "Runs", "Sifting",
  ],
  "Restoration": [
    "ComputeBackend", "Devices", "Autograd", "NeuralNet", "Checkpoints", "Datasets", "Training",
    "Restoration", "NetworkSupport",
  ],
  "Detection": [
    "LinearAlgebra", "ComputeBackend", "Devices", "Autograd", "NeuralNet", "Models", "Datasets",
    "Training", "Runs", "Sifting", "Detection",
  ],
  "Purification": [
    "Support", "ComputeBackend", "Devices", "Autograd", "NeuralNet", "Checkpoints", "Models",
    "Critic", "Datasets", "Diffusion", "Training", "Runs", "Restoration", "Detection",
    "Purification", "Communication",
  ],
  "Accumulation": [
    "Support", "Devices", "Datasets", "Runs", "Purification", "Accumulation",
  ],
  "Review": [
    "Support", "Devices", "Datasets", "Runs", "RunStores", "Purification", "Review",
  ],
  "Service": ["Support", "Runs", "Service"],
  "Evaluation": [
    "Support", "Devices", "Models", "Datasets", "Training", "Runs", "Attacks", "Tracing",
    "Detection", "Evaluation",
  ],
  "Benchmarking": ["ComputeBackend", "Benchmarking"],
  "FuzzedReaders": ["Support", "ComputeBackend", "FuzzedReaders"],
  "Command": ["Support", "ComputeBackend", "Datasets", "Models", "Attacks"],
]
for (module, dependencies) in tests.sorted(by: { $0.key < $1.key }) {
  package.targets.append(
    .testTarget(name: "\(module)Tests", dependencies: dependencies + ["TestSupport"]))
}

for target in package.targets where target.type != .system {
  target.swiftSettings = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
  ]
  // Tests spend their time in what they test; the optimizer would take a third of building them.
  if target.type == .test { target.swiftSettings?.append(.unsafeFlags(["-Onone"])) }
}
