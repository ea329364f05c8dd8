import Purification

extension PDAutoR: BatchPurifier {
  /// Those of the restorer; M and C begin anew with each batch, as a network that knows the
  /// accumulated samples would tell new ones from them by their losses.
  public static let networks = ["restoration.safetensors"]

  public mutating func start(from files: [String: String]) {
    initialNetworks = files["restoration.safetensors"]
  }
}
