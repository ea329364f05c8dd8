import ArgumentParser
import Foundation
import Service
import Support
import Synchronization

/// `elixir-gpu serve`: purification for others, over HTTP.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serves purification over HTTP: datasets come, jobs queue, results are fetched.",
    discussion: """
      Jobs are kept in the store and survive a restart; each is a process of its own. Whoever has \
      a token sees the jobs of its tenant alone. Without --tokens there is one token, which is \
      printed. What other machines reach needs a certificate and its key, or a proxy that ends \
      TLS (docs/service.md).

      Examples:
        elixir-gpu serve --store jobs
        elixir-gpu serve --store /srv/jobs --tokens tokens --device opencl
      """)

  @Option(help: ArgumentHelp("The folder that keeps jobs.", valueName: "dir"))
  var store: String

  @Option(
    help: ArgumentHelp(
      "A file with a line for each token: tenant, SHA-256 of the token.", valueName: "file"))
  var tokens: String?

  @Option(help: "The address to listen on.")
  var address = "127.0.0.1"

  @Option(help: "The port to listen on; 0 for any that is free.")
  var port: UInt16 = 8080

  @Option(
    help: ArgumentHelp(
      "The proxy that encrypts, to listen on an address that others reach.", valueName: "name"))
  var behindProxy: String?

  @Option(
    help: ArgumentHelp(
      "The certificate to encrypt with (PEM), followed by those that vouch for it.",
      valueName: "file"))
  var tlsCertificate: String?

  @Option(
    help: ArgumentHelp(
      "The key of the certificate (PEM), which nobody else may read.", valueName: "file"))
  var tlsKey: String?

  @Option(
    help: ArgumentHelp(
      "A model that clients may use, such as resnet=DIR/resnet18.safetensors; may be repeated.",
      valueName: "name=path"))
  var model: [String] = []

  @OptionGroup var device: DeviceArguments

  @OptionGroup(title: "Limits") var limits: LimitArguments

  func validate() throws {
    guard let isLoopback = Service.isLoopback(address) else {
      throw ValidationError("--address \(address): use an address such as 127.0.0.1 or ::1.")
    }
    guard (tlsCertificate == nil) == (tlsKey == nil) else {
      throw ValidationError("give both --tls-certificate and --tls-key, or neither.")
    }
    guard isLoopback || tlsKey != nil || behindProxy?.isEmpty == false else {
      throw ValidationError(
        "--address \(address): others reach it, and nothing is encrypted; give --tls-certificate "
          + "and --tls-key, name the proxy that does so (--behind-proxy), or use 127.0.0.1.")
    }
    guard tokens != nil || isLoopback else {
      throw ValidationError("--address \(address): others reach it; give --tokens.")
    }
    _ = try models
  }

  func run() throws {
    // Made now, since a signal's handler must not make it.
    _ = Self.isAskedToRead.load(ordering: .relaxed)
    // All that is written is for nobody else.
    umask(0o077)
    let token = SecretToken.random()
    let certificate: ServiceCertificate? =
      if let tlsCertificate, let tlsKey {
        try ServiceCertificate(certificate: tlsCertificate, key: tlsKey)
      } else { nil }
    let worker = Service.Worker(arguments: deviceWords, models: try models)
    let service = try Service(
      store: store, tenants: try tokens.map { try Tenants(file: $0) } ?? Tenants(token: token),
      limits: limits.limits, worker: worker, version: ElixirCommand.configuration.version,
      tell: { line in
        print(line)
        fflush(nil)
      })
    Interruption.watch()
    signal(SIGHUP) { _ in ServeCommand.isAskedToRead.store(true, ordering: .relaxed) }
    let port = try service.start(address: address, port: port, certificate: certificate)
    let host = address.contains(":") ? "[\(address)]" : address
    let proxy = behindProxy.map { ", behind \($0)" } ?? ""
    let scheme = certificate == nil ? "http" : "https"
    print("Serving at \(scheme)://\(host):\(port)\(proxy) (Ctrl-C ends)")
    if tokens == nil { print("Token: \(token)") }
    do {
      while true {
        try Interruption.check("jobs that ran go on when it is started again")
        if Self.isAskedToRead.exchange(false, ordering: .relaxed) { readTokens(for: service) }
        usleep(50_000)
      }
    } catch {
      service.stop()
      throw error
    }
  }

  /// Set by SIGHUP.
  private static let isAskedToRead = Atomic(false)

  /// Takes the tokens that are in the file by now; if it cannot be read, those before stay.
  private func readTokens(for service: Service) {
    guard let tokens else { return }
    do {
      service.replace(try Tenants(file: tokens))
      print("The tokens were read again")
    } catch { StandardError.tell("warning: the tokens before stay: \(error)") }
  }

  /// Paths of models by name.
  private var models: [String: String] {
    get throws {
      var models: [String: String] = [:]
      for text in model {
        let sides = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard sides.count == 2, models[sides[0]] == nil else {
          throw ValidationError("--model \(text): use NAME=PATH, each name once.")
        }
        guard Directory.kind(FileName(sides[1])) != nil else {
          throw ValidationError("--model \(text): there is no such file or folder.")
        }
        models[sides[0]] = FileName(sides[1]).canonical.systemPath
      }
      return models
    }
  }

  /// What a job's command line says of the device.
  private var deviceWords: [String] {
    ["--device", device.device, "--precision", device.precision.rawValue]
      + (device.threads.map { ["--threads", "\($0)"] } ?? [])
      + (device.kernels.map { ["--kernels", FileName($0).canonical.systemPath] } ?? [])
  }
}
