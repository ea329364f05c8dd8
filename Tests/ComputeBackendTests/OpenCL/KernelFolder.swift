import Foundation
import OpenCLBackend
import Testing
import TestSupport

extension TemporaryFolder {
  /// A folder with the package's kernel files, to be changed.
  static func withKernels() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let package = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in
      url.deletingLastPathComponent()
    }
    let kernels = package.appendingPathComponent("Kernels")
    for name in try FileManager.default.contentsOfDirectory(atPath: kernels.path)
    where name.hasSuffix(".cl") || name.hasSuffix(".h") {
      try folder.write(
        [UInt8](Data(contentsOf: kernels.appendingPathComponent(name))), to: name)
    }
    return folder
  }

  /// Puts `text` in place of the first `pattern` of a file; returns the line where it begins.
  @discardableResult
  func replace(_ pattern: String, by text: String, in name: String) throws -> Int {
    let content = String(decoding: try read(name), as: UTF8.self)
    let range = try #require(content.range(of: pattern))
    try write(Array(content.replacingCharacters(in: range, with: text).utf8), to: name)
    return content[..<range.lowerBound].count { $0 == "\n" } + 1
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips a test where there is no OpenCL device.
  static var requiresOpenCL: Self {
    .enabled(if: !OpenCLBackend.devices().isEmpty, "no OpenCL device: install pocl-opencl-icd")
  }
}
