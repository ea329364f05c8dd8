import COpenCL
import Foundation

/// An installed OpenCL platform: a driver, with its devices.
struct OpenCLPlatform: @unchecked Sendable {
  let name: String
  let version: String
  let devices: [cl_device_id]
  /// Of the call that lists the devices.
  private let status: cl_int

  /// All platforms; empty where none is installed.
  static func all() -> [OpenCLPlatform] {
    var count: cl_uint = 0
    guard clGetPlatformIDs(0, nil, &count) == CL_SUCCESS, count > 0 else { return [] }
    var ids = [cl_platform_id?](repeating: nil, count: Int(count))
    guard clGetPlatformIDs(count, &ids, nil) == CL_SUCCESS else { return [] }
    return ids.compactMap { $0 }.map(OpenCLPlatform.init)
  }

  var isPoCL: Bool { name == "Portable Computing Language" }

  private init(_ id: cl_platform_id) {
    name = text { clGetPlatformInfo(id, cl_uint(CL_PLATFORM_NAME), $0, $1, $2) }
    version = text { clGetPlatformInfo(id, cl_uint(CL_PLATFORM_VERSION), $0, $1, $2) }
    let kinds = cl_device_type(CL_DEVICE_TYPE_ALL)
    var count: cl_uint = 0
    var status = clGetDeviceIDs(id, kinds, 0, nil, &count)
    var ids = [cl_device_id?](repeating: nil, count: status == CL_SUCCESS ? Int(count) : 0)
    if !ids.isEmpty { status = clGetDeviceIDs(id, kinds, count, &ids, nil) }
    devices = status == CL_SUCCESS ? ids.compactMap { $0 } : []
    self.status = status
  }

  /// Why it has no device, and what to do about it; `nil` if it has one.
  var problem: String? {
    guard devices.isEmpty else { return nil }
    let finding = "the OpenCL platform \(name) offers no device (\(statusName(status)))"
    guard isPoCL else {
      return finding + "; see whether its driver fits the hardware, or use the cpu"
    }
    guard let problem = PoCLCache().problem else { return finding + "; use the cpu" }
    return finding + ", as it cannot write to its cache: \(problem); set POCL_CACHE_DIR to a "
      + "directory that it can create or write to"
  }
}
