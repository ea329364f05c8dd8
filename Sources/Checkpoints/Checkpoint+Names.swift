extension Checkpoint {
  /// What wrappers put before every name of a network: `DataParallel`, `torch.compile`.
  private static let wrappers = ["module.", "_orig_mod."]
  /// What a network that is a part of another has before its names, and a `Sequential` of a
  /// resizing or normalizing step without weights and a network.
  private static let owners = ["model.", "backbone.", "net.", "network.", "0.", "1."]

  /// The file's name of each tensor by the name that the network itself gives it.
  ///
  /// Wrappers' prefixes are removed wherever they stand first; an owner's is removed if every
  /// tensor has it; both again, until there is none. `AveragedModel`'s count is left out.
  ///
  /// - Throws: `CheckpointError.conflictingTensors` if two tensors have the same name then.
  public func storedNames() throws -> [String: String] {
    var names = Dictionary(uniqueKeysWithValues: names.map { ($0, $0) })
    if names.keys.allSatisfy({ $0 == "n_averaged" || $0.hasPrefix("module.") }) {
      names["n_averaged"] = nil
    }
    while true {
      names = try renamed(names) { name in
        Self.wrappers.first { name.hasPrefix($0) }.map { String(name.dropFirst($0.count)) } ?? name
      }
      let owner = Self.owners.first { owner in names.keys.allSatisfy { $0.hasPrefix(owner) } }
      if !names.keys.contains(where: { name in Self.wrappers.contains { name.hasPrefix($0) } }) {
        guard let owner, !names.isEmpty else { return names }
        names = try renamed(names) { String($0.dropFirst(owner.count)) }
      }
    }
  }

  private func renamed(
    _ names: [String: String], _ rename: (String) -> String
  ) throws -> [String: String] {
    var result: [String: String] = [:]
    for (name, stored) in names {
      if let other = result.updateValue(stored, forKey: rename(name)) {
        throw CheckpointError.conflictingTensors(
          path: url.path, tensors: [other, stored].sorted())
      }
    }
    return result
  }
}
