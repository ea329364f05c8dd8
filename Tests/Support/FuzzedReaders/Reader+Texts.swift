import Checkpoints
import Datasets
import Foundation
import Runs
import Support

extension Reader {
  static var texts: [Reader] {
    [
      Reader(name: "json") { input, _ in
        let value = try JSONValue.parse(input, path: "input")
        let text = value.serialized()
        // What was written is read as the same.
        let copy = try JSONValue.parse(Array(text.utf8), path: "copy").serialized()
        precondition(copy == text, "written and read, JSON is other JSON")
      },
      Reader(name: "csv") { input, workspace in
        let folder = try workspace.files(["table.csv"], of: input)
        _ = try CSVFile.read(folder + "/table.csv")
      },
      Reader(name: "samples") { input, workspace in
        let path = try smallDataset(workspace, "samples.txt", input)
        let dataset = try ImageDataset.open(path)
        for index in try SampleIndexFile.read(path + "/samples.txt", for: dataset) {
          precondition(dataset.labels.indices.contains(index))
        }
      },
      Reader(name: "ground-truth") { input, workspace in
        let path = try smallDataset(workspace, "poison-manifest.json", input)
        let dataset = try ImageDataset.open(path)
        _ = try GroundTruth.load(path, of: dataset).indices
      },
      Reader(name: "run") { input, workspace in
        let folder = try workspace.empty()
        try Directory.make(FileName(folder + "/out.partial"))
        try RandomAccessFile.write(input, to: FileName(folder + "/out.partial/run.json"))
        _ = try RunFolder(output: folder + "/out", identity: ["seed": "1"], force: false)
      },
    ]
  }

  /// The folder of a dataset of ten samples with a text beside it.
  private static func smallDataset(
    _ workspace: Workspace, _ name: String, _ text: [UInt8]
  ) throws -> String {
    let folder = try workspace.empty()
    let images = [0, 0, 8, 3, 0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 1] + (0..<10).map { UInt8($0) }
    let labels = [0, 0, 8, 1, 0, 0, 0, 10] + (0..<10).map { UInt8($0 % 3) }
    for (file, bytes) in [
      ("train-images-idx3-ubyte", images), ("train-labels-idx1-ubyte", labels), (name, text),
    ] {
      try RandomAccessFile.write(bytes, to: FileName(folder) / FileName(file))
    }
    return folder
  }
}
