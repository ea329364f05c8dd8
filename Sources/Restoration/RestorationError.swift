/// Why a restorer cannot be trained, or loaded.
public enum RestorationError: Error, Equatable, CustomStringConvertible {
  case images(String)
  /// The discriminator has told restored images from clean ones since an epoch.
  case discriminatorWon(since: Int, epoch: Int)
  case badFile(path: String, reason: String)

  public var description: String {
    switch self {
    case .images(let reason): reason
    case .discriminatorWon(let start, let epoch):
      "the discriminator has told restored images from clean ones without fail from epoch "
        + "\(start) to \(epoch), so the restorer learns nothing from it; give a lower learning "
        + "rate, or another seed"
    case .badFile(let path, let reason):
      "\(path): no networks of a restoration: \(reason)"
    }
  }
}
