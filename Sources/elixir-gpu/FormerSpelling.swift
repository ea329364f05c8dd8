import ArgumentParser
import Attacks

/// A command that took its method as an option one release ago, and has a subcommand for each now:
/// `poison DATASET --attack blended` is `poison blended DATASET`.
///
/// The former spelling still works, with a remark; it goes with the next release.
struct FormerSpelling {
  /// The command, such as `poison`.
  let command: String
  /// The option that named the method.
  let option: String
  /// The subcommands.
  let methods: [String]
  /// The method without the option; nil if the command itself has one today.
  let standard: String?

  static let all = [
    FormerSpelling(
      command: "poison", option: "--attack", methods: AttackRegistry.all.map { $0.id },
      standard: BadNets.id),
    FormerSpelling(
      command: "purify", option: "--method", methods: names(PurifyCommand.self), standard: nil),
    FormerSpelling(
      command: "detect", option: "--method", methods: names(DetectCommand.self), standard: nil),
  ]

  private static func names(_ command: any ParsableCommand.Type) -> [String] {
    command.configuration.subcommands.compactMap { $0.configuration.commandName }
  }

  /// Arguments as they are spelled now, and what to tell a user who spelled them otherwise.
  ///
  /// Throws `ValidationError` for a method that there is not.
  static func replacing(
    _ arguments: [String]
  ) throws -> (arguments: [String], remark: String?) {
    for spelling in all where arguments.first == spelling.command {
      if let result = try spelling.replacing(arguments.dropFirst()) { return result }
    }
    return (arguments, nil)
  }

  private func replacing(
    _ arguments: ArraySlice<String>
  ) throws -> (arguments: [String], remark: String?)? {
    guard let first = arguments.first, !methods.contains(first), first != "--help" else {
      return nil
    }
    var (method, former, rest) = (standard, command, Array(arguments))
    if let place = rest.firstIndex(where: { $0 == option || $0.hasPrefix(option + "=") }) {
      let text = rest.remove(at: place)
      method =
        text == option
        ? (place < rest.count ? rest.remove(at: place) : "")
        : String(text.dropFirst(option.count + 1))
      former += " \(option) \(method ?? "")"
    }
    guard let method else { return nil }
    guard methods.contains(method) else {
      throw ValidationError("\(option) \(method): use \(methods.joined(separator: ", ")).")
    }
    return (
      [command, method] + rest,
      "note: '\(former)' is spelled '\(command) \(method)' now, and will not be understood by the "
        + "next release"
    )
  }
}
