import Checkpoints
import Foundation

/// All tensors of a safetensors file of 32-bit floats and 64-bit integers.
func storedTensors(_ url: URL) throws -> [String: StoredTensor] {
  let file = try SafetensorsFile(url)
  return try Dictionary(
    uniqueKeysWithValues: file.names.map { name in
      let values = try file.floats(name)
      let shape = file.shape(name) ?? []
      return (
        name,
        file.elementType(name) == .int64
          ? StoredTensor(int64: values.map { Int64($0) }, shape: shape)
          : StoredTensor(values, shape: shape)
      )
    })
}
