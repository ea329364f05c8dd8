import Datasets
import Foundation

/// Purifies a dataset, and says what was found.
@main
struct Curate {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard arguments.count == 1 else {
      print("usage: curate DATASET")
      exit(64)
    }
    do {
      try purify(arguments[0])
    } catch {
      // It names the file, and what to do about it.
      print("curate: \(error)")
      exit(1)
    }
  }

  static func purify(_ path: String) throws {
    let dataset = try ImageDataset.open(path)
    print("\(dataset.count) images of \(dataset.classCount) classes")
  }
}
