import Communication
import ComputeBackend
import Datasets
import Diffusion
import Foundation
import Models
import Runs
import Support

/// What ranks other than 0 do in a run of DataElixir: answer.
struct RankServer {
  let options: DataElixir
  let dataset: ImageDataset
  let devices: DevicePool
  let run: Run
  let part: RankPart

  func answer(_ request: DataElixirRequest) throws -> DataElixirAnswer {
    do {
      switch request {
      case .join(let identity): try join(identity)
      case .denoiser(let files): try Self.reading(files) { try takeDenoiser($0) }
      case .victim(let file): try takeVictim(file)
      case .look, .candidates, .round, .grafts:
        // The handler throws where this rank is to stop.
        return try part.answer(request) { _ in try run.status("candidates", "") }
      }
      return .ready
    } catch let error as BackendError where error.isOutOfMemory {
      // Rank 0 asks again, for less at once.
      for backend in devices.backends {
        _ = try? backend.synchronize()
        backend.pool.trim()
      }
      throw error
    }
  }

  private func join(_ identity: [String: String]) throws {
    let own = try options.rankIdentity(dataset, on: devices)
    let names = Set(identity.keys).union(own.keys).sorted()
    if let name = names.first(where: { identity[$0] != own[$0] }) {
      throw PurificationError.unlikeRank(
        "\(name): \(own[name] ?? "none"), there \(identity[name] ?? "none")")
    }
    _ = try DataElixirRun.checkedDenoiser(options, for: dataset, on: devices.first)
    if let path = options.denoiser { try takeDenoiser(URL(fileURLWithPath: path)) }
  }

  private func takeDenoiser(_ folder: URL) throws {
    part.take(
      CandidateNetworks(
        options: options, shape: dataset.shape, devices: devices,
        denoisers: try DataElixirRun.load(folder, on: devices.backends)))
  }

  private func takeVictim(_ file: Data?) throws {
    func take(_ url: URL) throws {
      part.take(
        try ClassifierLabels(
          try ClassifierFile.load(url, on: devices.first), shape: dataset.shape, on: devices))
    }
    guard let file else { return try take(URL(fileURLWithPath: options.victim.model ?? "")) }
    let name = "victim.safetensors"
    try Self.reading([name: file]) { try take($0.appendingPathComponent(name)) }
  }

  /// Puts files into a folder for as long as they are read.
  private static func reading(_ files: [String: Data], _ body: (URL) throws -> Void) throws {
    let name = "elixir-gpu-rank-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(name)
    try Directory.make(FileName(folder.path), mode: 0o700)
    defer { Directory.delete(FileName(folder.path)) }
    for (name, bytes) in files {
      try RandomAccessFile.write(
        Array(bytes), to: FileName(folder.appendingPathComponent(name).path))
    }
    try body(folder)
  }
}
