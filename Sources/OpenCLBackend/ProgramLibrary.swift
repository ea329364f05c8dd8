import COpenCL
import ComputeBackend

/// Compiles kernel files on demand, or takes them from the program cache.
struct ProgramLibrary: Sendable {
  let device: OpenCLDevice
  let context: OpenCLHandle
  let tuning: DeviceTuning
  let source: KernelSource
  let cache: ProgramCache

  func program(_ file: KernelFile) throws(BackendError) -> OpenCLHandle {
    let text = try source.resolved(file.name)
    let options = tuning.buildOptions(file)
    let key = ProgramCache.key(
      [text, options, device.description.name, device.description.driver])
    if let binary = cache.load(key), let program = load(binary, options) { return program }
    let program = try compile(text, options, file: file.name)
    if let binary = binary(of: program) { cache.store(key, binary) }
    return program
  }

  /// The kernels of a file.
  func kernelNames(of file: KernelFile) throws(BackendError) -> [String] {
    let program = try program(file)
    var size = 0
    let property = cl_program_info(CL_PROGRAM_KERNEL_NAMES)
    var status = clGetProgramInfo(program.raw, property, 0, nil, &size)
    var bytes = [UInt8](repeating: 0, count: size)
    if status == CL_SUCCESS { status = clGetProgramInfo(program.raw, property, size, &bytes, nil) }
    guard status == CL_SUCCESS else {
      throw .execution(operation: "kernelNames", reason: statusName(status))
    }
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self).split(separator: ";")
      .map(String.init)
  }

  private func compile(
    _ text: String, _ options: String, file: String
  ) throws(BackendError) -> OpenCLHandle {
    var status: cl_int = 0
    let raw = text.withCString { pointer -> cl_program? in
      var line: UnsafePointer<CChar>? = pointer
      return clCreateProgramWithSource(context.raw, 1, &line, nil, &status)
    }
    guard let raw else { throw .kernelBuild(file: file, log: statusName(status)) }
    let program = OpenCLHandle(raw, release: clReleaseProgram)
    status = build(program, options)
    guard status == CL_SUCCESS else {
      throw .kernelBuild(file: file, log: log(of: program) ?? statusName(status))
    }
    return program
  }

  private func build(_ program: OpenCLHandle, _ options: String) -> cl_int {
    var id: cl_device_id? = device.id
    return clBuildProgram(program.raw, 1, &id, options, nil, nil)
  }

  private func log(of program: OpenCLHandle) -> String? {
    var size = 0
    let property = cl_program_build_info(CL_PROGRAM_BUILD_LOG)
    guard clGetProgramBuildInfo(program.raw, device.id, property, 0, nil, &size) == CL_SUCCESS,
      size > 1
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: size)
    guard clGetProgramBuildInfo(program.raw, device.id, property, size, &bytes, nil) == CL_SUCCESS
    else { return nil }
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  private func load(_ binary: [UInt8], _ options: String) -> OpenCLHandle? {
    var id: cl_device_id? = device.id
    var status: cl_int = 0
    var size = binary.count
    let raw = binary.withUnsafeBufferPointer { bytes -> cl_program? in
      var pointer = bytes.baseAddress
      return clCreateProgramWithBinary(context.raw, 1, &id, &size, &pointer, nil, &status)
    }
    guard let raw else { return nil }
    let program = OpenCLHandle(raw, release: clReleaseProgram)
    return status == CL_SUCCESS && build(program, options) == CL_SUCCESS ? program : nil
  }

  private func binary(of program: OpenCLHandle) -> [UInt8]? {
    var size = 0
    let sizes = cl_program_info(CL_PROGRAM_BINARY_SIZES)
    guard
      clGetProgramInfo(program.raw, sizes, MemoryLayout<Int>.size, &size, nil) == CL_SUCCESS,
      size > 0
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: size)
    let status = bytes.withUnsafeMutableBufferPointer { buffer -> cl_int in
      var pointer = buffer.baseAddress
      return clGetProgramInfo(
        program.raw, cl_program_info(CL_PROGRAM_BINARIES),
        MemoryLayout<UnsafeMutablePointer<UInt8>?>.size, &pointer, nil)
    }
    return status == CL_SUCCESS ? bytes : nil
  }
}
