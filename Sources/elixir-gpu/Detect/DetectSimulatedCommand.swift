import ArgumentParser
import Detection

/// `elixir-gpu detect simulated`: what reference data of some quality would be.
struct DetectSimulatedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulated",
    abstract: "Draws samples by the ground truth, to test what reference data are worth.",
    discussion: """
      Examples:
        elixir-gpu detect simulated poisoned --truth poisoned --simulated-precision 0.998 \
      --simulated-recall 0.1 --output reference.txt
      """)

  @OptionGroup var detection: DetectionArguments

  @Option(help: ArgumentHelp("The precision to reach.", valueName: "q"))
  var simulatedPrecision: Double

  @Option(help: ArgumentHelp("The recall to reach.", valueName: "r"))
  var simulatedRecall: Double

  func validate() throws {
    if detection.truth == nil { throw ValidationError("This method needs --truth.") }
  }

  func run() throws {
    try detection.run(
      SimulatedDetector(precision: simulatedPrecision, recall: simulatedRecall)
    ) { _ in
      "method: simulated, precision \(simulatedPrecision), recall \(simulatedRecall), "
        + "seed \(detection.seed)"
    }
  }
}
