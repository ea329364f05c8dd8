import Datasets
import FlyingFox
import Foundation
import Support

/// Serves the page on which a person reviews a purification, on this machine alone.
///
/// Whoever knows the token in its address may decide; others, pages of other origins and names that
/// resolve to this machine get nothing.
public struct ReviewServer: Sendable {
  private let desk: ReviewDesk

  /// - Parameters:
  ///   - folder: an output of `purify`.
  ///   - original: the dataset that was purified.
  ///   - purified: the one in the folder.
  ///   - token: makes the page's address secret.
  /// - Throws: `ReviewError`, `RunStoreError`, `FileError`.
  public init(
    folder: String, original: ImageDataset, purified: ImageDataset,
    token: String = SecretToken.random()
  ) throws {
    desk = try ReviewDesk(folder: folder, original: original, purified: purified, token: token)
  }

  /// Serves until the task is cancelled.
  ///
  /// - Parameters:
  ///   - port: 0 for any that is free.
  ///   - ready: is given the page's address.
  public func run(port: UInt16, ready: @Sendable (_ address: String) -> Void) async throws {
    let desk = desk
    let server = HTTPServer(
      config: .init(address: try .inet(ip4: "127.0.0.1", port: port), logger: .disabled),
      handler: desk)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run() }
      try await server.waitUntilListening()
      guard case .ip4(_, let port)? = await server.listeningAddress else { return }
      await desk.listen(on: port)
      ready(await desk.address)
      try await group.next()
    }
  }
}
