/// Command lines of the release before, which still work and say what replaces them.
enum FormerSpelling {
  /// `purify DATASET --method M …` became `purify M DATASET …`; so did `detect`.
  private static let methodCommands = ["purify": "--method", "detect": "--method"]

  /// Today's spelling of arguments, and what to tell the user if it differs.
  static func replaced(_ arguments: [String]) -> (arguments: [String], warning: String?) {
    guard let command = arguments.first, let option = methodCommands[command],
      let place = arguments.firstIndex(where: { $0 == option || $0.hasPrefix(option + "=") })
    else { return (arguments, nil) }
    var rest = Array(arguments.dropFirst())
    let found = rest.remove(at: place - 1)
    let method: String
    if found == option {
      guard rest.indices.contains(place - 1) else { return (arguments, nil) }
      method = rest.remove(at: place - 1)
    } else {
      method = String(found.dropFirst(option.count + 1))
    }
    return (
      [command, method] + rest,
      "'\(command) … \(option) \(method)' is '\(command) \(method) …' now; the former spelling ends "
        + "with the next release"
    )
  }
}
