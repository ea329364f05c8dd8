import Datasets
import Foundation
import Support
import TestSupport
import Testing

/// Datasets written by other tools, with what those tools read: `../shared/formats/datasets`.
enum ContainerFixtures {
  static let url = Fixtures.shared.appendingPathComponent("formats/datasets")
  static var areAvailable: Bool { FileManager.default.fileExists(atPath: url.path) }

  static func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// A sample as a tool read it.
  struct Sample: Decodable {
    let key: String
    let label: Int32?
    let sha256: String?
    let error: String?
    /// 16-bit gray without Pillow's clipping.
    let high_byte: HighByte?
    let width: Int?
    let height: Int?

    struct HighByte: Decodable {
      let sha256: String
    }
  }

  /// `expected.json` of a fixture.
  static func expected(_ fixture: String) throws -> [String: Any] {
    let data = try Data(contentsOf: url.appendingPathComponent("\(fixture)/expected.json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// A list of samples in a part of a decoded JSON file.
  static func samples(_ value: Any?) throws -> [Sample] {
    let data = try JSONSerialization.data(withJSONObject: try #require(value))
    return try JSONDecoder().decode([Sample].self, from: data)
  }
}

extension Trait where Self == ConditionTrait {
  static var requiresContainerFixtures: Self {
    .enabled(if: ContainerFixtures.areAvailable, "../shared/formats is absent")
  }
}

/// Expects the samples of another tool, in its order; pixels of 8-bit PNG files are compared.
func expectSamples(
  _ records: any EncodedRecords, _ samples: [ContainerFixtures.Sample], prefix: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  try #require(records.labels.count == samples.count, sourceLocation: sourceLocation)
  for (record, sample) in samples.enumerated() {
    let name = records.name(of: record)
    #expect(name == FileName(prefix + sample.key), sourceLocation: sourceLocation)
    #expect(records.labels[record] == sample.label ?? -1, "\(name)", sourceLocation: sourceLocation)
    guard let digest = sample.high_byte?.sha256 ?? sample.sha256,
      records.problem(of: record) == nil
    else { continue }
    let bytes = try records.contents(of: record, first: nil)
    #expect(try records.contents(of: record, first: 7) == Array(bytes.prefix(7)))
    guard bytes.starts(with: [0x89, 0x50]),
      let image = try? PNG.decode(bytes, channels: 3)
    else { continue }
    #expect(SHA256.hexDigest(image.pixels) == digest, "\(name)", sourceLocation: sourceLocation)
  }
}

/// All files below a folder but hidden ones, with their bytes.
func filesBelow(_ path: String) throws -> [FileName: [UInt8]] {
  var files: [FileName: [UInt8]] = [:]
  func visit(_ folder: FileName, _ prefix: [UInt8]) throws {
    for entry in try Directory.entries(folder) where entry.bytes.first != UInt8(ascii: ".") {
      let name = prefix + entry.bytes
      switch Directory.kind(folder / entry) {
      case .directory: try visit(folder / entry, name + [UInt8(ascii: "/")])
      case .file: files[FileName(bytes: name)] = try RandomAccessFile.contents(folder / entry)
      default: break
      }
    }
  }
  try visit(FileName(path), [])
  return files
}

/// Writes a copy of a container with the changes that `body` makes.
@discardableResult
func writeCopy(
  of records: any EncodedRecords, to path: String, removing removed: Set<Int> = [],
  _ body: (any EncodedRecordWriter) throws -> Void = { _ in }
) throws -> [String] {
  try Directory.make(FileName(path))
  let writer = try records.makeWriter(in: FileName(path))
  try body(writer)
  return try writer.finish(removing: removed)
}
