import Models
import Support

/// Names a network's weights by their SHA-256, whatever file they came from.
enum NetworkChecksum {
  static func of(_ network: any Classifier) throws -> String {
    var hash = SHA256()
    let normalization = network.configuration.normalization
    hash.add(bitsOf: normalization.mean + normalization.standardDeviation)
    for parameter in network.parameters.parameters {
      hash.add(parameter.name)
      hash.add(bitsOf: try parameter.exported())
    }
    return hash.hexDigest
  }
}
