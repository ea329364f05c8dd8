import Attacks
import ComputeBackend
import Datasets
import Runs

extension TrainingFolder {
  /// The folder of the unfinished run whose output a command writes.
  ///
  /// - Parameter identities: what trainings depend on besides the dataset, to go on only with the
  ///   same.
  convenience init(
    _ copy: PoisonArguments, of dataset: ImageDataset, in run: Run,
    _ identities: @escaping (any ComputeBackend) throws -> [[String: String]]
  ) {
    self.init { backend in
      var identity = try identities(backend).reduce(into: [:]) { $0.merge($1) { $1 } }
      identity["dataset"] = try dataset.fingerprint()
      let folder = try RunFolder(
        output: copy.destination.output, identity: identity, force: copy.destination.force)
      try run.startRecording(in: folder)
      if folder.isResumed { try run.note("Resuming the unfinished run in \(folder.url.path)") }
      return folder
    }
  }
}
