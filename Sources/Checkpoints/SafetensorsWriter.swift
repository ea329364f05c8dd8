import Foundation
import Support

/// A tensor to be stored.
public struct StoredTensor: Sendable {
  public enum Elements: Sendable {
    case float32([Float])
    case int64([Int64])
  }

  public var shape: [Int]
  public var elements: Elements

  public init(_ values: [Float], shape: [Int]) {
    self.init(shape: shape, elements: .float32(values))
  }

  public init(int64 values: [Int64], shape: [Int]) {
    self.init(shape: shape, elements: .int64(values))
  }

  private init(shape: [Int], elements: Elements) {
    self.shape = shape
    self.elements = elements
    precondition(
      shape.reduce(1, *) == count, "StoredTensor: \(count) elements do not make shape \(shape)")
  }

  var count: Int {
    switch elements {
    case .float32(let values): values.count
    case .int64(let values): values.count
    }
  }

  var type: ElementType {
    switch elements {
    case .float32: .float32
    case .int64: .int64
    }
  }

  func withBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    switch elements {
    case .float32(let values): try values.withUnsafeBytes(body)
    case .int64(let values): try values.withUnsafeBytes(body)
    }
  }
}

extension SafetensorsFile {
  /// Writes tensors sorted by name, atomically, with the data aligned to 8 bytes.
  ///
  /// - Throws: `FileError.unwritable`.
  public static func write(
    _ tensors: [String: StoredTensor], metadata: [String: String] = [:], to url: URL
  ) throws {
    // Wider elements first keeps each tensor aligned; ties by name.
    let order = tensors.sorted {
      ($1.value.type.bits, $0.key) < ($0.value.type.bits, $1.key)
    }
    let header = headerText(order, metadata: metadata)
    let file = try AtomicFile(url.path)
    try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try file.write($0) }
    try header.withUnsafeBytes { try file.write($0) }
    for (_, tensor) in order { try tensor.withBytes { try file.write($0) } }
    try file.commit()
  }

  private static func headerText(
    _ order: [(key: String, value: StoredTensor)], metadata: [String: String]
  ) -> [UInt8] {
    var header = JSONObject()
    if !metadata.isEmpty {
      header["__metadata__"] = .object(
        JSONObject(metadata.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }
    var offset = 0
    for (name, tensor) in order {
      let end = offset + tensor.count * tensor.type.bits / 8
      header[name] = .object(
        JSONObject([
          ("dtype", .string(tensor.type.rawValue)),
          ("shape", .array(tensor.shape.map { .integer($0) })),
          ("data_offsets", .array([.integer(offset), .integer(end)])),
        ]))
      offset = end
    }
    var text = Array(JSONValue.object(header).serialized().utf8)
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    return text
  }
}
