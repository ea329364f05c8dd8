import ArgumentParser
import Foundation

/// A command as the parser describes it: its subcommands, and which options each knows.
struct CommandDescription: Decodable {
  struct Argument: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String
    }

    let kind: String
    let names: [Name]?
    let shouldDisplay: Bool

    /// `noise-steps` of `--noise-steps`; nil without such a name.
    var option: String? { names?.first { $0.kind == "long" }?.name }
    var isFlag: Bool { kind == "flag" }
  }

  let commandName: String
  let subcommands: [CommandDescription]?
  let arguments: [Argument]?

  static let program = describing(ElixirCommand.self)

  /// What the parser knows of a command, or of options that commands share.
  static func describing(_ type: any ParsableArguments.Type) -> CommandDescription {
    struct Tool: Decodable { let command: CommandDescription }
    do {
      return try JSONDecoder().decode(Tool.self, from: Data(type._dumpHelp().utf8)).command
    } catch {
      preconditionFailure("CommandDescription: \(type) is described otherwise: \(error)")
    }
  }

  func subcommand(_ name: String) -> CommandDescription? {
    subcommands?.first { $0.commandName == name }
  }

  /// The options that a user is shown.
  var options: [String] { (arguments ?? []).filter(\.shouldDisplay).compactMap(\.option) }

  func argument(_ option: String) -> Argument? {
    arguments?.first { $0.names?.contains { $0.kind == "long" && $0.name == option } ?? false }
  }
}
