import Foundation
import Support
import Synchronization

/// Purifies datasets for others, over HTTP: they upload one, watch its job, and fetch the result.
///
///     let service = try Service(store: "jobs", tenants: Tenants(file: "tokens"))
///     let port = try service.start(address: "127.0.0.1", port: 8080)
///     …
///     service.stop()
public final class Service: Sendable {
  private let api: ServiceAPI
  private let connections: Int
  private let server = Mutex<HTTPServer?>(nil)
  /// Keeps other services from the store.
  private let lock: FileLock

  /// What runs the jobs, and with what.
  public struct Worker: Sendable {
    /// The command line, such as `/proc/self/exe` for this program.
    public var program: String
    /// What is added to each `purify`, such as the device.
    public var arguments: [String]
    /// Paths of models that clients may use, by the names that they use.
    public var models: [String: String]

    public init(
      program: String = "/proc/self/exe", arguments: [String] = [], models: [String: String] = [:]
    ) {
      self.program = program
      self.arguments = arguments
      self.models = models
    }
  }

  /// Takes up a store, with the jobs that are in it.
  ///
  /// - Parameters:
  ///   - store: a folder, which is made if it is not there, for this user alone.
  ///   - version: what clients are told.
  ///   - tell: is told what becomes of jobs, a line each.
  /// - Throws: `ServiceError`, `FileError`.
  public init(
    store: String, tenants: Tenants, limits: ServiceLimits = ServiceLimits(),
    worker: Worker = Worker(), version: String = "",
    tell: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    try Directory.make(FileName(store), mode: 0o700)
    let folder = FileName(store).canonical
    guard Directory.isSecret(folder) else { throw ServiceError.storeNotPrivate(path: store) }
    guard let lock = try FileLock(folder / FileName("service.lock")) else {
      throw ServiceError.storeInUse(path: store)
    }
    self.lock = lock
    connections = limits.connections
    api = ServiceAPI(
      queue: try JobQueue(
        store: folder.systemPath + "/jobs", limits: limits, program: worker.program,
        arguments: worker.arguments, tell: tell),
      tenants: tenants, models: worker.models, version: version)
  }

  /// Serves, on threads of its own, and returns the port.
  ///
  /// - Parameters:
  ///   - address: in numbers; one that others reach needs a certificate, or a proxy that has one.
  ///   - port: 0 for any that is free.
  ///   - certificate: what connections are encrypted with.
  /// - Throws: `ServiceError.address`
  public func start(
    address: String = "127.0.0.1", port: UInt16, certificate: ServiceCertificate? = nil
  ) throws -> UInt16 {
    let server = try HTTPServer(
      address: address, port: port, mostConnections: connections, certificate: certificate,
      handler: { [api] in try api.answer($0) })
    api.queue.start()
    self.server.withLock { $0 = server }
    return server.port
  }

  /// Takes other tokens from now on.
  public func replace(_ tenants: Tenants) { api.replace(tenants) }

  /// Ends all connections, asks the jobs that run to stop after their batch, and waits until they
  /// have; they go on when the store is taken up again.
  public func stop() {
    server.withLock { $0?.stop() }
    api.queue.stop()
  }

  /// Whether only this machine can reach an address; nil if it is none.
  public static func isLoopback(_ address: String) -> Bool? {
    SocketAddress(address, port: 0)?.isLoopback
  }
}
