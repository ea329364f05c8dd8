import ComputeBackend
import ConvolutionAlgorithms
import Devices
import Foundation
import OpenCLBackend
import RunStores
import Runs
import Support

/// What the program wrote for itself, and somebody else may have changed.
extension Reader {
  static var caches: [Reader] {
    [
      Reader(name: "tuning", seed: tuningSeed) { input, workspace in
        let file = try tuningFile(workspace)
        try RandomAccessFile.write(input, to: FileName(file.url.path))
        _ = try file.load()
      },
      Reader(name: "program-cache", seed: { _ in programSeed }) { input, workspace in
        let folder = try cacheFolder(workspace)
        try RandomAccessFile.write(input, to: FileName(folder + "/\(programKey).bin"))
        let cache = ProgramCache(environment: [
          "XDG_CACHE_HOME": (folder as NSString).deletingLastPathComponent
        ])
        let binary = cache.load(programKey)
        precondition(
          binary == nil || binary.map { input.suffix($0.count).elementsEqual($0) } == true)
      },
      Reader(name: "kernels") { input, workspace in
        let folder = try workspace.files(["a.cl", "b.h", "c.h"], of: input)
        _ = try KernelSource(directory: folder, environment: [:]).resolved("a.cl")
      },
      Reader(name: "run-store", seed: storeSeed) { input, workspace in
        let folder = try workspace.files([RunStore.fileName], of: input)
        for access in [RunStore.Access.reading, .review] {
          let store = try RunStore(of: folder, access)
          for view in RunView.allCases {
            let count = try store.columns(of: view).count
            try store.forEachRow(of: view) { precondition($0.count == count) }
          }
          _ = try (store.samples(), store.scores(), store.targets(), store.facts())
          _ = try (store.phases(), store.events(), store.processes(), store.standingDecisions())
          if case .review = access {
            _ = try store.decide(.accept, samples: [0])
            _ = try store.undo()
          }
          try store.close()
        }
      },
    ]
  }

  /// A private folder of caches, in a base of its own.
  private static func cacheFolder(_ workspace: Workspace) throws -> String {
    let folder = FileName(try workspace.empty()) / FileName("elixir-gpu")
    try Directory.make(folder, mode: 0o700)
    return folder.systemPath
  }

  private static func tuningFile(_ workspace: Workspace) throws -> TuningFile {
    let base = (try cacheFolder(workspace) as NSString).deletingLastPathComponent
    let device = DeviceDescription(
      identifier: "cpu", name: "processor", driver: "1", units: 1, memory: 1)
    guard let file = TuningFile(for: device, environment: ["XDG_CACHE_HOME": base]) else {
      preconditionFailure("there is a folder for it")
    }
    return file
  }

  private static func tuningSeed(_ workspace: Workspace) throws -> [UInt8] {
    let file = try tuningFile(workspace)
    try file.save(TuningMeasurements())
    return try RandomAccessFile.contents(file.url.path)
  }

  private static let programKey = String(repeating: "0", count: 64)

  private static let programSeed: [UInt8] = {
    let binary: [UInt8] = [127, 69, 76, 70]
    let checksum = SHA256.hexDigest(Array(programKey.utf8) + binary)
    return Array("elixir-gpu program 2\n\(checksum)\n".utf8) + binary
  }()

  private static func storeSeed(_ workspace: Workspace) throws -> [UInt8] {
    let path = try workspace.empty() + "/" + RunStore.fileName
    let store = try RunStore(path, .run(RunOrigin(commandLine: "purify", version: "1")))
    try store.record(classes: ["cat", "dog"])
    try store.record([RunFact(.run, "outcome", "purified")])
    try store.record([
      SampleRecord(sample: 0, name: "a/0.png", oldLabel: 0, newLabel: 1, purifiedName: "b/0.png")
    ])
    try store.close()
    return try RandomAccessFile.contents(path)
  }
}
