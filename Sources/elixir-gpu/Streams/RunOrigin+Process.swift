import Foundation
import RunStores
import Runs

extension RunOrigin {
  /// This process.
  static let process = RunOrigin(
    commandLine: CommandLine.arguments.map(\.quotedForShell).joined(separator: " "),
    version: ElixirCommand.configuration.version, machine: machine)

  private static var machine: String {
    let stamp = MachineStamp(devices: [])
    return "\(stamp.processor), \(stamp.threads) threads, \(stamp.system)"
  }

  /// Opens a run's store for this process.
  static let recorder: @Sendable (_ path: String) throws -> any RunRecorder = { path in
    try RunStore(path, .run(.process))
  }
}

extension String {
  /// As a word of a shell's command line.
  var quotedForShell: String {
    let plain = utf8.allSatisfy { byte in
      let character = Character(Unicode.Scalar(byte))
      return character.isASCII && (character.isLetter || character.isNumber)
        || "-_./,:=+@%^".utf8.contains(byte)
    }
    if plain && !isEmpty { return self }
    return "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
