import Datasets
import Models

/// Names a network's weights by 16 hexadecimal digits (FNV-1a), whatever file they came from.
enum NetworkChecksum {
  static func of(_ network: any Classifier) throws -> String {
    var hash = ContentHash()
    let normalization = network.configuration.normalization
    add(normalization.mean + normalization.standardDeviation, to: &hash)
    for parameter in network.parameters.parameters {
      hash.add(parameter.name)
      add(try parameter.exported(), to: &hash)
    }
    return hash.hexadecimal
  }

  private static func add(_ values: [Float], to hash: inout ContentHash) {
    values.withUnsafeBytes { hash.add($0) }
  }
}
