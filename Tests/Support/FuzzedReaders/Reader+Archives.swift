import Foundation
import Support

extension Reader {
  static var archives: [Reader] {
    [
      Reader(name: "gzip") { input, workspace in
        let folder = try workspace.files(["file.gz"], of: input)
        let file = try GzipFile.unpack(
          RandomAccessFile(FileName(folder + "/file.gz")), limit: { _ in 1 << 20 })
        precondition(file.size <= 1 << 20, "more than the limit")
      },
      Reader(name: "inflater") { input, _ in
        let inflater = try Inflater(.any)
        var (place, total) = (0, 0)
        var block = [UInt8](repeating: 0, count: 4096)
        while place < input.count && total < 1 << 20 {
          let step = try block.withUnsafeMutableBytes { output in
            try input.withUnsafeBytes {
              try inflater.inflate(UnsafeRawBufferPointer(rebasing: $0[place...]), into: output)
            }
          }
          if step.read == 0 && step.written == 0 { return }
          place += step.read
          total += step.written
        }
      },
      Reader(name: "numpy") { input, workspace in
        let folder = try workspace.files(["array.npy"], of: input)
        let array = try NumPyArray(contentsOf: folder + "/array.npy")
        precondition(array.values.count == array.shape.reduce(1, *))
      },
      Reader(name: "zip-directory") { input, workspace in
        let folder = try workspace.files(["file.zip"], of: input)
        _ = try ZipFile(folder + "/file.zip").members
      },
    ]
  }
}
