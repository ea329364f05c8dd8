import Checkpoints
import Foundation
import Support

/// Where the parts of a denoiser lie: of a diffusers model in one folder, or under `unet/` and
/// `scheduler/`; of a network of OpenAI in a file of weights with a file of flags beside it.
public struct DenoiserFiles: Sendable {
  public enum Layout: Sendable {
    case diffusers
    /// improved-diffusion and guided-diffusion.
    case openAI
  }

  static let configurationName = "config.json"
  static let weightsStem = "diffusion_pytorch_model"
  static let weightsName = weightsStem + ".safetensors"
  static let schedulerName = "scheduler_config.json"

  public let layout: Layout
  /// `config.json`, or the flags.
  public let configuration: URL
  /// The file of weights, or the index of its shards.
  public let weights: URL
  /// `scheduler_config.json`, if there is one.
  public let scheduler: URL?

  /// Finds the files of a model's folder, which may be named by one of its files.
  ///
  /// - Throws: `FileError`, saying which file is missing.
  public init(_ url: URL) throws {
    let folder = Self.folder(of: url)
    guard Directory.kind(FileName(folder.path)) == .directory else {
      throw FileError.notFound(path: url.path)
    }
    let roots = [folder, folder.appendingPathComponent("unet")]
    guard let root = roots.first(where: { Self.exists($0, Self.configurationName) }) else {
      guard let flags = OpenAIFlags.file(in: folder) else {
        throw FileError.damaged(
          path: folder.path, reason: "no config.json there or in unet/",
          advice: "name a diffusers model folder, or put flags.txt beside a network of OpenAI")
      }
      layout = .openAI
      configuration = flags
      weights = folder == url ? try Self.openAIWeights(in: folder) : url
      scheduler = nil
      return
    }
    layout = .diffusers
    configuration = root.appendingPathComponent(Self.configurationName)
    weights = try Checkpoint.file(in: root, named: [Self.weightsStem])
    scheduler = [
      root, folder.appendingPathComponent("scheduler"),
      root.deletingLastPathComponent().appendingPathComponent("scheduler"),
    ].first { Self.exists($0, Self.schedulerName) }?.appendingPathComponent(Self.schedulerName)
  }

  /// What stands for a model that may be named by one of its files.
  ///
  /// It is the folder of a diffusers model, the file of a network of OpenAI.
  public static func location(of url: URL) -> URL {
    let folder = folder(of: url)
    let isDiffusers = exists(folder, configurationName) || !exists(folder, url.lastPathComponent)
    return isDiffusers || OpenAIFlags.file(in: folder) == nil ? folder : url
  }

  /// The model's folder, which may be named by one of its files.
  private static func folder(of url: URL) -> URL {
    Directory.kind(FileName(url.path)) == .file ? url.deletingLastPathComponent() : url
  }

  /// Every file that loading the model reads.
  public var all: [URL] {
    get throws {
      [configuration] + (try Checkpoint(weights).fileURLs) + (scheduler.map { [$0] } ?? [])
    }
  }

  /// The only file of weights, or the only averaged one (`ema_…`).
  private static func openAIWeights(in folder: URL) throws -> URL {
    let names = try Directory.entries(FileName(folder.path)).map(\.systemPath)
      .filter { ["pt", "pth"].contains(FileName($0).kind) }
    let averaged = names.filter { $0.hasPrefix("ema_") }
    let candidates = averaged.isEmpty ? names : averaged
    guard candidates.count == 1 else {
      throw FileError.damaged(
        path: folder.path,
        reason: candidates.isEmpty
          ? "flags, but no .pt file" : "several files: \(candidates.joined(separator: ", "))",
        advice: "name the file of weights")
    }
    return folder.appendingPathComponent(candidates[0])
  }

  private static func exists(_ folder: URL, _ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
  }
}
