import CImageFiles
import Foundation

/// The quantized coefficients of a JPEG file, to be changed and written in the same coding.
final class JPEGCoefficients {
  let colorSpace: ElixirJPEGColorSpace
  let components: [ElixirJPEGComponent]
  private let file: OpaquePointer

  init(_ bytes: [UInt8], allowsTruncation: Bool) throws {
    // What it reads is copied, so that the bytes need not stay.
    let file = try ImageFailure.value(JPEG.name) {
      elixirOpenJPEG(bytes, bytes.count, allowsTruncation, $0)
    }
    self.file = file
    var space = elixirGray
    var layouts: [ElixirJPEGComponent] = []
    for index in 0..<elixirJPEGComponentCount(file) {
      var layout = ElixirJPEGComponent()
      if elixirJPEGComponentLayout(file, index, &layout) { layouts.append(layout) }
    }
    components = layouts
    let isKnown = elixirJPEGColorSpace(file, &space)
    colorSpace = space
    guard isKnown, layouts.count == elixirJPEGComponentCount(file) else {
      throw ImageFailure(reason: "the JPEG data are corrupt (components without pixels)")
    }
  }

  deinit { elixirCloseJPEG(file) }

  /// Calls `body` with the coefficients of a row of blocks, 64 each.
  func changeBlocks(
    component: Int, row: Int, _ body: (UnsafeMutableBufferPointer<Int16>) -> Void
  ) throws {
    let blocks = try ImageFailure.value(JPEG.name) {
      elixirJPEGBlocks(file, Int32(component), Int32(row), $0)
    }
    let count = 64 * Int(components[component].blockColumns)
    body(UnsafeMutableBufferPointer(start: blocks, count: count))
  }

  /// A file of the coefficients, with these scans if libjpeg can write them, else with its usual
  /// ones.
  func encoded(_ script: JPEGScript) throws -> [UInt8] {
    do {
      return try write(script, script.scans)
    } catch  where elixirJPEGIsProgressive(file) {
      return try write(script, [])
    }
  }

  private func write(_ script: JPEGScript, _ scans: [ElixirJPEGScan]) throws -> [UInt8] {
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    defer { free(bytes) }
    try scans.withUnsafeBufferPointer { scans in
      var control = ElixirJPEGScript(
        scans: scans.baseAddress, scanCount: Int32(scans.count),
        restartInterval: Int32(script.restartInterval), restartRows: Int32(script.restartRows))
      try ImageFailure.check(JPEG.name) {
        elixirWriteJPEG(file, &control, &bytes, &count, $0)
      }
    }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }
}
