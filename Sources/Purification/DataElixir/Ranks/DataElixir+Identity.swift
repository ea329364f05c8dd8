import ComputeBackend
import Datasets
import Models
import Runs
import Support

extension DataElixir {
  /// What must be equal on all ranks: all that the result depends on, but of the images their
  /// labels only, lest every rank read them all before it begins.
  func rankIdentity(
    _ dataset: ImageDataset, on devices: DevicePool
  ) throws -> [String: String] {
    var all = try RunFolder.identity(of: self, on: devices)
    var labels = ByteWriter()
    for label in dataset.labels { labels.append(label) }
    all["samples"] = "\(dataset.count) of \(dataset.shape)"
    all["labels"] = SHA256.hexDigest(labels.bytes)
    for (name, path) in files {
      all[name + " checksum"] = try ModelFiles.checksum(path) ?? ""
    }
    return all
  }
}
