import ComputeBackend
import ConvolutionAlgorithms
import Foundation
import Support

/// Where a device's measured choices lie: `$XDG_CACHE_HOME/elixir-gpu/tuning-<device>.json`, by
/// default in `~/.cache`.
///
/// The file names the device and its driver; one of another driver is not used. Version 1, without
/// `version`, has no layout of kernels.
public struct TuningFile {
  public let url: URL
  private let device: DeviceDescription

  private static let version = 2

  private struct Contents: Codable {
    var version: Int?
    var device: String
    var driver: String
    var precision: Precision
    var convolutions: ConvolutionTable
    var layout: DeviceLayout?
  }

  /// What is read before the rest, which may have changed.
  private struct Header: Codable {
    var version: Int?
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

  /// What was measured, or `nil` if there is nothing for this device and driver.
  ///
  /// - Throws: `TuningFileError` if the file is damaged, of a later version, or others can write
  ///   to its folder.
  public func load() throws -> TuningMeasurements? {
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    let folder = url.deletingLastPathComponent().path
    guard Directory.isPrivate(FileName(folder)) else {
      throw TuningFileError.notPrivate(path: url.path, folder: folder)
    }
    let contents: Contents
    do {
      let data = Data(try RandomAccessFile.contents(url.path))
      let version = try JSONDecoder().decode(Header.self, from: data).version ?? 1
      guard version <= Self.version else {
        throw TuningFileError.laterVersion(
          path: url.path, version: version, known: Self.version)
      }
      contents = try JSONDecoder().decode(Contents.self, from: data)
    } catch let error as TuningFileError {
      throw error
    } catch {
      throw TuningFileError.damaged(path: url.path)
    }
    guard contents.device == device.name, contents.driver == device.driver,
      contents.precision == device.precision
    else { return nil }
    return TuningMeasurements(convolutions: contents.convolutions, layout: contents.layout)
  }

  /// Replaces the file, atomically.
  public func save(_ measurements: TuningMeasurements) throws {
    let contents = Contents(
      version: Self.version, device: device.name, driver: device.driver,
      precision: device.precision, convolutions: measurements.convolutions,
      layout: measurements.layout)
    do {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      try JSONText.write(contents, to: url.path)
    } catch FileError.unwritable(_, let reason) {
      throw TuningFileError.unwritable(path: url.path, reason: reason)
    } catch {
      throw TuningFileError.unwritable(path: url.path, reason: error.localizedDescription)
    }
  }

  /// Deletes the file if there is one.
  public func delete() throws {
    guard FileManager.default.fileExists(atPath: url.path) else { return }
    try FileManager.default.removeItem(at: url)
  }
}
