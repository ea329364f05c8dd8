import ArgumentParser
import Datasets
import Detection
import Purification
import Runs

/// Which samples of the dataset a detector may take for clean.
struct CleanSampleArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Samples that are clean: a list that 'detect' or 'sift' wrote, or a detector such as dcm:100.",
      valueName: "list"))
  var reference: String?

  func validate() throws {
    guard let reference else { return }
    switch ReferenceSource(reference) {
    case .list, .detector: break
    case .dataset, nil:
      throw ValidationError(
        "--reference \(reference): give a list of samples (.txt), or a detector and how many "
          + "samples of each class, such as dcm:100.")
    }
  }

  /// How the method was set, for a list's remarks.
  var settings: [String] { reference.map { ["reference \($0)"] } ?? [] }

  /// The clean samples, ascending; nil if none are given.
  ///
  /// - Parameter input: what a detector works with that shall find them.
  func samples(_ input: DetectionInput, _ run: Run) throws -> [Int]? {
    switch reference.flatMap({ ReferenceSource($0) }) {
    case .list(let path): try SampleIndexFile.read(path, for: input.dataset)
    case .detector(let text): try Detectors.named(text)??.scores(input, run).trusted
    case .dataset, nil: nil
    }
  }
}
