import Support
import Testing

@Suite struct ThroughputMeterTests {
  /// Units done of 4000, of them by this process, in seconds; and the line.
  @Test(arguments: [
    (640, 640, 51.2, "640/4000 (16 %), 12.5 images/s, 4 min 29 s left"),
    (640, 128, 64, "640/4000 (16 %), 2.00 images/s, 28 min 00 s left"),
    (4000, 4000, 10, "4000/4000 (100 %), 400 images/s, 0 s left"),
    (1, 1, 10, "1/4000 (0 %), 0.10 images/s, 11 h 06 min left"),
    (512, 0, 10, "512/4000 (12 %)"),
    (0, 0, 0, "0/4000 (0 %)"),
  ])
  func saysHowFarHowFastHowLong(done: Int, fresh: Int, elapsed: Double, line: String) {
    #expect(
      ThroughputMeter.line(
        Double(done), of: 4000, unit: "images", fresh: Double(fresh), elapsed: elapsed) == line)
  }

  @Test func nothingToDoIsDone() {
    #expect(ThroughputMeter(total: 0).line(0) == "0/0 (100 %)")
  }

  @Test(arguments: [
    (0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s"), (7800, "2 h 10 min"),
    (-3, "0 s"), (Double.infinity, "1000000 h 00 min"), (Double.nan, "1000000 h 00 min"),
  ])
  func durationsAreRounded(seconds: Double, text: String) {
    #expect(NumberFormat.duration(seconds) == text)
  }

  @Test func jsonIsSortedAndKeepsSlashes() throws {
    struct Value: Encodable {
      let zone = "a/b"
      let answer = Double.infinity
    }
    #expect(try JSONText.line(Value()) == #"{"answer":"inf","zone":"a/b"}"#)
    #expect(try JSONText.indented(Value()) == "{\n  \"answer\" : \"inf\",\n  \"zone\" : \"a/b\"\n}")
  }
}
