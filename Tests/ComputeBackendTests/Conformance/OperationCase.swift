import ComputeBackend
import Testing
import TestSupport

/// One use of an operation on seeded inputs, run alike on every backend.
struct OperationCase: Sendable, CustomTestStringConvertible {
  let name: String
  let body: @Sendable (CaseRun) -> Void

  init(_ name: String, _ body: @escaping @Sendable (CaseRun) -> Void) {
    self.name = name
    self.body = body
  }

  var testDescription: String { name }

  /// All outputs, by name.
  func run(on backend: any ComputeBackend) throws -> [CaseOutput] {
    let run = CaseRun(name, on: backend)
    body(run)
    return try run.outputs()
  }
}

/// What a case has computed, and how close another backend has to come.
struct CaseOutput: Sendable {
  let name: String
  let values: [Double]
  let closeness: Closeness
  /// The output's buffer outside its slice was written.
  let overran: Bool
}
