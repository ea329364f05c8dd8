import Autograd
import ComputeBackend
import Diffusion
import Models
import OpenCLBackend
import TestSupport
import Testing

/// A chain is encoded ahead of the device: how long it is does not change how often the host waits.
@Suite struct HostWaitTests {
  @Test(.enabled(if: TestDevices.contains("opencl"), "no OpenCL device"))
  func stepsDoNotWaitForTheDevice() throws {
    let backend = try OpenCLBackend()
    var configuration = UNet2DConfiguration()
    configuration.blockOutputChannels = [16, 32]
    configuration.downBlockTypes = [.plain, .attention]
    configuration.upBlockTypes = [.attention, .plain]
    configuration.layersPerBlock = 1
    configuration.normGroups = 8
    let network = UNet2DModel(configuration, seed: 1, on: backend)
    let streams = NoiseStreams(IndexTensor([0, 1], shape: [2], on: backend), rounds: [1, 0])
    let images = Tensor.zeros([2, 16, 16, 3], on: backend)
    func waits(_ steps: Int) throws -> Int {
      let plan = try SamplerPlan(
        schedule: .reference, sampler: .ddpm, timesteps: (1...steps).reversed().map { $0 })
      let chain = try DiffusionChain(denoiser: network, plan: plan, seed: 0)
      let before = backend.waits
      _ = try chain.purify(images, streams: streams)
      return backend.waits - before
    }
    #expect(try waits(2) == 0)
    #expect(try waits(9) == 0)
    try backend.synchronize()
    #expect(backend.waits > 0)
  }
}
