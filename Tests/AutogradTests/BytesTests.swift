import Autograd
import TestSupport
import Testing

@Suite struct BytesTests {
  @Test(arguments: TestDevices.all)
  func numbersOfBytesAreThoseOfTheHost(device: TestDevice) throws {
    // An odd count, so that the last element is not full.
    let bytes = (0..<1003).map { UInt8($0 * 7 % 256) }
    let tensor = Tensor(bytes: bytes, shape: [17, 59], on: device.backend) { Float($0) / 127.5 - 1 }
    #expect(try tensor.values() == bytes.map { Float($0) / 127.5 - 1 })
    let slice = Tensor(bytes: bytes[500...], shape: [503], on: device.backend)
    #expect(try slice.values() == bytes[500...].map { Float($0) })
  }

  @Test(arguments: TestDevices.all)
  func bytesComeBack(device: TestDevice) throws {
    let bytes = (0...255).map { UInt8($0) } + [7, 8, 9]
    let packed = PackedBytes(bytes, on: device.backend)
    #expect(try packed.values() == bytes)
    #expect(try packed.tensor(shape: [259]).packedBytes().values() == bytes)
    let beyond: [Float] = [-3, 255.9, 300, .nan, 12.75]
    #expect(
      try Tensor(beyond, shape: [5], on: device.backend).packedBytes().values()
        == [0, 255, 255, 0, 12])
  }
}
