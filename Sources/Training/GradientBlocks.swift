import Autograd
import ComputeBackend
import NeuralNet

/// The gradients of a batch by blocks of its samples, each made by itself and added in their order:
/// whoever makes them, one process or several, the sum has the same bytes.
struct GradientBlocks {
  let arena: ParameterArena
  /// Of every batch.
  let count: Int

  /// The positions of a block's samples in a batch of so many.
  func samples(of block: Int, in batch: Int) -> Range<Int> {
    batch * block / count..<batch * (block + 1) / count
  }

  /// The blocks that a rank makes.
  func share(of rank: Int, among ranks: Int) -> Range<Int> {
    count * rank / ranks..<count * (rank + 1) / ranks
  }

  /// Makes all blocks, and leaves the sum of their gradients in the arena.
  ///
  /// - Parameter loss: a block's part of the batch's loss, `[1]`.
  /// - Returns: the loss of the batch, `[1]`.
  func backpropagate(_ loss: (_ block: Int) throws -> Tensor) throws -> Tensor {
    var total = try loss(0)
    arena.backpropagate(total)
    for block in 1..<count {
      let value = try loss(block)
      arena.backpropagate(value, accumulating: true)
      total = withoutGradient { total + value }
    }
    return total
  }

  /// The gradients and the loss of some blocks, one after the other, as others receive them.
  func bytes(of blocks: Range<Int>, _ loss: (_ block: Int) throws -> Tensor) throws -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(blocks.count * blockSize + 1)
    for block in blocks {
      let value = try loss(block)
      arena.backpropagate(value)
      for slice in [arena.gradients, value.slice] {
        try values(slice).withUnsafeBytes { bytes.append(contentsOf: $0) }
      }
    }
    return bytes
  }

  /// Adds up the blocks of all ranks in the arena.
  ///
  /// - Returns: the loss of the batch, `[1]`.
  func add(_ answers: [ArraySlice<UInt8>]) throws -> Tensor {
    let size = blockSize
    guard answers.reduce(0, { $0 + $1.count }) == count * size else {
      throw TrainingError.ranksDiffer(what: "networks")
    }
    let backend = arena.backend
    let block = backend.makeBuffer(count: arena.count)[arena.count]
    var loss: Float = 0
    var isFirst = true
    for answer in answers {
      for start in stride(from: 0, to: answer.count, by: size) {
        var numbers = floats(answer, from: start, count: arena.count + 1)
        let value = numbers.removeLast()
        loss = isFirst ? value : loss + value
        backend.upload(numbers, to: isFirst ? arena.gradients : block)
        if !isFirst {
          backend.affineSum(
            [(coefficient: 1, slice: arena.gradients), (coefficient: 1, slice: block)],
            into: arena.gradients)
        }
        isFirst = false
      }
    }
    return Tensor([loss], shape: [1], on: backend)
  }

  private func floats(_ bytes: ArraySlice<UInt8>, from start: Int, count: Int) -> [Float] {
    bytes.withUnsafeBytes { bytes in
      [Float](unsafeUninitializedCapacity: count) { numbers, filled in
        let place = start..<start + count * MemoryLayout<Float>.size
        UnsafeMutableRawBufferPointer(numbers).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[place]))
        filled = count
      }
    }
  }

  /// Bytes of a block's gradients and its loss.
  private var blockSize: Int { (arena.count + 1) * MemoryLayout<Float>.size }

  private func values(_ slice: BufferSlice) throws -> [Float] {
    try Tensor(slice: slice, shape: [slice.count], on: arena.backend).values()
  }
}
