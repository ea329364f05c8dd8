import COpenCL
import ComputeBackend
import Synchronization

/// A device's context with its in-order queue, compiled programs and first failure.
final class OpenCLContext: Sendable {
  struct KernelKey: Hashable, Sendable {
    var file: KernelFile
    var name: String
  }

  /// Host memory that a pending upload reads.
  struct StagedUpload: @unchecked Sendable {
    var memory: UnsafeMutableRawPointer
    var event: OpenCLHandle

    var isComplete: Bool {
      var status: cl_int = 0
      let code = clGetEventInfo(
        event.raw, cl_uint(CL_EVENT_COMMAND_EXECUTION_STATUS), MemoryLayout<cl_int>.size, &status,
        nil)
      return code != CL_SUCCESS || status <= CL_COMPLETE
    }
  }

  struct State: Sendable {
    var failure: BackendError?
    var programs: [KernelFile: OpenCLHandle] = [:]
    var kernels: [KernelKey: OpenCLHandle] = [:]
    var staged: [StagedUpload] = []
    var lastOperation = "synchronize"
    var launches = 0
    /// How often the host has waited for the device.
    var waits = 0
  }

  let device: OpenCLDevice
  let tuning: DeviceTuning
  let context: OpenCLHandle
  let queue: OpenCLHandle
  let library: ProgramLibrary
  let state = Mutex(State())

  init(device: OpenCLDevice, tuning: DeviceTuning, source: KernelSource, cache: ProgramCache)
    throws(BackendError)
  {
    self.device = device
    self.tuning = tuning
    var status: cl_int = 0
    var id: cl_device_id? = device.id
    func failed(_ call: String) -> BackendError {
      .noDevice(
        requested: device.description.identifier,
        advice: "\(call) of \(device.description.name) failed (\(statusName(status)))")
    }
    guard let context = clCreateContext(nil, 1, &id, nil, nil, &status) else {
      throw failed("clCreateContext")
    }
    self.context = OpenCLHandle(context, release: clReleaseContext)
    guard let queue = clCreateCommandQueue(context, device.id, 0, &status) else {
      throw failed("clCreateCommandQueue")
    }
    self.queue = OpenCLHandle(queue, release: clReleaseCommandQueue)
    library = ProgramLibrary(
      device: device, context: self.context, tuning: tuning, source: source, cache: cache)
  }

  deinit {
    clFinish(queue.raw)
    state.withLock { state in
      for upload in state.staged { upload.memory.deallocate() }
    }
  }

  // MARK: Failures

  /// Runs `body` unless an operation failed before; its error becomes the failure.
  func encode(_ operation: String, _ body: (inout State) throws(BackendError) -> Void) {
    state.withLock { state in
      guard state.failure == nil else { return }
      do throws(BackendError) {
        try body(&state)
        state.lastOperation = operation
        state.launches += 1
        // Some drivers start work only at a flush; the processor has something to do meanwhile.
        if state.launches % 32 == 0 { clFlush(queue.raw) }
      } catch {
        state.failure = error
      }
    }
  }

  /// Waits for all encoded work; throws the first failure since the last wait.
  func wait() throws(BackendError) {
    let status = clFinish(queue.raw)
    let failure = state.withLock { state in
      state.waits += 1
      reclaimUploads(&state)
      let failure = state.failure ?? error(status, operation: state.lastOperation)
      state.failure = nil
      return failure
    }
    if let failure { throw failure }
  }

  /// The error that a status code stands for; `nil` for success.
  func error(_ status: cl_int, operation: String, bytes: Int = 0) -> BackendError? {
    switch status {
    case CL_SUCCESS: nil
    case CL_MEM_OBJECT_ALLOCATION_FAILURE:
      .outOfMemory(bytes: bytes, device: device.description.label)
    default:
      .execution(
        operation: operation, reason: "\(statusName(status)) on \(device.description.identifier)")
    }
  }

  func check(_ status: cl_int, _ operation: String) throws(BackendError) {
    if let error = error(status, operation: operation) { throw error }
  }

  // MARK: Memory

  func allocate(_ capacity: Int) -> OpenCLHandle? {
    var status: cl_int = 0
    let flags = cl_mem_flags(CL_MEM_READ_WRITE)
    guard let memory = clCreateBuffer(context.raw, flags, capacity * 4, nil, &status) else {
      return nil
    }
    return OpenCLHandle(memory, release: clReleaseMemObject)
  }

  /// The memory object behind a buffer of this backend.
  func memory(of buffer: Buffer) throws(BackendError) -> cl_mem {
    guard let storage = buffer.storage as? OpenCLStorage else {
      preconditionFailure("OpenCL: a buffer of another backend")
    }
    guard let handle = storage.handle else {
      throw .outOfMemory(bytes: storage.capacity * 4, device: device.description.label)
    }
    return handle.raw
  }

  func reclaimUploads(_ state: inout State) {
    state.staged.removeAll { upload in
      guard upload.isComplete else { return false }
      upload.memory.deallocate()
      return true
    }
  }
}
