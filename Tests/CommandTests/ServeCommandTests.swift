import Foundation
import TestSupport
import Testing

/// What the service asks of its operator.
@Suite struct ServeCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func serve(
    _ options: String..., meanwhile: (Process) throws -> Void = { _ in }
  ) throws -> CommandRun {
    try CommandRun(
      ["serve", "--store", "store"] + options, in: folder.path, meanwhile: meanwhile)
  }

  @Test func anAddressThatOthersReachNeedsEncryptionAndTokens() throws {
    let plain = try serve("--address", "0.0.0.0", "--tokens", "tokens")
    #expect(plain.exitCode == 64 && plain.errors.contains("name the proxy"))
    let half = try serve("--address", "0.0.0.0", "--tokens", "tokens", "--tls-key", "key")
    #expect(half.exitCode == 64 && half.errors.contains("give both --tls-certificate and"))
    let open = try serve("--address", "::", "--behind-proxy", "nginx")
    #expect(open.exitCode == 64 && open.errors.contains("give --tokens"))
    let name = try serve("--address", "localhost")
    #expect(name.exitCode == 64 && name.errors.contains("use an address such as 127.0.0.1"))
    #expect(try folder.entries().isEmpty)
  }

  @Test func tokensMustBePrivate() throws {
    try folder.write(Array("alice \(String(repeating: "0", count: 64))\n".utf8), to: "tokens")
    chmod(folder.path + "/tokens", 0o644)
    #expect(
      try serve("--tokens", "tokens").errorLine
        == "error: tokens: others may read it; make it private (chmod 600)")
  }

  @Test func whatCannotBeIsRefused() throws {
    #expect(try serve("--jobs-at-once", "0").exitCode == 64)
    #expect(try serve("--model", "net").errors.contains("use NAME=PATH"))
    #expect(try serve("--model", "net=nowhere").errors.contains("there is no such file"))
    #expect(try serve("--device", "cuda").exitCode == 64)
  }

  @Test(arguments: [(SIGTERM, 143), (SIGINT, 130)] as [(Int32, Int32)])
  func itServesUntilASignalComes(signal: Int32, exitCode: Int32) throws {
    let run = try serve(
      "--port", "0",
      meanwhile: { process in
        while process.isRunning, !Self.catches(signal, process) { usleep(10_000) }
        kill(process.processIdentifier, signal)
      })
    #expect(run.exitCode == exitCode)
    #expect(run.output.hasPrefix("Serving at http://127.0.0.1:"))
    #expect(run.output.contains("\nToken: "))
    var information = stat()
    #expect(stat(folder.path + "/store", &information) == 0 && information.st_mode & 0o777 == 0o700)
  }

  /// Whether a process has a handler for a signal.
  private static func catches(_ signal: Int32, _ process: Process) -> Bool {
    let path = "/proc/\(process.processIdentifier)/status"
    guard let text = try? String(contentsOfFile: path, encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("SigCgt:") }),
      let mask = UInt64(line.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16)
    else { return false }
    return mask >> (signal - 1) & 1 == 1
  }
}
