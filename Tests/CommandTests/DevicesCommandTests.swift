import ComputeBackend
import Foundation
import Testing

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
}
