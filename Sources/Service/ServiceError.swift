/// What can go wrong with a service as it starts.
public enum ServiceError: Error, Equatable, CustomStringConvertible {
  case address(String, String)
  /// The file of tokens is not what it should be, or not private.
  case tokens(path: String, reason: String)
  /// Another service has the store.
  case storeInUse(path: String)
  case storeNotPrivate(path: String)
  case keyNotPrivate(path: String)

  public var description: String {
    switch self {
    case .address(let address, let reason): "cannot listen on \(address): \(reason)"
    case .tokens(let path, let reason): "\(path): \(reason)"
    case .storeInUse(let path): "\(path): another service is at work in it"
    case .storeNotPrivate(let path):
      "\(path): it belongs to another user, or others may read it; make it private (chmod 700)"
    case .keyNotPrivate(let path):
      "\(path): others may read it; make it private (chmod 600)"
    }
  }
}
