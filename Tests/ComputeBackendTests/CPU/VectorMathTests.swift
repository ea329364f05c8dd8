import CPUBackend
import ComputeBackend
import Foundation
import Testing

/// The error of the vector functions in units in the last place, against double precision.
@Suite struct VectorMathTests {
  struct Function: Sendable, CustomTestStringConvertible {
    var code: UnaryOperation.Code
    var range: ClosedRange<Float>
    /// Units in the last place of the result that the worst point may be off.
    var limit: Double
    var exact: @Sendable (Double) -> Double
    var testDescription: String { "\(code)" }
  }

  static let functions: [Function] = [
    Function(code: .exp, range: -87...88.7, limit: 1.5) { Foundation.exp($0) },
    Function(code: .log, range: 1e-38...1e3, limit: 1.5) { Foundation.log($0) },
    Function(code: .tanh, range: -10...10, limit: 2.5) { Foundation.tanh($0) },
    Function(code: .sigmoid, range: -80...80, limit: 2.5) { 1 / (1 + Foundation.exp(-$0)) },
    Function(code: .silu, range: -80...80, limit: 3) { $0 / (1 + Foundation.exp(-$0)) },
    Function(code: .gelu, range: -12...12, limit: 7) { $0 * 0.5 * erfc(-$0 / 2.0.squareRoot()) },
    Function(code: .softplus, range: -80...80, limit: 2.5) {
      $0 > 0 ? $0 + log1p(Foundation.exp(-$0)) : log1p(Foundation.exp($0))
    },
    Function(code: .sine, range: -100...100, limit: 2) { Foundation.sin($0) },
    Function(code: .cosine, range: -100...100, limit: 2) { Foundation.cos($0) },
  ]

  @Test(arguments: functions, InstructionSet.allCases.filter(\.isSupported))
  func isAccurate(_ function: Function, _ set: InstructionSet) throws {
    let count = 200_003
    let (low, high) = (function.range.lowerBound, function.range.upperBound)
    let x = (0..<count).map { low + (high - low) * Float($0) / Float(count - 1) }
    let backend = try CPUBackend(threads: 2, instructionSet: set)
    let (input, output) = (backend.makeBuffer(count: count), backend.makeBuffer(count: count))
    backend.upload(x, to: input[count])
    backend.unary(UnaryOperation(function.code), input[count], into: output[count])
    let y = try backend.downloadFloats(output[count])
    var worst = (error: 0.0, x: Float(0))
    for (x, y) in zip(x, y) {
      let exact = function.exact(Double(x))
      let unit = max(Float(exact).magnitude, 0x1p-126).ulp
      let error = abs(Double(y) - exact) / Double(unit)
      if !(error <= worst.error) { worst = (error, x) }
    }
    #expect(worst.error <= function.limit, "\(worst.error) units at \(worst.x)")
  }

  @Test(arguments: InstructionSet.allCases.filter(\.isSupported))
  func extremesAreRight(_ set: InstructionSet) throws {
    let infinity = Float.infinity
    let cases: [(UnaryOperation.Code, Float, Float)] = [
      (.exp, 1000, infinity), (.exp, -1000, 0), (.exp, infinity, infinity), (.exp, -infinity, 0),
      (.log, 0, -infinity), (.log, infinity, infinity), (.log, -1, .nan), (.tanh, 100, 1),
      (.tanh, -infinity, -1), (.sigmoid, 1000, 1), (.sigmoid, -1000, 0), (.softplus, 1000, 1000),
      (.gelu, 100, 100), (.gelu, -100, 0), (.silu, -1000, 0), (.log, 0x1p-140, -97.04061),
    ]
    let backend = try CPUBackend(threads: 1, instructionSet: set)
    for (code, x, expected) in cases {
      let slice = backend.makeBuffer(count: 1)[1]
      backend.upload([x], to: slice)
      backend.unary(UnaryOperation(code), slice, into: slice)
      let y = try backend.downloadFloats(slice)[0]
      #expect(
        y == expected || y.isNaN && expected.isNaN || abs(y - expected) <= 4 * expected.ulp,
        "\(code)(\(x)) is \(y), not \(expected)")
    }
  }
}
