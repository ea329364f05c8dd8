import Foundation

/// An address of either family, with a port.
struct SocketAddress {
  private enum Kind {
    case four(sockaddr_in)
    case six(sockaddr_in6)
  }
  private let kind: Kind

  /// Nil unless the text is an address in numbers.
  init?(_ text: String, port: UInt16) {
    var (four, six) = (sockaddr_in(), sockaddr_in6())
    if inet_pton(AF_INET, text, &four.sin_addr) == 1 {
      four.sin_family = sa_family_t(AF_INET)
      four.sin_port = port.bigEndian
      kind = .four(four)
    } else if inet_pton(AF_INET6, text, &six.sin6_addr) == 1 {
      six.sin6_family = sa_family_t(AF_INET6)
      six.sin6_port = port.bigEndian
      kind = .six(six)
    } else {
      return nil
    }
  }

  /// Whether only this machine can reach it.
  var isLoopback: Bool {
    switch kind {
    case .four(let address): UInt32(bigEndian: address.sin_addr.s_addr) >> 24 == 127
    case .six(let address):
      withUnsafeBytes(of: address.sin6_addr) { $0.dropLast().allSatisfy { $0 == 0 } && $0[15] == 1 }
    }
  }

  func withPointer<Result>(_ body: (UnsafePointer<sockaddr>) -> Result) -> Result {
    func call<Address>(_ address: Address) -> Result {
      withUnsafePointer(to: address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0) }
      }
    }
    return switch kind {
    case .four(let address): call(address)
    case .six(let address): call(address)
    }
  }
}
