import Checkpoints
import Foundation
import Support

/// The flags with which a diffusion network of OpenAI was trained, as its README states them: what
/// cannot be told from the tensors.
///
/// They lie beside the weights in `flags.txt`, as words of a command line
/// (`--num_heads 4 --noise_schedule cosine …`), in `flags.json` as an object, or in `meta.json`
/// under `flags`.
public struct OpenAIFlags: Sendable, Equatable {
  public enum NoiseScheduleName: String, Sendable, CaseIterable {
    case linear, cosine
  }

  /// Residual blocks of a level on the way down.
  public var residualBlocks: Int
  public var heads: Int
  /// On the way up.
  public var upHeads: Int
  /// Channels of an attention head; decides instead of the numbers of heads.
  public var headChannels: Int?
  /// Whether residual blocks change the resolution.
  public var resamplesInBlocks: Bool
  /// Whether queries, keys and values of all heads follow each other, not those of each head.
  public var hasNewAttentionOrder: Bool
  public var imageSize: Int
  public var diffusionSteps: Int
  public var noiseSchedule: NoiseScheduleName
  /// Whether the network is told time steps on a scale of 1000.
  public var rescalesTimesteps: Bool
  public var predictsImage: Bool
  /// Whether half of the outputs are about the variance.
  public var learnsVariance: Bool
  /// Whether the fixed variance is the smaller one.
  public var hasSmallVariance: Bool

  private static let fileNames = ["flags.json", "flags.txt", "meta.json"]

  /// The file of flags in a folder.
  static func file(in folder: URL) -> URL? {
    fileNames.map { folder.appendingPathComponent($0) }.first { url in
      guard Directory.kind(FileName(url.path)) == .file else { return false }
      // Others have a meta.json, too.
      return url.lastPathComponent != "meta.json" || (try? object(url)) != nil
    }
  }

  /// Reads a file of flags; those that say nothing about the network's results are ignored.
  ///
  /// - Throws: `CheckpointError` that names the flag.
  public init(_ url: URL) throws {
    let reader = ConfigurationReader(path: url.path, object: try Self.object(url))
    let steps = 1...100_000
    residualBlocks = try reader.required("num_res_blocks", in: 1...UNet2DConfiguration.mostLayers)
    heads = try reader.integer("num_heads", default: 4)
    let upHeads = try reader.integer("num_heads_upsample", default: -1, in: -1...Int(Int32.max))
    self.upHeads = upHeads == -1 ? heads : upHeads
    let headChannels = try reader.integer(
      "num_head_channels", default: -1, in: -1...UNet2DConfiguration.greatestWidth)
    guard self.upHeads > 0, headChannels != 0 else {
      throw reader.failure(
        headChannels == 0 ? "num_head_channels" : "num_heads_upsample",
        supported: "numbers above 0, or -1")
    }
    self.headChannels = headChannels == -1 ? nil : headChannels
    resamplesInBlocks = try reader.bool("resblock_updown", default: false)
    hasNewAttentionOrder = try reader.bool("use_new_attention_order", default: false)
    imageSize = try reader.required("image_size", in: 1...65_536)
    diffusionSteps = try reader.required("diffusion_steps", in: steps)
    noiseSchedule = try reader.choice("noise_schedule", default: .linear)
    // The two libraries have different defaults.
    guard reader.object["rescale_timesteps"] != nil else {
      throw reader.failure(
        "rescale_timesteps",
        supported: "true (the default of improved-diffusion), false (that of guided-diffusion)")
    }
    rescalesTimesteps = try reader.bool("rescale_timesteps", default: false)
    predictsImage = try reader.bool("predict_xstart", default: false)
    learnsVariance = try reader.bool("learn_sigma", default: false)
    hasSmallVariance = try reader.bool("sigma_small", default: false)
  }

  private static func object(_ url: URL) throws -> JSONObject {
    if url.pathExtension == "txt" { return try words(url) }
    guard case .object(var object) = try JSONValue.read(url) else {
      throw CheckpointError.invalidJSON(path: url.path, reason: "not a JSON object")
    }
    if url.lastPathComponent == "meta.json" {
      guard case .object(let flags)? = object["flags"] else {
        throw CheckpointError.invalidJSON(path: url.path, reason: "no flags")
      }
      object = flags
    }
    return object
  }

  /// `--name value` in turn, with whatever stands before, such as `MODEL_FLAGS=`.
  private static func words(_ url: URL) throws -> JSONObject {
    let text = String(decoding: try RandomAccessFile.contents(url.path), as: UTF8.self)
    var object = JSONObject()
    var name: String?
    for word in text.split(whereSeparator: { $0.isWhitespace || "\"'=\\".contains($0) }) {
      if word.hasPrefix("--") {
        name = String(word.dropFirst(2))
      } else if let flag = name {
        object[flag] = value(String(word))
        name = nil
      }
    }
    guard object.count > 0 else {
      throw CheckpointError.invalidJSON(
        path: url.path, reason: "no flags; write them as --num_heads 4 --noise_schedule cosine …")
    }
    return object
  }

  private static func value(_ word: String) -> JSONValue {
    switch word.lowercased() {
    case "true": .bool(true)
    case "false": .bool(false)
    default: Int(word).map { .integer($0) } ?? Double(word).map { .number($0) } ?? .string(word)
    }
  }
}

extension ConfigurationReader {
  fileprivate func required(_ field: String, in range: ClosedRange<Int>) throws -> Int {
    guard object[field] != nil else {
      throw failure(field, supported: "\(range.lowerBound) to \(range.upperBound), to be stated")
    }
    return try integer(field, default: 0, in: range)
  }
}
