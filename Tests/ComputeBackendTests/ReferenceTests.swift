import ComputeBackend
import ReferenceBackend
import Testing
import TestSupport

/// The Double reference itself.
@Suite struct ReferenceTests {
  /// Nothing in the cases reads outside its inputs, leaves an output unwritten or overflows.
  @Test(arguments: ConformanceTests.cases.filter { !$0.name.contains("NaN") })
  func casesAreWellDefined(_ operation: OperationCase) throws {
    for output in try ConformanceTests.reference(operation) {
      let undefined = output.values.count { $0.isNaN }
      #expect(undefined == 0, "\(output.name)")
      #expect(!output.overran, "\(output.name)")
    }
  }

  @Test func casesOfNaNHaveNaN() throws {
    for operation in ConformanceTests.cases where operation.name.contains("NaN") {
      let outputs = try ConformanceTests.reference(operation)
      let count = outputs.reduce(0) { $0 + $1.values.count { $0.isNaN } }
      #expect(count > 0, "\(operation.name)")
    }
  }

  @Test func doublesKeepTheirPrecision() throws {
    let backend = ReferenceBackend()
    let x = backend.makeBuffer(count: 2)[2]
    backend.upload(doubles: [0.1, 1e-300], to: x)
    #expect(backend.doubles(x) == [0.1, 1e-300])
    #expect(try backend.downloadFloats(x) == [0.1, 0])
  }

  /// Derivatives of the unary functions against central differences.
  @Test(arguments: UnaryOperation.Code.allCases)
  func derivativesAgreeWithDifferences(_ code: UnaryOperation.Code) {
    let backend = ReferenceBackend()
    let operation = UnaryOperation(code, a: -0.31, b: 0.77)
    var x = (0..<40).map { 0.1 * (Double($0) + 0.5) }
    if ![.log, .squareRoot, .reciprocalSquareRoot].contains(code) { x += x.map { -$0 } }
    if code == .quantizeToByte { x = x.map { $0 + 1e-4 } }
    let step = 1e-5
    let slices = (0..<5).map { _ in backend.makeBuffer(count: x.count)[x.count] }
    backend.upload(doubles: x, to: slices[0])
    backend.fill(slices[1], with: 1)
    backend.unaryGradient(operation, slices[0], upstream: slices[1], into: slices[2])
    let sides = [step, -step].map { step in
      backend.upload(doubles: x.map { $0 + step }, to: slices[3])
      backend.unary(operation, slices[3], into: slices[4])
      return backend.doubles(slices[4])
    }
    let differences = zip(sides[0], sides[1]).map { ($0 - $1) / (2 * step) }
    expectClose(
      backend.doubles(slices[2]), differences, .elementwise(1e-6, floor: 1), "\(code)")
  }
}
