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

/// What a header says of a tensor.
struct TensorDescription {
  var name: String
  var type: ElementType
  var shape: [Int]

  var byteCount: Int { shape.reduce(1, *) * type.bits / 8 }
}

extension SafetensorsFile {
  /// Writes tensors sorted by name, atomically, with the data aligned to 8 bytes.
  ///
  /// - Throws: `FileError.unwritable`.
  public static func write(
    _ tensors: [String: StoredTensor], metadata: [String: String] = [:], to url: URL
  ) throws {
    let descriptions = tensors.map {
      TensorDescription(name: $0.key, type: $0.value.type, shape: $0.value.shape)
    }
    try write(descriptions, metadata: metadata, to: url) { description, file in
      try tensors[description.name]?.withBytes { try file.write($0) }
    }
  }

  /// Writes tensors one after the other; `body` writes the bytes of each.
  static func write(
    _ tensors: [TensorDescription], metadata: [String: String], to url: URL,
    _ body: (TensorDescription, borrowing AtomicFile) throws -> Void
  ) throws {
    // Wider elements first keeps each tensor aligned; ties by name.
    let order = tensors.sorted { ($1.type.bits, $0.name) < ($0.type.bits, $1.name) }
    let header = headerText(order, metadata: metadata)
    let file = try AtomicFile(url.path)
    try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try file.write($0) }
    try header.withUnsafeBytes { try file.write($0) }
    for tensor in order { try body(tensor, file) }
    try file.commit()
  }

  private static func headerText(
    _ order: [TensorDescription], metadata: [String: String]
  ) -> [UInt8] {
    var header = JSONObject()
    if !metadata.isEmpty {
      header["__metadata__"] = .object(
        JSONObject(metadata.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }
    var offset = 0
    for tensor in order {
      let end = offset + tensor.byteCount
      header[tensor.name] = .object(
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
