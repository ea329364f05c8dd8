import Datasets

extension LabelledImages {
  func label(_ sample: Int) -> Int { Int(labels[sample]) }
}
