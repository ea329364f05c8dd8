import Autograd
import Checkpoints
import ComputeBackend
import Diffusion
import Models
import TestSupport
import Testing

/// Whole chains of a small U-Net against diffusers, with the noise that PyTorch drew.
@Suite struct UNetChainTests {
  private struct Chains {
    let backend: any ComputeBackend
    let network: UNet2DModel
    let file: Checkpoint

    init(on backend: any ComputeBackend) throws {
      self.backend = backend
      network = try UNet2DModel.load(Fixtures.url("unet_ddpm"), on: backend)
      file = try Checkpoint(Fixtures.url("chains_unet_ddpm.safetensors"))
    }

    /// An array `[…, N, C, H, W]`, of it the images at `index`.
    func images(_ name: String, at index: Int = 0) throws -> Tensor {
      let shape = Array(try #require(file.shape(name)).suffix(4))
      let count = shape.reduce(1, *)
      let values = Array(try file.floats(name)[index * count..<(index + 1) * count])
      return Tensor(
        Layout.channelsLast(values, shape: shape), shape: [shape[0], shape[2], shape[3], shape[1]],
        on: backend)
    }
  }

  @Test(.requiresFixtures, arguments: TestDevices.all)
  func implicitChain(_ device: TestDevice) throws {
    let chains = try Chains(on: device.backend)
    let timesteps = try chains.file.floats("ddim_timesteps").map { Int($0) }
    let plan = try SamplerPlan(
      schedule: .reference, sampler: .ddim(eta: 0), timesteps: timesteps)
    let chain = try DiffusionChain(denoiser: chains.network, plan: plan, seed: 0)
    let streams = NoiseStreams(IndexTensor([0, 1], shape: [2], on: chains.backend))
    let result = try chain.denoise(try chains.images("ddim_x_T"), streams: streams)
    // From t = 900 on, errors grow some hundredfold: in double precision the chain is 8.5e-4 from
    // PyTorch's in single precision, 4.8e-5 on average.
    let (values, expected) = (try result.values(), try chains.images("ddim_out").values())
    expectClose(values, expected, .absolute(2e-3), "ddim_out")
    let total = zip(values, expected).reduce(0) { $0 + abs(Double($1.0 - $1.1)) }
    #expect(total / Double(values.count) < 1e-4)
  }

  /// The steps of a purification with the stored noise in place of our own.
  @Test(.requiresFixtures, arguments: TestDevices.all)
  func purificationChain(_ device: TestDevice) throws {
    let chains = try Chains(on: device.backend)
    let plan = try SamplerPlan(schedule: .reference, sampler: .ddpm, noiseSteps: 20)
    #expect(plan.steps.map(\.timestep) == Array((0..<20).reversed()))
    let alphaBar = plan.startAlphaBar
    var sample = affineSum([
      (Float(alphaBar.squareRoot()), try chains.images("x0")),
      (Float((1 - alphaBar).squareRoot()), try chains.images("purify_init_noise")),
    ])
    func check(_ name: String) throws {
      expectClose(
        try sample.values(), try chains.images(name).values(), .absolute(1e-4), name)
    }
    try check("purify_x_start")
    for (index, step) in plan.steps.enumerated() {
      var quiet = step.coefficients
      quiet.noiseScale = 0
      let output = withoutGradient {
        chains.network.predict(sample, timestep: Float(step.timestep))
      }
      let mean = Tensor.empty(sample.shape, on: chains.backend)
      chains.backend.diffusionStep(
        quiet, sample: sample.slice, output: output.slice, previousPrediction: nil, noise: nil,
        rows: sample.shape[0], pixels: sample.shape[1] * sample.shape[2],
        channels: sample.shape[3], into: mean.slice, prediction: nil)
      let noise = try chains.images("purify_noises", at: index)
      sample = affineSum([(1, mean), (step.coefficients.noiseScale, noise)])
      if [19, 10].contains(step.timestep) { try check("purify_x_after_t\(step.timestep)") }
    }
    try check("purify_out")
  }

  /// A device may get a batch in parts.
  @Test(.requiresFixtures, arguments: TestDevices.all)
  func partsOfABatchDoNotChangeABit(_ device: TestDevice) throws {
    let chains = try Chains(on: device.backend)
    let two = try chains.images("x0")
    let images = concatenateRows([two, two.affine(scale: -1), two.rows(0..<1)])
    func output(parts: Int) throws -> [Float] {
      try withoutGradient {
        try chains.network.predict(images, timestep: 7, parts: parts).values()
      }
    }
    let expected = try output(parts: 1)
    #expect(try output(parts: 2) == expected)
    #expect(try output(parts: 5) == expected)
  }
}
