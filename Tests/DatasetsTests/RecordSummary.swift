import Datasets
import Support

extension EncodedRecords {
  /// By record: its name, the name of its class, and the digest of its image file or the reason
  /// why there is none.
  func summary() throws -> [[String]] {
    try labels.indices.map { record in
      let name = labels[record] < 0 ? "-" : classNames[Int(labels[record])]
      let image =
        try problem(of: record)
        ?? String(SHA256.hexDigest(try contents(of: record, first: nil)).prefix(16))
      return [self.name(of: record).description, name, image]
    }
  }
}
