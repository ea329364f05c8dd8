import Models
import NetworkSupport
import TestSupport
import Testing

struct ModelCostTests {
  /// google/ddpm-cifar10-32: 35,746,307 parameters and 6.22 billion multiply-adds an image.
  @Test func countsOfThePublishedModelAreKnown() throws {
    let device = try #require(TestDevices.all.first)
    var configuration = UNet2DConfiguration()
    configuration.blockOutputChannels = [128, 256, 256, 256]
    configuration.downBlockTypes = [.plain, .attention, .plain, .plain]
    configuration.upBlockTypes = [.plain, .plain, .attention, .plain]
    configuration.attentionHeadSize = nil
    configuration.downsamplePadding = 0
    configuration.sampleSize = .init(height: 32, width: 32)
    let model = try UNet2DModel(configuration, from: ZeroWeights(backend: device.backend))
    #expect(model.weightCount == 35_746_307)
    let multiplyAdds = Double(model.flops(batch: 4)) / 8
    #expect((6.21e9...6.23e9).contains(multiplyAdds), "\(multiplyAdds)")
  }
}
