import ArgumentParser
import Yams

/// Reads the parts of a suite's file, with the line of what is wrong.
struct SuiteReader {
  let path: String

  typealias Field = (key: String, node: Node, value: Node)

  func error(_ node: Node?, _ reason: String) -> SuiteFileError {
    SuiteFileError(path: path, line: node?.mark?.line, reason: reason)
  }

  func root(_ text: String) throws -> Node {
    do {
      if let node = try Yams.compose(yaml: text) { return node }
    } catch YamlError.scanner(_, let problem, let mark, _),
      YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _)
    {
      throw SuiteFileError(path: path, line: mark.line, reason: problem)
    } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
      throw SuiteFileError(
        path: path, line: context.mark.line,
        reason: "\(keys.joined(separator: ", ")) is given twice")
    } catch {
      let line = "\(error)".split(separator: "\n").first ?? ""
      throw self.error(nil, "it is not YAML: \(line)")
    }
    throw error(nil, "it is empty")
  }

  /// The fields of a mapping, of which `keys` are all there may be; nil for any.
  func mapping(_ node: Node, keys: [String]? = nil, of what: String) throws -> [Field] {
    guard let mapping = node.mapping else {
      throw error(node, "\(what) is written as names with values")
    }
    return try mapping.map { key, value in
      let name = try text(key)
      if let keys, !keys.contains(name) {
        throw error(key, "\(what) has no '\(name)'; it has \(keys.joined(separator: ", "))")
      }
      return (name, key, value)
    }
  }

  func text(_ node: Node) throws -> String {
    guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
      throw error(node, "there must be one value here")
    }
    return scalar.string
  }

  func list(_ node: Node, of what: String) throws -> [Node] {
    guard case .sequence(let nodes) = node, !nodes.isEmpty else {
      throw error(node, "there must be a list of \(what) here")
    }
    return Array(nodes)
  }

  func seeds(_ node: Node) throws -> [UInt64] {
    let nodes = try list(node, of: "seeds")
    let seeds = try nodes.map { node in
      guard let seed = UInt64(try text(node)) else {
        throw error(node, "a seed is a whole number, 0 or more")
      }
      return seed
    }
    guard Set(seeds).count == seeds.count else { throw error(node, "a seed is given twice") }
    return seeds
  }

  /// Options of a command, or of `ClassifierArguments`, as the file gives them.
  func options(
    _ node: Node, of what: String, allowed: [String], known: (String) -> Bool?
  ) throws -> [SuiteOption] {
    if case .scalar(let scalar) = node, ["", "~", "null"].contains(scalar.string) { return [] }
    return try mapping(node, of: what).compactMap { name, key, value in
      guard let isFlag = known(name) else {
        throw error(
          key, "\(what) has no option '\(name)'; it has \(allowed.joined(separator: ", "))")
      }
      let text = try text(value)
      guard isFlag else { return SuiteOption(name: name, value: text) }
      guard ["true", "false"].contains(text) else {
        throw error(value, "\(name) is true or false")
      }
      return text == "true" ? SuiteOption(name: name, value: nil) : nil
    }
  }

  /// The recipe of all models.
  func training(_ node: Node) throws -> [SuiteOption] {
    let description = CommandDescription.describing(ClassifierArguments.self)
    let options = try options(
      node, of: "training", allowed: SuiteEntry.options(of: description),
      known: { description.argument($0)?.isFlag })
    do {
      _ = try ClassifierArguments.parse(options.flatMap(\.words))
    } catch {
      throw self.error(node, ElixirCommand.line(for: error))
    }
    return options
  }

  func entries(
    _ node: Node, what: String, groups: [SuiteEntry.Group], training: [SuiteOption]
  ) throws -> [SuiteEntry] {
    let nodes = try list(node, of: what + "s")
    let entries = try nodes.map { node in
      let entry = try entry(node, what: what, groups: groups)
      try check(entry, node, training: training)
      return entry
    }
    for (place, entry) in entries.enumerated()
    where entries[..<place].contains(where: { $0.name == entry.name }) {
      throw error(
        nodes[place], "there are two \(what)s '\(entry.name)'; give one of them another 'name'")
    }
    return entries
  }

  /// `none`, an attack's or a method's name, or that with its options and perhaps a `name`.
  private func entry(
    _ node: Node, what: String, groups: [SuiteEntry.Group]
  ) throws -> SuiteEntry {
    var (id, key, options): (String, Node, Node?)
    var name: String?
    if case .scalar = node {
      (id, key, options) = (try text(node), node, nil)
    } else {
      let fields = try mapping(node, of: "an \(what) with options")
      let own = fields.filter { $0.key != "name" }
      guard own.count == 1, let field = own.first else {
        throw error(node, "there must be one \(what) here, with its options below it")
      }
      name = try fields.first { $0.key == "name" }.map { try text($0.value) }
      (id, key, options) = field
    }
    if id == "none" { return SuiteEntry(name: name ?? id, command: nil, options: []) }
    let commands = groups.flatMap { group in
      (CommandDescription.program.subcommand(group.rawValue)?.subcommands ?? [])
        .filter { $0.commandName != "help" }.map { (group: group, description: $0) }
    }
    guard let command = commands.first(where: { $0.description.commandName == id }) else {
      let names = ["none"] + commands.map(\.description.commandName)
      throw error(key, "there is no \(what) '\(id)'; there are \(names.joined(separator: ", "))")
    }
    let description = command.description
    let chosen = try options.map {
      try self.options(
        $0, of: id, allowed: SuiteEntry.options(of: description),
        known: { SuiteEntry.reserved.contains($0) ? nil : description.argument($0)?.isFlag })
    }
    return SuiteEntry(name: name ?? id, command: command, options: chosen ?? [])
  }

  /// Throws unless the command line takes what an entry says.
  private func check(_ entry: SuiteEntry, _ node: Node, training: [SuiteOption]) throws {
    guard entry.command != nil else { return }
    let given = [SuiteOption(name: "truth", value: "truth")]
    do {
      _ = try ElixirCommand.command(
        of: entry.words(
          "dataset", output: "output", seed: 0,
          given: given + (entry.trainsClassifiers ? training : [])))
    } catch {
      throw self.error(node, "\(entry.name): " + ElixirCommand.line(for: error))
    }
  }
}
