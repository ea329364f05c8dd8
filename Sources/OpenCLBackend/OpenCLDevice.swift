import COpenCL
import ComputeBackend

/// A device of one of the installed OpenCL platforms.
struct OpenCLDevice: @unchecked Sendable {
  let id: cl_device_id
  let description: DeviceDescription
  let traits: DeviceTraits
  var isGPU: Bool { traits.isGPU }
  let isPoCL: Bool
  /// Division and square root can be had correctly rounded.
  let roundsDivideCorrectly: Bool
  /// Floats of a vector register.
  let vectorWidth: Int

  /// All devices in the order of the platforms; empty without a platform.
  static func all() -> [OpenCLDevice] {
    var devices: [OpenCLDevice] = []
    for platform in OpenCLPlatform.all() {
      for id in platform.devices {
        devices.append(OpenCLDevice(platform: platform, id: id, index: devices.count))
      }
    }
    return devices
  }

  private init(platform: OpenCLPlatform, id: cl_device_id, index: Int) {
    self.id = id
    isPoCL = platform.isPoCL
    let driver = text { clGetDeviceInfo(id, cl_uint(CL_DRIVER_VERSION), $0, $1, $2) }
    let kind: cl_device_type = number(of: id, CL_DEVICE_TYPE, 0)
    let units: cl_uint = number(of: id, CL_DEVICE_MAX_COMPUTE_UNITS, 1)
    let memory: cl_ulong = number(of: id, CL_DEVICE_GLOBAL_MEM_SIZE, 0)
    let width: cl_uint = number(of: id, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, 1)
    let rounding: cl_device_fp_config = number(of: id, CL_DEVICE_SINGLE_FP_CONFIG, 0)
    let groupLimit: Int = number(of: id, CL_DEVICE_MAX_WORK_GROUP_SIZE, 1)
    let localMemory: cl_ulong = number(of: id, CL_DEVICE_LOCAL_MEM_SIZE, 0)
    let name = text { clGetDeviceInfo(id, cl_uint(CL_DEVICE_NAME), $0, $1, $2) }
    let vendor = text { clGetDeviceInfo(id, cl_uint(CL_DEVICE_VENDOR), $0, $1, $2) }
    traits = DeviceTraits(
      name: name, vendor: "\(vendor), \(platform.name)",
      isGPU: kind & cl_device_type(CL_DEVICE_TYPE_GPU) != 0, units: max(1, Int(units)),
      groupLimit: groupLimit, localMemory: Int(localMemory))
    vectorWidth = Int(width)
    roundsDivideCorrectly =
      rounding & cl_device_fp_config(CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0
    description = DeviceDescription(
      identifier: "opencl:\(index)", name: name,
      driver: "\(driver), \(platform.version)", units: Int(units), memory: Int(memory))
  }
}

/// A text property, read by a function of (capacity, destination, size).
func text(
  _ read: (Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> cl_int
) -> String {
  var size = 0
  guard read(0, nil, &size) == CL_SUCCESS, size > 0 else { return "unknown" }
  var bytes = [UInt8](repeating: 0, count: size)
  guard bytes.withUnsafeMutableBytes({ read(size, $0.baseAddress, nil) }) == CL_SUCCESS else {
    return "unknown"
  }
  return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
}

private func number<Value: FixedWidthInteger>(
  of id: cl_device_id, _ property: Int32, _ fallback: Value
) -> Value {
  var value = fallback
  let status = clGetDeviceInfo(
    id, cl_device_info(property), MemoryLayout<Value>.size, &value, nil)
  return status == CL_SUCCESS ? value : fallback
}
