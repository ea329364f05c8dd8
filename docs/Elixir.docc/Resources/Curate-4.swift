import Datasets
import Devices
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
      let report = try purify(arguments[0], by: method, to: arguments[2])
      print(report.conclusion)
    } catch {
      // It names the file, and what to do about it.
      print("curate: \(error)")
      exit(1)
    }
  }

  static func purify(
    _ path: String, by method: DataElixir, to output: String
  ) throws -> PurificationReport<DataElixir> {
    let dataset = try ImageDataset.open(path)
    print("\(dataset.count) images of \(dataset.classCount) classes")

    let device = try Devices.make("auto")
    var job = PurificationJob(dataset: dataset, purifier: method, on: device)
    var printer = ProgressPrinter()
    job.handler = { printer.show($0) }
    return try job.run(output: output)
  }
}
