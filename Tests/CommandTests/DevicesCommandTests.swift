import ComputeBackend
import Foundation
import Testing
import TestSupport

@Suite struct DevicesCommandTests {
  @Test func listsTheCPUAndItsDriver() throws {
    let run = try CommandRun(["devices"])
    #expect(run.exitCode == 0)
    let lines = run.output.split(separator: "\n")
    #expect(lines.count >= 3)
    #expect(lines[0].hasPrefix("cpu: "))
    // Without an OpenCL device the listing says what to install.
    let hasOpenCL = lines.contains { $0.hasPrefix("opencl:") }
    #expect(run.output.contains("pocl-opencl-icd") == !hasOpenCL)
  }

  @Test func printsJSON() throws {
    let run = try CommandRun(["devices", "--json"])
    let devices = try JSONDecoder().decode([DeviceDescription].self, from: Data(run.output.utf8))
    #expect(devices.first?.identifier == "cpu")
    #expect(devices.allSatisfy { $0.units > 0 && $0.memory > 0 && !$0.driver.isEmpty })
  }

  /// What `Tests/gpu/check.py` compiles: every layout with every file, and a block in `product.cl`.
  @Test func tellsHowKernelsAreCompiled() throws {
    struct Build: Decodable {
      var layout, style, file, options: String
    }
    let run = try CommandRun(["devices", "--kernel-builds"])
    let builds = try JSONDecoder().decode([Build].self, from: Data(run.output.utf8))
    let hopper = builds.filter { $0.layout == "NVIDIA Hopper" }
    #expect(hopper.contains { $0.file == "winograd.cl" && $0.options.contains(" -DLANES=2 ") })
    #expect(hopper.allSatisfy { $0.style == "gpu" && $0.options.contains(" -DSTYLE_GPU=1 ") })
    let product = try #require(hopper.first { $0.file == "product.cl" })
    #expect(product.options.contains(" -DPRODUCT_ROWS=128 "))
    #expect(!hopper.contains { $0.file == "slope_product.cl" })
    #expect(builds.contains { $0.style == "cpu" && $0.file == "slope_product.cl" })
  }

  private static let hasPoCL = TestDevices.all.contains {
    $0.backend.description.driver.contains("PoCL")
  }

  /// PoCL has no device where it cannot write, which is not the same as not being installed.
  @Test(.enabled(if: hasPoCL, "no PoCL: install pocl-opencl-icd"))
  func aCacheThatCannotBeWrittenIsTheCauseThatIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write([], to: "file")
    let cache = folder.path + "/file/cache"
    let listing = try CommandRun(["devices"], environment: ["POCL_CACHE_DIR": cache])
    #expect(listing.exitCode == 0)
    #expect(listing.output.contains("Note: the OpenCL platform Portable Computing Language offers"))
    #expect(listing.output.contains("cannot write to its cache: \(cache): Not a directory;"))
    #expect(!listing.output.contains("no OpenCL platform is installed"))

    let work = ["bench", "training", "critic", "--batch", "2", "--seconds", "0.001"]
    let run = try CommandRun(
      work + ["--device", "opencl"], environment: ["POCL_CACHE_DIR": cache])
    let line = try #require(run.errorLine)
    #expect(line.hasPrefix("error: no device 'opencl:0': the OpenCL platform Portable Computing"))
    #expect(line.contains("set POCL_CACHE_DIR to a directory that it can create or write to"))
    #expect(try CommandRun(work, environment: ["POCL_CACHE_DIR": cache]).exitCode == 0)
  }

  /// Kernels that lie beside the program may be of another version.
  @Test(.enabled(if: TestDevices.contains("opencl"), "no OpenCL device: install pocl-opencl-icd"))
  func kernelsBesideTheProgramAreNotUsed() throws {
    let folder = try TemporaryFolder()
    let kernels = folder.path + "/share/elixir-gpu/kernels"
    for file in ["elementwise", "product", "gradient_penalty", "random", "optimizer", "common"] {
      for place in ["share/elixir-gpu/kernels", "bin/Kernels"] {
        try folder.write(Array("#error an old kernel\n".utf8), to: "\(place)/\(file).cl")
      }
    }
    let program = folder.url.appendingPathComponent("bin/elixir-gpu")
    try FileManager.default.copyItem(at: CommandRun.program, to: program)
    let work = ["bench", "training", "critic", "--batch", "2", "--seconds", "0.001"]
    func run(_ arguments: String...) throws -> CommandRun {
      try CommandRun(work + ["--device", "opencl"] + arguments, program: program)
    }
    let plain = try run()
    #expect(plain.exitCode == 0, "\(plain.errors)")
    // Unless they are asked for.
    let asked = try run("--kernels", kernels)
    #expect(asked.exitCode == 1 && asked.errors.contains(kernels), "\(asked.errors)")
  }

  @Test func everyDeviceIsTested() throws {
    let run = try CommandRun(["devices", "--self-test"])
    #expect(run.exitCode == 0)
    let lines = run.output.split(separator: "\n")
    let devices = lines.count { $0.hasPrefix("cpu: ") || $0.hasPrefix("opencl:") }
    #expect(devices > 0)
    #expect(lines.count { $0.hasPrefix("  self-test: passed in ") } == devices)
    #expect(try CommandRun(["devices", "--self-test", "--json"]).exitCode == 64)
  }
}
