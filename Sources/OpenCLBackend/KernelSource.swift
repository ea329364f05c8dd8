import CKernelSources
import ComputeBackend
import Foundation
import Support

/// Where kernel files are found, and how `#include` is resolved.
///
/// They come from the directory that the caller names, else from the one that `$ELIXIR_KERNELS`
/// names, else from the program itself, in which they are embedded. A named directory must hold
/// every file asked for. No other is looked into: kernels of another version that lie beside the
/// program would be given arguments that they do not expect.
package struct KernelSource: Sendable {
  private let named: String?

  package init(
    directory: String?,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    named = directory ?? environment["ELIXIR_KERNELS"].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The text of a file with its includes in place, each line traceable by `#line`.
  package func resolved(_ file: String) throws(BackendError) -> String {
    try resolved(file, above: [])
  }

  private func resolved(_ file: String, above: [String]) throws(BackendError) -> String {
    let (path, text) = try find(file)
    guard !above.contains(file) else {
      throw .kernelFile(path: path, reason: "includes itself")
    }
    var result = "#line 1 \"\(path)\"\n"
    var number = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      if line.hasPrefix("#include \""), let name = line.split(separator: "\"").dropFirst().first {
        result += try resolved(String(name), above: above + [file])
        result += "#line \(number + 1) \"\(path)\"\n"
      } else {
        result += line + "\n"
      }
    }
    return result
  }

  private func find(_ file: String) throws(BackendError) -> (path: String, text: String) {
    if let named {
      let path = named + "/" + file
      guard let data = try? RandomAccessFile.contents(path) else {
        throw .kernelFile(
          path: path, reason: "cannot be read; a kernel directory must hold every file of Kernels/")
      }
      return (path, String(decoding: data, as: UTF8.self))
    }
    guard let text = Self.embedded(file) else {
      throw .kernelFile(path: file, reason: "is not part of this program")
    }
    return (file, text)
  }

  private static func embedded(_ file: String) -> String? {
    var index: UInt = 0
    while let entry = elixirKernelFile(index) {
      if String(cString: entry.pointee.name) == file {
        let bytes = UnsafeBufferPointer(start: entry.pointee.bytes, count: Int(entry.pointee.count))
        return String(decoding: bytes, as: UTF8.self)
      }
      index += 1
    }
    return nil
  }
}
