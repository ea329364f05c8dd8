import Foundation
import Support

/// The images of a dataset as networks see them, decoded once and kept in a file without a name,
/// so that training reads bytes and never waits for a decoder, and memory does not grow.
final class DecodedImages: Sendable {
  private let file: RandomAccessFile
  private let size: Int

  /// - Parameter size: bytes of an image.
  init(size: Int) throws {
    let folder = FileManager.default.temporaryDirectory.path
    let path = FileName(folder) / FileName("elixir-gpu-\(UUID().uuidString)")
    file = try RandomAccessFile(path, .create)
    Directory.delete(path)
    self.size = size
  }

  func write(_ pixels: [UInt8], at record: Int) throws {
    try file.write(pixels, at: record * size)
  }

  func read(_ record: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    try file.read(at: record * size, into: UnsafeMutableRawBufferPointer(pixels))
  }
}
