import ComputeBackend
import ReferenceBackend
import Testing
import TestSupport

/// Misuse stops the program, in release builds too, and says what disagrees.
@Suite struct ValidatedBackendTests {
  private func message(_ result: ExitTest.Result?) throws -> String {
    String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
  }

  @Test func anOperandOfTheWrongCountIsNamed() async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let backend = ReferenceBackend()
      func slice(_ count: Int) -> BufferSlice { backend.makeBuffer(count: count)[count] }
      backend.groupNorm(
        GroupNormShape(batch: 2, spatial: 3, channels: 4, groups: 2), slice(24), gamma: slice(5),
        beta: slice(4), epsilon: 0, activation: .identity, into: slice(24), mean: slice(4),
        rstd: slice(4))
    }
    let text = try message(result)
    #expect(text.contains("groupNorm: gamma has 5 elements instead of 4 for GroupNormShape("))
    #expect(text.contains("channels: 4"))
  }

  @Test func anAbsentOperandIsNotChecked() {
    let backend = ReferenceBackend()
    let x = backend.makeBuffer(count: 1)[1]
    backend.upload([3] as [Float], to: x)
    backend.matrixProduct(
      MatrixProductShape(m: 1, n: 1, k: 1), x, x, epilogue: Epilogue(), into: x)
    #expect(backend.doubles(x) == [9])
  }

  @Test func termsThatDisagreeAreCounted() async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let backend = ReferenceBackend()
      let (x, y) = (backend.makeBuffer(count: 3), backend.makeBuffer(count: 2))
      backend.affineSum([(1, x[3]), (1, y[2])], into: x[3])
    }
    #expect(try message(result).contains("affineSum: 1 to 4 terms, of [3, 2] elements, into 3"))
  }

  @Test func elementsOfOtherSizesAreRefused() async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let backend = ReferenceBackend()
      backend.upload([1, 2] as [Double], to: backend.makeBuffer(count: 2)[2])
    }
    #expect(try message(result).contains("upload: 2 elements of 8 bytes to 2 of 4"))
  }

  /// What a benchmark asks of a backend, it can ask of the checked one.
  @Test func peaksCanBeMeasuredWhereTheBackendCan() {
    let backends: [any ComputeBackend] = [ReferenceBackend(), TestDevices.all[0].backend]
    #expect(backends.map { $0 is any PeakMeasurement } == [false, true])
  }
}
