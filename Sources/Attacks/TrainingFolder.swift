import ComputeBackend
import Foundation
import Runs

/// Where the states of an attack's trainings are kept, to go on from after an interruption.
///
/// The folder is made when the first training begins, so that a mistaken command leaves nothing.
public final class TrainingFolder {
  private let open: (any ComputeBackend) throws -> RunFolder
  private var opened: RunFolder?

  /// - Parameter open: opens the run's folder for trainings on a device.
  public init(_ open: @escaping (any ComputeBackend) throws -> RunFolder) { self.open = open }

  /// The state file of a training on a device.
  ///
  /// - Throws: `RunError`.
  public func stateFile(_ name: String, on backend: any ComputeBackend) throws -> URL {
    let folder = try opened ?? open(backend)
    opened = folder
    return folder.file(name + "-state.safetensors")
  }

  /// What the output is marked with, so that it is known as this run's; empty if nothing was
  /// trained.
  public var token: String { opened?.token ?? "" }

  /// Deletes the states, once what they were for is written; the run's record stays.
  public func finish() throws { try opened?.finishKeepingRecord() }
}
