import ComputeBackend
import Foundation

/// Where a device's measured choices lie: `$XDG_CACHE_HOME/elixir-gpu/tuning-<device>.json`, by default
/// in `~/.cache`.
///
/// The file names the device and its driver; one of another driver is not used.
public struct TuningFile {
  public let url: URL
  private let device: DeviceDescription

  private struct Contents: Codable {
    var device: String
    var driver: String
    var precision: Precision
    var convolutions: ConvolutionTable
  }

  /// `nil` if there is no home folder for it.
  public init?(
    for device: DeviceDescription,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    func folder(_ name: String) -> URL? {
      environment[name].flatMap { $0.hasPrefix("/") ? URL(fileURLWithPath: $0) : nil }
    }
    guard
      let base = folder("XDG_CACHE_HOME") ?? folder("HOME")?.appendingPathComponent(".cache")
    else { return nil }
    let kind =
      device.identifier.prefix { $0 != ":" }
      + (device.precision == .float32 ? "" : "-\(device.precision.rawValue)")
    let name = device.name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    url = base.appendingPathComponent("elixir-gpu")
      .appendingPathComponent("tuning-\(kind)-\(String(name).prefix(100)).json")
    self.device = device
  }

  /// The table, or `nil` if there is none for this device and driver.
  ///
  /// - Throws: `TuningFileError` if the file is damaged.
  public func load() throws -> ConvolutionTable? {
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    do {
      let contents = try JSONDecoder().decode(Contents.self, from: Data(contentsOf: url))
      guard contents.device == device.name, contents.driver == device.driver,
        contents.precision == device.precision
      else { return nil }
      return contents.convolutions
    } catch {
      throw TuningFileError(path: url.path, problem: "is damaged; run elixir-gpu tune, or delete it")
    }
  }

  /// Replaces the file, atomically.
  public func save(_ table: ConvolutionTable) throws {
    let contents = Contents(
      device: device.name, driver: device.driver, precision: device.precision, convolutions: table)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      try encoder.encode(contents).write(to: url, options: .atomic)
    } catch {
      throw TuningFileError(path: url.path, problem: "cannot be written: \(error.localizedDescription)")
    }
  }

  /// Deletes the file if there is one.
  public func delete() throws {
    guard FileManager.default.fileExists(atPath: url.path) else { return }
    try FileManager.default.removeItem(at: url)
  }
}

/// A tuning file that cannot be used.
public struct TuningFileError: Error, Equatable, CustomStringConvertible {
  public let path: String
  public let problem: String
  public var description: String { "tuning file \(path) \(problem)" }
}
