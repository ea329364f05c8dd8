import Datasets
import Foundation
import Purification

/// Purifies a dataset, and says what was found.
@main
struct Curate {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard arguments.count == 3 else {
      print("usage: curate DATASET DENOISER OUTPUT")
      exit(64)
    }
    do {
      let method = DataElixir(denoiser: arguments[1])
      try purify(arguments[0], by: method, to: arguments[2])
    } catch {
      // It names the file, and what to do about it.
      print("curate: \(error)")
      exit(1)
    }
  }

  static func purify(
    _ path: String, by method: DataElixir, to output: String
  ) throws {
    let dataset = try ImageDataset.open(path)
    print("\(dataset.count) images of \(dataset.classCount) classes")
  }
}
