import Benchmarking
import ComputeBackend
import TestSupport
import Testing

/// What operations cost, against counts by hand, and that all of them run.
@Suite struct DeviceOperationTests {
  /// 2 images of 4×4 pixels, 3×3, 3→5 channels: 2·16 pixels, 5·27 multiply-adds each.
  @Test(arguments: ConvolutionOperation.allCases)
  func convolutionsCount(_ operation: ConvolutionOperation) {
    let geometry = Conv2DGeometry(
      batch: 2, inputHeight: 4, inputWidth: 4, inputChannels: 3, outputChannels: 5,
      kernelHeight: 3, kernelWidth: 3, padding: .symmetric(1))
    let work = DeviceOperation.convolution(geometry, operation)
    #expect(work.flops == 2 * 32 * 135)
    #expect(work.bytes == 4 * (32 * 3 + 135 + 32 * 5))
    #expect(work.intensity == 8640.0 / 1564)
  }

  @Test func productsCount() {
    let shared = DeviceOperation.matrixProduct(
      MatrixProductShape(batch: 3, m: 2, n: 5, k: 7, sharedB: true))
    #expect(shared.flops == 2 * 3 * 70)
    #expect(shared.bytes == 4 * (3 * 14 + 35 + 3 * 10))
    // 3 keys for each of 2 queries of 4 numbers: scores and weighted sum are 24 multiply-adds each.
    let shape = AttentionShape(batch: 1, queries: 2, keys: 3, heads: 1, headSize: 4, scale: 0.5)
    let attention = DeviceOperation.attention(shape)
    #expect(attention.flops == 2 * 48)
    #expect(attention.bytes == 4 * (8 + 12 + 12 + 8 + 2))
    let gradient = DeviceOperation.attentionGradient(shape)
    #expect(gradient.flops == 2 * 5 * 24)
    #expect(gradient.bytes == 4 * (3 * 8 + 2 * 12 + 2 + 8 + 2 * 12))
  }

  @Test func updatesGoBothWays() {
    let adam = DeviceOperation.adamStep(10)
    #expect(adam.flops == 130)
    // The gradient is read; weights and two moments are read and written.
    #expect(adam.bytes == 4 * (10 + 2 * 30))
    #expect(DeviceOperation.sum(10).intensity == 1.0 / 12)
  }

  @Test func rowsOfTheTableHaveNamesOfTheirOwn() {
    let operations = OperationTable.all(batch: 8)
    #expect(Set(operations.map(\.name)).count == operations.count)
    #expect(Set(operations.map(\.kind)) == Set(DeviceOperation.Kind.allCases))
    #expect(operations.allSatisfy { $0.flops > 0 && $0.bytes > 0 })
    for (one, eight) in zip(OperationTable.all(batch: 1), operations)
    where one.kind == .convolution {
      #expect(8 * one.flops == eight.flops)
    }
  }

  @Test(arguments: TestDevices.all)
  func allRun(_ device: TestDevice) throws {
    for operation in OperationTable.all(batch: 1) {
      let run = operation.prepare(on: device.backend)
      run()
      #expect(throws: Never.self, "\(device.name), \(operation.name)") {
        try device.backend.synchronize()
      }
    }
    device.backend.pool.trim()
  }

  @Test func theMedianIsTheMiddleFigure() {
    var figures = [9.0, 5, 1, 3].makeIterator()
    var warmUps = 0
    // The first figure is of the warm-up.
    let timing = Timing.repeated(seconds: 1e-9, afterWarmUp: { warmUps += 1 }) {
      figures.next() ?? 0
    }
    #expect(timing.figures == [5, 1, 3])
    #expect(timing.median == 3)
    #expect(warmUps == 1)
  }
}
