import ArgumentParser
import Benchmarking
import Checkpoints
import ComputeBackend
import Foundation
import Support

/// `elixir-gpu bench operations`: the speed of single operations beside the device's limits.
struct BenchOperationsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "operations",
    abstract: "Times single operations and compares them with what the device can reach.",
    discussion: """
      First the device's limits are measured: fp32 multiply-adds in registers, and a copy in \
      memory. Then each operation of google/ddpm-cifar10-32 and PreActResNet-18, at their sizes, \
      from empty caches. GB/s count each operand once; the roof is the lesser of the multiply-adds \
      and what the copy's bandwidth would allow at that traffic. Convolutions are counted as \
      direct ones, so that Winograd's algorithm may pass the roof; so may --precision bf16.

      Examples:
        elixir-gpu bench operations
        elixir-gpu bench operations --filter "3×3 256→256" --batch 32
        elixir-gpu bench operations --device opencl --json --roofline roofline.svg > operations.json
      """)

  @Option(help: "Images in each operation.")
  var batch = 8

  @Option(help: "How long to measure each operation.")
  var seconds = 0.2

  @Option(help: "Only operations whose name contains this text.")
  var filter: String?

  @Flag(help: "Print JSON.")
  var json = false

  @Option(help: ArgumentHelp("Draw the operations below the roof.", valueName: "file.svg"))
  var roofline: String?

  @OptionGroup var device: DeviceArguments

  func validate() throws {
    if batch < 1 { throw ValidationError("--batch \(batch): use at least 1.") }
    if !(seconds > 0) { throw ValidationError("--seconds \(seconds): use more than 0.") }
    if let filter, selected.isEmpty {
      throw ValidationError("--filter \(filter): no operation's name contains this.")
    }
    if let roofline {
      let folder = URL(fileURLWithPath: roofline).deletingLastPathComponent().path
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
        isFolder.boolValue
      else {
        throw ValidationError("--roofline \(roofline): there is no folder \(folder).")
      }
    }
  }

  func run() throws {
    let backend = try device.makeBackend()
    let peak = try DevicePeak.measure(on: backend)
    backend.pool.trim()
    let name = backend.description
    if !json {
      print("\(name.label), \(name.driver)")
      print(
        "\(NumberFormat.text(peak.flopsPerSecond / 1e9)) GFLOP/s (\(DevicePeak.arithmeticSource)), "
          + "\(NumberFormat.text(peak.bytesPerSecond / 1e9)) GB/s (\(DevicePeak.bandwidthSource))")
      print("\n       ms    GFLOP/s     GB/s  FLOP/byte  % of roof  batch \(batch)")
    }
    let timer = OperationTimer(on: backend)
    var rows: [Row] = []
    for operation in selected {
      let timing = try timer.timing(of: operation, seconds: seconds)
      let row = Row(operation, timing, peak)
      // Operations differ in size: what one leaves would only pile up.
      backend.pool.trim()
      if !json { print(row.line) }
      rows.append(row)
    }
    if json {
      print(
        try JSONText.indented(
          Result(
            machine: MachineStamp(devices: [name]), date: MachineStamp.date, batch: batch,
            seconds: seconds, peak: .init(peak), operations: rows)))
    }
    if let roofline { try draw(rows, peak, on: name, to: roofline) }
  }

  private var selected: [DeviceOperation] {
    let all = OperationTable.all(batch: batch)
    guard let filter else { return all }
    return all.filter { $0.name.range(of: filter, options: .caseInsensitive) != nil }
  }

  struct Result: Encodable {
    var machine: MachineStamp
    var date: String
    var batch: Int
    /// For each operation.
    var seconds: Double
    var peak: Peak
    var operations: [Row]
  }

  struct Peak: Encodable {
    var gflops: Double
    var gflopsSource = DevicePeak.arithmeticSource
    var gigabytesPerSecond: Double
    var gigabytesPerSecondSource = DevicePeak.bandwidthSource

    init(_ peak: DevicePeak) {
      gflops = peak.flopsPerSecond / 1e9
      gigabytesPerSecond = peak.bytesPerSecond / 1e9
    }
  }

  struct Row: Encodable {
    var name: String
    var kind: DeviceOperation.Kind
    /// Of one run.
    var flops: Int
    /// Compulsory traffic of one run.
    var bytes: Int
    var medianMilliseconds: Double
    var gflops: Double
    var gigabytesPerSecond: Double
    /// FLOP for each byte.
    var intensity: Double
    /// Of min(peak, intensity × bandwidth).
    var roofFraction: Double
    var runs: Int

    init(_ operation: DeviceOperation, _ timing: Timing, _ peak: DevicePeak) {
      let rate = Double(operation.flops) / timing.median
      name = operation.name
      kind = operation.kind
      flops = operation.flops
      bytes = operation.bytes
      medianMilliseconds = timing.median * 1e3
      gflops = rate / 1e9
      gigabytesPerSecond = Double(operation.bytes) / timing.median / 1e9
      intensity = operation.intensity
      roofFraction = rate / peak.roof(intensity: operation.intensity)
      runs = timing.figures.count
    }

    var line: String {
      let columns: [(Double, digits: Int, width: Int)] = [
        (medianMilliseconds, 3, 9), (gflops, 2, 11), (gigabytesPerSecond, 2, 9), (intensity, 2, 11),
        (100 * roofFraction, 1, 11),
      ]
      return columns.map { value, digits, width in
        let text = NumberFormat.text(value, digits: digits)
        return String(repeating: " ", count: max(0, width - text.count)) + text
      }.joined() + "  " + name
    }
  }

  private func draw(
    _ rows: [Row], _ peak: DevicePeak, on device: DeviceDescription, to path: String
  ) throws {
    let picture = Roofline(
      title: "\(device.label), \(device.units) units",
      subtitle: "Operations at batch \(batch), medians of \(seconds) s each, \(MachineStamp.date)",
      peak: peak,
      points: rows.map {
        .init(
          name: $0.name, kind: $0.kind, intensity: $0.intensity,
          flopsPerSecond: $0.gflops * 1e9)
      })
    try AtomicFile.write(Array(picture.svg.utf8), to: path)
  }
}
