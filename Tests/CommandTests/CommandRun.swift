import Foundation
import Testing

/// The built program, run as a user would.
struct CommandRun {
  let exitCode: Int32
  let output: String
  let errors: String

  /// Runs `elixir-gpu` from the folder that holds the test program.
  ///
  /// - Parameters:
  ///   - environment: variables to set besides those of the tests.
  ///   - program: another place of the program, to which it was copied.
  ///   - meanwhile: is called as soon as it runs.
  init(
    _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:],
    program: URL? = nil, meanwhile: (Process) throws -> Void = { _ in }
  ) throws {
    let process = try Self.process(arguments, in: folder)
    if let program { process.executableURL = program }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // Files rather than pipes: neither stream can fill up and block.
    let names = ["output", "errors"].map {
      FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).\($0)")
    }
    defer { for name in names { try? FileManager.default.removeItem(at: name) } }
    for name in names { try Data().write(to: name) }
    process.standardOutput = try FileHandle(forWritingTo: names[0])
    process.standardError = try FileHandle(forWritingTo: names[1])
    try process.run()
    try meanwhile(process)
    process.waitUntilExit()
    exitCode = process.terminationStatus
    output = try String(contentsOf: names[0], encoding: .utf8)
    errors = try String(contentsOf: names[1], encoding: .utf8)
  }

  /// Runs `elixir-gpu` and kills it, as a power cut would, as soon as `condition` holds.
  ///
  /// - Returns: whether it was killed, and had not ended before.
  static func kill(
    _ arguments: [String], in folder: String, when condition: () -> Bool
  ) throws -> Bool {
    let process = try Self.process(arguments, in: folder)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    while process.isRunning && !condition() { usleep(1000) }
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }

  /// The built program.
  static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appendingPathComponent("elixir-gpu")

  private static func process(_ arguments: [String], in folder: String?) throws -> Process {
    try #require(
      FileManager.default.isExecutableFile(atPath: program.path), "\(program.path) is not built")
    // Shells let what runs in the background ignore it, and children inherit that.
    signal(SIGINT, SIG_DFL)
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    return process
  }

  /// The single line of a failure, without its line end; `nil` if it is not exactly that.
  var errorLine: String? {
    guard exitCode == 1, errors.hasPrefix("error: "), errors.hasSuffix("\n") else { return nil }
    let line = errors.dropLast()
    return line.contains("\n") ? nil : String(line)
  }
}
