import ArgumentParser
import ComputeBackend
import Datasets
import Runs
import Support
import Training

/// Which victim a detector looks at, trained on the dataset unless it is given.
struct EvidenceArguments: ParsableArguments {
  @OptionGroup var victim: VictimArguments

  @Option(help: "Images that go through the victim at once; changes speed and memory only.")
  var batch = 256

  func validate() throws {
    if batch < 1 { throw ValidationError("--batch \(batch): use at least 1.") }
  }

  func options(seed: UInt64) -> VictimOptions { victim.options(seed: seed) }
}

/// The folder of an unfinished detection, `OUTPUT.partial`, made once a victim is to be trained.
final class EvidenceFolder {
  private let run: Run
  private let make: () throws -> RunFolder?
  /// nil if no victim was to be trained.
  private(set) var opened: RunFolder?

  init(
    _ detection: DetectionArguments, _ victim: EvidenceArguments?, of source: ImageDataset,
    backend: any ComputeBackend, in run: Run
  ) {
    self.run = run
    make = {
      guard let options = victim?.options(seed: detection.seed) else { return nil }
      var identity = try RunFolder.identity(of: options, backend: backend)
      identity["dataset"] = try source.fingerprint()
      for (name, path) in options.files {
        identity[name + " checksum"] = try SHA256.hexDigest(ofFile: path)
      }
      return try RunFolder(output: detection.output, identity: identity, force: detection.force)
    }
  }

  func open() throws -> RunFolder? {
    opened = try make()
    if let opened { try run.startRecording(in: opened) }
    return opened
  }

  /// Keeps the victim in `OUTPUT.run`, if one was trained, and the record.
  func finish() throws {
    try run.endRecording()
    try opened?.finish(keepsFiles: true)
  }
}
