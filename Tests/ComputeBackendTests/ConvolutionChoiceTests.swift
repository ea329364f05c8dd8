import ComputeBackend
import ConvolutionAlgorithms
import Devices
import Testing
import TestSupport

@Suite struct ConvolutionChoiceTests {
  private func geometry(
    _ side: Int, _ inputs: Int, _ outputs: Int, batch: Int = 1, kernel: Int = 3, stride: Int = 1
  ) -> Conv2DGeometry {
    Conv2DGeometry(
      batch: batch, inputHeight: side, inputWidth: side, inputChannels: inputs,
      outputChannels: outputs, kernelHeight: kernel, kernelWidth: kernel, stride: stride,
      padding: .symmetric(kernel / 2))
  }

  /// A sample's result may not depend on how many others there are.
  @Test func theRuleIgnoresTheBatch() {
    for side in [1, 3, 4, 6, 8, 12, 16, 32] {
      for operation in ConvolutionOperation.allCases {
        let choices = [1, 2, 7, 64].map {
          ConvolutionAlgorithm.usuallyFastest(geometry(side, 32, 48, batch: $0), operation)
        }
        #expect(Set(choices).count == 1)
      }
    }
  }

  @Test func algorithmsThatDoNotApplyAreNotChosen() {
    let table = ConvolutionTable(
      ConvolutionOperation.allCases.map {
        .init(key: .init(geometry(8, 16, 16), $0), algorithm: .winograd4)
      })
    for other in [geometry(8, 16, 16, kernel: 1), geometry(8, 16, 16, stride: 2)] {
      for choice in [.rule, .table(table), .always(.winograd2)] as [ConvolutionChoice] {
        #expect(choice.algorithm(other, .forward) == .direct)
      }
    }
  }

  @Test func measurementsComeBeforeTheRule() {
    let measured = geometry(32, 64, 64)
    let table = ConvolutionTable([
      .init(key: .init(measured, .forward), algorithm: .winograd4),
      .init(key: .init(measured, .forward), algorithm: .winograd2),
    ])
    #expect(table.entries.count == 1)
    let choice = ConvolutionChoice.table(table)
    #expect(choice.algorithm(geometry(32, 64, 64, batch: 9), .forward) == .winograd2)
    #expect(choice.algorithm(measured, .inputGradient) == .winograd4)
  }

  @Test func recordersListEachConvolutionOnce() {
    let recorder = ConvolutionRecorder()
    let choice = ConvolutionChoice.recording(recorder)
    for item in [geometry(8, 16, 16), geometry(8, 16, 16), geometry(8, 16, 16, kernel: 1)] {
      _ = choice.algorithm(item, .forward)
    }
    _ = choice.algorithm(geometry(8, 16, 16), .weightGradient)
    #expect(recorder.items.map(\.operation) == [.forward, .weightGradient])
  }
}
