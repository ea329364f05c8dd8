import ComputeBackend
import Datasets
import Devices
import Diffusion
import Evaluation
import Runs
import Support
import Training

/// A library's error for which the command line knows a remedy.
protocol AdvisedError: Error {
  /// What to do, in words of the command line; `nil` if the error says it all.
  var advice: String? { get }
}

extension BackendError: AdvisedError {
  var advice: String? {
    switch self {
    case .outOfMemory: "use a smaller --batch"
    case .unsuitableLayout: "elixir-gpu tune --reset forgets what was measured"
    case .kernelBuild, .kernelFile, .noDevice, .execution, .wrongResult: nil
    }
  }
}

extension TuningFileError: AdvisedError {
  var advice: String? {
    switch self {
    case .damaged, .laterVersion, .unsuitable:
      "run elixir-gpu tune again, or forget it by tune --reset"
    case .unwritable, .notPrivate: nil
    }
  }
}

extension FileError: AdvisedError {
  var advice: String? {
    if case .outputExists = self { "--force replaces it" } else { nil }
  }
}

extension DatasetError: AdvisedError {
  var advice: String? {
    switch self {
    case .sizesDiffer: "--size 32, for example"
    case .unknownFormat, .labelOutOfRange, .setAside, .missingLabels, .unknownClass, .empty,
      .singleClass:
      nil
    }
  }
}

extension RunError: AdvisedError {
  var advice: String? {
    switch self {
    case .other, .otherVersion: "--force replaces it"
    case .damaged, .fileSystem: nil
    }
  }
}

extension EvaluationError: AdvisedError {
  var advice: String? {
    if case .noMarkingNetwork = self { "give it as --marking-network" } else { nil }
  }
}

extension DiffusionError: AdvisedError {
  var advice: String? {
    if case .untrainedTimestep = self { "give fewer --noise-steps" } else { nil }
  }
}

extension TrainingError: AdvisedError {
  var advice: String? {
    switch self {
    case .outputExists: "--resume resumes it, --force replaces it"
    case .otherTraining: "leave out --resume to train anew"
    case .fewBlocks(_, let ranks): "give --blocks \(ranks), or a multiple"
    case .badState, .diverged, .images, .initialModel, .network, .noFolder, .ranksDiffer,
      .tooFewImages:
      nil
    }
  }
}
