import COpenCL
import ComputeBackend

extension OpenCLContext {
  /// Enqueues a kernel over a grid of work-items.
  func launch(
    _ file: KernelFile, _ name: String, global: [Int], local: [Int], _ arguments: [KernelArgument]
  ) {
    guard global.allSatisfy({ $0 > 0 }) else { return }
    for case .output(let slice) in arguments { slice.buffer.invalidateDerived() }
    encode(name) { state throws(BackendError) in
      let kernel = try kernel(file, name, &state)
      try set(arguments, of: kernel.raw, name)
      try check(
        clEnqueueNDRangeKernel(
          queue.raw, kernel.raw, cl_uint(global.count), nil, global, local, 0, nil, nil), name)
    }
  }

  /// Enqueues a kernel whose work-items share `items` items.
  func launch(_ file: KernelFile, _ name: String, items: Int, _ arguments: [KernelArgument]) {
    let groups = (items + tuning.group - 1) / tuning.group
    let global = min(groups * tuning.group, tuning.workers)
    launch(file, name, global: [global], local: [tuning.group], arguments)
  }

  /// Enqueues a kernel with a work-group for each row, as far as there are groups.
  func launch(_ file: KernelFile, _ name: String, rows: Int, _ arguments: [KernelArgument]) {
    let groups = min(rows, tuning.rowGroups)
    launch(file, name, global: [groups * tuning.group], local: [tuning.group], arguments)
  }

  private func kernel(
    _ file: KernelFile, _ name: String, _ state: inout State
  ) throws(BackendError) -> OpenCLHandle {
    let key = KernelKey(file: file, name: name)
    if let kernel = state.kernels[key] { return kernel }
    let program: OpenCLHandle
    if let built = state.programs[file] {
      program = built
    } else {
      program = try library.program(file)
      state.programs[file] = program
    }
    var status: cl_int = 0
    guard let raw = clCreateKernel(program.raw, name, &status) else {
      throw .execution(
        operation: name, reason: "\(statusName(status)) on \(device.description.identifier)")
    }
    let kernel = OpenCLHandle(raw, release: clReleaseKernel)
    state.kernels[key] = kernel
    return kernel
  }

  private func set(
    _ arguments: [KernelArgument], of kernel: cl_kernel, _ name: String
  ) throws(BackendError) {
    var index: cl_uint = 0
    func pass<Value: BitwiseCopyable>(_ value: Value) throws(BackendError) {
      var value = value
      try check(clSetKernelArg(kernel, index, MemoryLayout<Value>.size, &value), name)
      index += 1
    }
    func passInt(_ value: Int) throws(BackendError) {
      guard let narrow = cl_int(exactly: value) else {
        throw .execution(operation: name, reason: "\(value) is too large for one kernel launch")
      }
      try pass(narrow)
    }
    for argument in arguments {
      switch argument {
      case .input(let slice), .output(let slice):
        try pass(try memory(of: slice.buffer))
        try passInt(slice.offset)
      case .buffer(let buffer): try pass(try memory(of: buffer))
      case .int(let value): try passInt(value)
      case .float(let value): try pass(value)
      case .bits(let value): try pass(value)
      }
    }
  }
}
