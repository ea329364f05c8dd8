import ArgumentParser
import Detection

/// `elixir-gpu detect knn`: samples that their neighbors agree with.
struct DetectNearestNeighborsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "knn",
    abstract: "Keeps samples whose label is the most frequent one among their nearest neighbors.",
    discussion: """
      Examples:
        elixir-gpu detect knn poisoned --features resnet18.safetensors --k 500 --truth poisoned \
      --evidence votes.csv --output reference.txt
      """)

  @OptionGroup var detection: DetectionArguments
  @OptionGroup var features: FeatureArguments

  @Option(help: "Neighbors that vote (default: the mean number of samples per class).")
  var k: Int?

  func run() throws {
    try detection.run(NearestNeighborDetector(k: k, selection: .agreeing), features: features) {
      "method: knn, k \(k ?? NearestNeighborDetector.samplesPerClass($0.labels))"
    }
  }
}

/// `elixir-gpu detect knn-kappa`: of each class the samples that most neighbors agree with.
struct DetectConfidentNeighborsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "knn-kappa",
    abstract: "Keeps the samples of each class with most nearest neighbors of their own label.",
    discussion: """
      Examples:
        elixir-gpu detect knn-kappa poisoned --kappa 100 --features resnet18.safetensors \
      --output reference.txt
      """)

  @OptionGroup var detection: DetectionArguments
  @OptionGroup var features: FeatureArguments

  @Option(help: "Neighbors that vote (default: the mean number of samples per class).")
  var k: Int?

  @Option(help: "Samples to list of each class.")
  var kappa: Int

  func run() throws {
    let detector = NearestNeighborDetector(k: k, selection: .mostConfident(perClass: kappa))
    try detection.run(detector, features: features) {
      "method: knn-kappa, k \(k ?? NearestNeighborDetector.samplesPerClass($0.labels)), "
        + "kappa \(kappa)"
    }
  }
}
