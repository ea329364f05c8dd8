import Datasets
import Support

extension Reader {
  static var datasets: [Reader] {
    [
      dataset("cifar", ["data_batch_1.bin", "batches.meta.txt"]),
      dataset("cifar-pickle", ["data_batch_1", "batches.meta"]),
      dataset("idx", ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"]),
      dataset("tar", ["shard.tar"], opens: "shard.tar"),
      dataset("zip", ["set.zip"], opens: "set.zip"),
      dataset("parquet", ["train.parquet"], opens: "train.parquet"),
      dataset("arrow", ["train.arrow"], opens: "train.arrow"),
      dataset("npz", ["set.npz"], opens: "set.npz"),
      dataset("npy", ["images.npy", "labels.npy"], opens: "images.npy"),
      dataset("toolbox", ["imgs", "labels"]),
      dataset("list", ["list.csv"], opens: "list.csv", withImages: true),
      dataset("metadata-csv", ["metadata.csv"], withImages: true),
      dataset("metadata-jsonl", ["metadata.jsonl"], withImages: true),
      dataset("coco", ["annotations.json"], opens: "annotations.json", withImages: true),
    ]
  }

  /// A dataset: opened, read, and copied with a changed sample.
  ///
  /// - Parameters:
  ///   - files: names for the parts of an input.
  ///   - name: the file that is opened; by default their folder.
  ///   - withImages: images `a/0.png` and so on lie beside them.
  private static func dataset(
    _ reader: String, _ files: [String], opens name: String? = nil, withImages: Bool = false
  ) -> Reader {
    Reader(name: reader) { input, workspace in
      let folder = try workspace.files(files, of: input)
      if withImages {
        for (name, bytes) in images {
          let path = FileName(folder) / FileName(name)
          try Directory.make(path.parent)
          try RandomAccessFile.write(bytes, to: path)
        }
      }
      var options = DatasetOptions()
      options.limits = ImageLimits(side: 512, decodedBytes: 1 << 20)
      options.sizeLimit = 32
      let dataset = try ImageDataset.open(
        name.map { folder + "/" + $0 } ?? folder, options: options)
      _ = try dataset.fingerprint()
      let last = dataset.count - 1
      var pixels = try dataset.images([0, last])
      pixels.removeLast(dataset.shape.byteCount)
      for index in pixels.indices { pixels[index] ^= 0x55 }
      let writer = try DatasetWriter(copying: dataset, to: workspace.copy)
      try writer.replace(0, image: pixels, label: Int32(dataset.classCount - 1))
      if last > 1 { try writer.remove([last]) }
      try writer.commit()
    }
  }

  /// Small images, by path.
  private static let images: [String: [UInt8]] = {
    let shape = ImageShape(height: 2, width: 2, channels: 3)
    var files: [String: [UInt8]] = [:]
    for (seed, name) in ["a/0.png", "a/1.png", "b/0.png", "c.png"].enumerated() {
      let pixels = (0..<12).map { UInt8($0 * 20 + seed) }
      files[name] = try? PNG.encode(RasterImage(shape: shape, pixels: pixels))
    }
    return files
  }()
}
