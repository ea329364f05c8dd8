/// Keeps the reference samples and leaves the others out.
public struct ReferenceOnly: Purifier {
  public static let id = "reference-only"

  public var reference = ReferenceOptions()
  public var seed: UInt64 = 0

  public init() {}

  public var files: [String: String] { reference.files }

  public func purify(
    _ context: PurificationContext
  ) throws -> PurificationOutcome<ReferenceFindings> {
    switch reference.source {
    case nil, .dataset:
      throw PurificationError.reference(
        "this method needs reference samples of the dataset itself")
    case .list, .detector: break
    }
    let data = try reference.load(in: context, seed: seed)
    _ = try context.begin(data.identity())
    return data.outcome(
      Revisions(dropped: data.untrusted(of: context.dataset)),
      findings: ReferenceFindings(reference: data.report, parameters: []),
      fingerprint: try context.fingerprint())
  }
}
