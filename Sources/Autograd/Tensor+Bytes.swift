import ComputeBackend

/// Bytes on the device, four to an element.
public struct PackedBytes {
  let slice: BufferSlice
  /// Bytes.
  public let count: Int
  let backend: any ComputeBackend

  /// Copies bytes to the device.
  public init(_ bytes: some Collection<UInt8>, on backend: any ComputeBackend) {
    count = bytes.count
    self.backend = backend
    let elements = (count + 3) / 4
    slice = backend.makeBuffer(count: elements)[elements]
    var words = [Int32](repeating: 0, count: elements)
    words.withUnsafeMutableBytes { target in
      // At once where the bytes lie together: one by one they cost more than a small network.
      let isCopied: Void? = bytes.withContiguousStorageIfAvailable {
        target.copyMemory(from: UnsafeRawBufferPointer($0))
      }
      guard isCopied == nil else { return }
      for (place, byte) in bytes.enumerated() { target[place] = byte }
    }
    backend.upload(words, to: slice)
  }

  fileprivate init(slice: BufferSlice, count: Int, on backend: any ComputeBackend) {
    self.slice = slice
    self.count = count
    self.backend = backend
  }

  /// Waits for the device and returns the bytes.
  public func values() throws -> [UInt8] {
    let words = try backend.downloadInt32(slice)
    return words.withUnsafeBytes { Array($0.prefix(count)) }
  }

  /// A number for each byte, rounded on the host so that every device has the same ones.
  public func tensor(shape: [Int], _ value: (UInt8) -> Float = { Float($0) }) -> Tensor {
    precondition(
      shape.elementCount == count, "PackedBytes.tensor: \(count) bytes for shape \(shape)")
    let table = Tensor((0...255).map { value($0) }, shape: [256], on: backend)
    let result = Tensor.empty(shape, on: backend)
    backend.unpackBytes(slice, table: table.slice, into: result.slice)
    return result
  }
}

extension Tensor {
  /// A number for each byte of images, converted on the device.
  public init(
    bytes: some Collection<UInt8>, shape: [Int], on backend: any ComputeBackend,
    _ value: (UInt8) -> Float = { Float($0) }
  ) {
    self = PackedBytes(bytes, on: backend).tensor(shape: shape, value)
  }

  /// The elements cut to whole numbers in 0 … 255; does not wait for the device.
  public func packedBytes() -> PackedBytes {
    let elements = (count + 3) / 4
    let packed = PackedBytes(
      slice: backend.makeBuffer(count: elements)[elements], count: count, on: backend)
    backend.packBytes(slice, into: packed.slice)
    return packed
  }
}
