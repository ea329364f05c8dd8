import Support

/// Members of a tar archive that follow each other and have the same key.
struct WebDatasetSample: Sendable {
  struct Field: Sendable {
    /// What follows the key, in lower case.
    let suffix: String
    let member: TarMember
  }

  let key: FileName
  var fields: [Field]

  /// The groups of an archive's members in their order; others are ignored, for a reason.
  ///
  /// - Throws: `FileError.damaged` if a sample has a field twice.
  static func group(
    _ archive: TarArchive
  ) throws -> (samples: [WebDatasetSample], ignored: [IgnoredEntry]) {
    var samples: [WebDatasetSample] = []
    var ignored: [IgnoredEntry] = []
    for member in archive.members {
      if let reason = reasonToIgnore(member) {
        ignored.append(IgnoredEntry(name: member.name, reason: reason))
        continue
      }
      guard let (key, suffix) = split(member.name) else {
        ignored.append(
          IgnoredEntry(name: member.name, reason: "its name has no key before a first dot"))
        continue
      }
      let field = Field(suffix: suffix, member: member)
      guard let last = samples.last, last.key == key else {
        samples.append(WebDatasetSample(key: key, fields: [field]))
        continue
      }
      guard !last.fields.contains(where: { $0.suffix == suffix }) else {
        throw FileError.damaged(
          path: archive.path, reason: "the sample \(key) has the field \(suffix) twice",
          advice: "give each sample a key of its own")
      }
      samples[samples.count - 1].fields.append(field)
    }
    return (samples, ignored)
  }

  private static func reasonToIgnore(_ member: TarMember) -> String? {
    guard member.isFile else { return member.kind }
    let first = member.name.firstComponent.description
    return first.count > 4 && first.hasPrefix("__") && first.hasSuffix("__")
      ? "metadata of the archive" : nil
  }

  /// The name up to the first dot of its last component, and what follows.
  private static func split(_ name: FileName) -> (key: FileName, suffix: String)? {
    let last = name.lastComponent.bytes
    guard let dot = last.firstIndex(of: UInt8(ascii: ".")), dot > 0 else { return nil }
    let suffix = String(decoding: last[(dot + 1)...], as: UTF8.self).lowercased()
    return (FileName(bytes: name.bytes.dropLast(last.count - dot)), suffix)
  }

  /// The position of the field with the image: the one named, or the first of a kind of image.
  func imageField(_ wanted: String?) -> Int? {
    fields.firstIndex { field in
      wanted.map { $0 == field.suffix } ?? ImageFileKinds.isImage(FileName("x." + field.suffix))
    }
  }

  /// The position of the field with the label: `cls`, the last `….cls`, or `json`.
  func labelField() -> Int? {
    fields.firstIndex { $0.suffix == "cls" } ?? fields.lastIndex { $0.suffix.hasSuffix(".cls") }
      ?? fields.lastIndex { $0.suffix == "json" || $0.suffix.hasSuffix(".json") }
  }
}
