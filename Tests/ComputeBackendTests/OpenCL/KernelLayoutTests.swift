import ComputeBackend
import ConvolutionAlgorithms
import OpenCLBackend
import Testing
import TestSupport

/// Which layout a device gets, which ones it can run, and that they compute the same.
@Suite struct KernelLayoutTests {
  private static func device(
    _ name: String, _ vendor: String, isGPU: Bool = true, units: Int = 132,
    groupLimit: Int = 1024, localMemory: Int = 48 << 10
  ) -> DeviceTraits {
    DeviceTraits(
      name: name, vendor: vendor, isGPU: isGPU, units: units, groupLimit: groupLimit,
      localMemory: localMemory)
  }

  private static let hopper = device("NVIDIA H200", "NVIDIA Corporation, NVIDIA CUDA")

  @Test func nameComesBeforeVendorBeforeKind() {
    func label(_ device: DeviceTraits, _ style: KernelLayout.Style? = nil) -> String {
      KernelLayoutTable.entry(for: device, style: style).label
    }
    #expect(label(Self.hopper) == "NVIDIA Hopper")
    #expect(label(Self.device("NVIDIA H100 PCIe", "NVIDIA Corporation")) == "NVIDIA Hopper")
    #expect(label(Self.device("NVIDIA GeForce RTX 4090", "NVIDIA Corporation")) == "NVIDIA")
    #expect(label(Self.device("gfx90a", "Advanced Micro Devices, Inc., AMD")) == "GPU")
    let pocl = Self.device(
      "pthread-something", "AuthenticAMD, Portable Computing Language", isGPU: false)
    #expect(label(pocl) == "PoCL")
    #expect(label(pocl, .gpu) == "GPU")
    let other = Self.device("AMD EPYC", "Intel(R) Corporation, Intel(R) OpenCL", isGPU: false)
    #expect(label(other) == "processor")
    #expect(label(Self.hopper, .cpu) == "processor")
  }

  /// An entry that a device cannot run gives way to the next one.
  @Test func anEntryThatDoesNotFitIsPassedOver() {
    let small = Self.device("NVIDIA GeForce RTX 4090", "NVIDIA", localMemory: 12 << 10)
    #expect(KernelLayoutTable.entry(for: small).label == "GPU")
  }

  @Test func limitsOfTheDeviceAreKept() throws {
    for entry in KernelLayoutTable.entries {
      #expect(entry.layout.problem(on: Self.hopper) == nil, "\(entry.label)")
    }
    let layout = KernelLayoutTable.entry(for: Self.hopper).layout
    let few = Self.device("a", "b", groupLimit: 128)
    #expect(layout.problem(on: few)?.contains("work-groups of 256") == true)
    let little = Self.device("a", "b", localMemory: 8 << 10)
    #expect(layout.problem(on: little)?.contains("8320 bytes of local memory") == true)
    let wrong: [(inout KernelLayout) -> Void] = [
      { $0.block.threadRows = 6 }, { $0.block.threadColumns = 2 }, { $0.block.depth = 12 },
      { $0.block.rows = 96 }, { $0.group = 96 }, { $0.splitDepth = 0 }, { $0.block.columns = 0 },
      { $0.workersPerUnit = .max }, { $0.block.rows = .max }, { $0.groupsPerUnit = .max },
    ]
    for (number, change) in wrong.enumerated() {
      var changed = layout
      change(&changed)
      #expect(changed.problem(on: Self.hopper) != nil, "change \(number)")
    }
    let step = KernelLayoutTable.alternatives(to: layout, on: few).flatMap { $0 }
    #expect(!step.isEmpty)
    #expect(step.allSatisfy { $0.problem(on: few) == nil && $0 != layout })
  }

  @Test(.requiresOpenCL) func aLayoutThatDoesNotFitIsRefused() {
    var layout = KernelLayoutTable.entry(for: Self.hopper).layout
    layout.block.depth = 12
    let error = #expect(throws: BackendError.self) {
      try OpenCLBackend(style: nil, layout: layout)
    }
    #expect(error?.description.contains("does not fit") == true)
  }

  /// The blocks that are shipped, the smallest one with split sums, and a tile for processors with
  /// fewer registers.
  static let layouts: [KernelLayout] = {
    var all = KernelLayoutTable.entries.prefix(3).map(\.layout)
    (all[2].splitDepth, all[2].groupsPerUnit) = (32, 1000)
    var narrow = KernelLayoutTable.entries[3].layout
    narrow.block = .init(rows: 6, columns: 16)
    return all + [narrow]
  }()

  @Test(.requiresOpenCL, arguments: layouts) func productsConform(_ layout: KernelLayout) throws {
    let backend = try OpenCLBackend(
      style: layout.style, layout: layout, convolutions: .always(.direct))
    let cases = convolutionCases + matrixCases + attentionCases
    for operation in cases.enumerated().filter({ $0.offset % 7 == 1 }).map(\.element) {
      let expected = try ConformanceTests.reference(operation)
      for (output, reference) in zip(try operation.run(on: backend), expected) {
        expectClose(
          output.values, reference.values, reference.closeness,
          "\(operation.name), \(output.name)")
        #expect(!output.overran, "\(operation.name), \(output.name): written outside the slice")
      }
    }
    #expect(layout.groupsPerUnit < 1000 || backend.launchedKernels.contains("product.sumSplits"))
  }

  /// Neither how sums are cut nor the choice of a block by rows lets samples see each other.
  @Test(.requiresOpenCL, arguments: layouts, [ConvolutionAlgorithm.direct, .winograd2])
  func aSamplesResultIgnoresTheOthers(
    _ layout: KernelLayout, _ algorithm: ConvolutionAlgorithm
  ) throws {
    let backend = try OpenCLBackend(
      style: layout.style, layout: layout, convolutions: .always(algorithm))
    func geometry(_ batch: Int) -> Conv2DGeometry {
      Conv2DGeometry(
        batch: batch, inputHeight: 4, inputWidth: 4, inputChannels: 96, outputChannels: 64,
        kernelHeight: 3, kernelWidth: 3, stride: 1, padding: .symmetric(1))
    }
    let all = geometry(9)
    func slice(_ count: Int, _ stream: Int32) -> BufferSlice {
      let slice = backend.makeBuffer(count: count)[count]
      backend.upload(
        Philox.row(
          NoiseKey(seed: 3, step: 0, purpose: 0), stream: stream, count: count, normal: true),
        to: slice)
      return slice
    }
    let (x, w) = (slice(all.inputCount, 0), slice(all.weightCount, 1))
    func results(_ batch: Int, from first: Int) throws -> [Float] {
      let g = geometry(batch)
      let size = g.inputCount / batch
      let y = backend.makeBuffer(count: g.outputCount)[g.outputCount]
      backend.convolve(
        g, input: x.range(from: first * size, count: g.inputCount), weight: w,
        epilogue: Epilogue(), into: y)
      return try backend.downloadFloats(y)
    }
    let together = try results(9, from: 0)
    let size = together.count / 9
    for sample in [0, 4, 8] {
      #expect(
        try results(1, from: sample) == Array(together[sample * size..<(sample + 1) * size]))
    }
  }
}
