import ArgumentParser

/// `elixir-gpu detect`: which samples of a dataset can be trusted.
struct DetectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detect",
    abstract: "Lists samples that are most likely unmanipulated: reference data.",
    discussion: """
      With --truth, precision (the share of the listed samples that is unmanipulated) and recall \
      (the share of the unmanipulated samples that is listed) are printed for every method.

      Examples:
        elixir-gpu detect knn-kappa poisoned --kappa 100 --features resnet18.safetensors \
      --output reference.txt
        elixir-gpu detect simulated poisoned --truth poisoned --simulated-precision 0.998 \
      --simulated-recall 0.1 --output reference.txt
      """,
    subcommands: [
      DetectAllCommand.self,
      DetectNearestNeighborsCommand.self, DetectConfidentNeighborsCommand.self,
      DetectSimulatedCommand.self, DetectClassMeanDistanceCommand.self,
      DetectSpectralFilterCommand.self, DetectSpectralSignaturesCommand.self,
      DetectActivationClusteringCommand.self, DetectSpectreCommand.self, DetectScanCommand.self,
      DetectStripCommand.self, DetectSelfInfluenceCommand.self,
      DetectModelInversionCommand.self, DetectLossScanCommand.self, DetectFLARECommand.self,
      DetectAGPDCommand.self, DetectConfidentLearningCommand.self, DetectDuplicatesCommand.self,
      DetectPDAutoRCommand.self,
    ])
}
