import CMicroKernels
import COpenBLAS

/// Matrix products by OpenBLAS, for processors without the instructions of the own kernels.
///
/// Each call uses one thread; the backend's own threads call it for pieces of a product.
enum OpenBLASProducts {
  /// Version and the processor type whose kernels the library has chosen.
  static var description: String {
    let words = String(cString: openblas_get_config()).split(separator: " ").prefix(2)
    return "\(words.joined(separator: " ")) (\(String(cString: openblas_get_corename())) core)"
  }

  static func make() -> ElixirProducts {
    openblas_set_num_threads(1)
    var products = elixirProducts(ElixirPortable).pointee
    products.tileRows = 16
    products.panelWidth = panelWidth
    products.multiply = { OpenBLASProducts.multiply($0.pointee, $1) }
    return products
  }

  private static let panelWidth = 64

  private static func multiply(_ product: ElixirProduct, _ output: UnsafePointer<ElixirOutput>) {
    let finish = elixirProducts(ElixirPortable).pointee.finish
    withUnsafeTemporaryAllocation(of: Float.self, capacity: product.rows * panelWidth) { tile in
      guard let base = tile.baseAddress else { return }
      for column in stride(from: 0, to: product.columns, by: panelWidth) {
        let columns = min(panelWidth, product.columns - column)
        cblas_sgemm(
          CblasRowMajor, product.aTransposed ? CblasTrans : CblasNoTrans, CblasNoTrans,
          Int32(product.rows), Int32(columns), Int32(product.inner), 1, product.a,
          Int32(product.aPitch), product.b + column / panelWidth * product.panelStride,
          Int32(product.bPitch), 0, base, Int32(panelWidth))
        finish(output, 0, product.rows, column, columns, base, panelWidth)
      }
    }
  }
}
