import COpenCL
import ComputeBackend

/// A reference-counted OpenCL object, released with its last reference.
///
/// OpenCL's functions may be called from any thread, except for `clSetKernelArg` on one kernel,
/// which `OpenCLContext` keeps under its lock.
final class OpenCLHandle: @unchecked Sendable {
  let raw: OpaquePointer
  private let release: (OpaquePointer) -> Void

  init(_ raw: OpaquePointer, release: @escaping (OpaquePointer) -> cl_int) {
    self.raw = raw
    self.release = { _ = release($0) }
  }

  deinit { release(raw) }
}

/// Device memory, or none when it could not be had; then any use fails.
final class OpenCLStorage: BufferStorage {
  let capacity: Int
  let handle: OpenCLHandle?

  init(capacity: Int, handle: OpenCLHandle?) {
    self.capacity = capacity
    self.handle = handle
  }
}

/// The name of a status code, for messages.
func statusName(_ status: cl_int) -> String {
  let names: [cl_int: String] = [
    CL_DEVICE_NOT_FOUND: "CL_DEVICE_NOT_FOUND",
    CL_DEVICE_NOT_AVAILABLE: "CL_DEVICE_NOT_AVAILABLE",
    CL_COMPILER_NOT_AVAILABLE: "CL_COMPILER_NOT_AVAILABLE",
    CL_MEM_OBJECT_ALLOCATION_FAILURE: "CL_MEM_OBJECT_ALLOCATION_FAILURE",
    CL_OUT_OF_RESOURCES: "CL_OUT_OF_RESOURCES",
    CL_OUT_OF_HOST_MEMORY: "CL_OUT_OF_HOST_MEMORY",
    CL_BUILD_PROGRAM_FAILURE: "CL_BUILD_PROGRAM_FAILURE",
    CL_INVALID_VALUE: "CL_INVALID_VALUE",
    CL_INVALID_KERNEL_NAME: "CL_INVALID_KERNEL_NAME",
    CL_INVALID_KERNEL_ARGS: "CL_INVALID_KERNEL_ARGS",
    CL_INVALID_ARG_INDEX: "CL_INVALID_ARG_INDEX",
    CL_INVALID_ARG_SIZE: "CL_INVALID_ARG_SIZE",
    CL_INVALID_WORK_GROUP_SIZE: "CL_INVALID_WORK_GROUP_SIZE",
    CL_INVALID_BUFFER_SIZE: "CL_INVALID_BUFFER_SIZE",
  ]
  return names[status] ?? "status \(status)"
}
