import ComputeBackend
import Testing
import TestSupport

/// The same key gives the same noise on every device.
@Suite(.serialized) struct NoiseAcrossDevicesTests {
  private func noise(on device: TestDevice, normal: Bool) throws -> [Float] {
    let (rows, columns) = (7, 3073)
    let streams = device.backend.makeBuffer(count: rows)[rows]
    device.backend.upload((0..<rows).map { Int32($0) * 7919 - 3 }, to: streams)
    let y = device.backend.makeBuffer(count: rows * columns)[rows * columns]
    let key = NoiseKey(seed: 0x1234_5678_9ABC_DEF0, step: 149, purpose: 2)
    if normal {
      device.backend.randomNormal(key, streams: streams, rows: rows, columns: columns, into: y)
    } else {
      device.backend.randomUniform(key, streams: streams, rows: rows, columns: columns, into: y)
    }
    return try device.backend.downloadFloats(y)
  }

  @Test func uniformBitsAreEqual() throws {
    let expected = try noise(on: comparedDevices[0], normal: false)
    for device in comparedDevices.dropFirst() {
      #expect(try noise(on: device, normal: false) == expected, "\(device.name)")
    }
  }

  @Test func normalNumbersAreWithinTwoUnitsInTheLastPlace() throws {
    let expected = try noise(on: comparedDevices[0], normal: true)
    for device in comparedDevices.dropFirst() {
      let actual = try noise(on: device, normal: true)
      let worst = try #require(zip(actual, expected).map { abs($0 - $1) / $1.ulp }.max())
      #expect(worst <= 2, "\(device.name)")
    }
  }
}
