import ArgumentParser

/// The options that all commands of `bench` with one piece of work share.
struct BenchArguments: ParsableArguments {
  @Option(help: "How long to measure, after warming up.")
  var seconds = 10.0

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var device: DeviceArguments

  func validate() throws {
    if !(seconds > 0) { throw ValidationError("--seconds \(seconds): use more than 0.") }
  }
}
