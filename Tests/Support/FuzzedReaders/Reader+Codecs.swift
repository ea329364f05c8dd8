import Datasets

extension Reader {
  static var codecs: [Reader] { ImageCodecs.all.map(codec) }

  /// An image file: its header from a part and from all of it, its pixels, and a change of them.
  private static func codec(_ codec: any ImageCodec.Type) -> Reader {
    Reader(name: codec.name.lowercased()) { input, _ in
      guard codec.recognizes(input) else { return }
      let options = DecodingOptions(
        appliesOrientation: true, limits: ImageLimits(side: 512, decodedBytes: 1 << 20))
      _ = try? codec.header(Array(input.prefix(64)), isWhole: false, options: options)
      _ = try codec.header(input, isWhole: true, options: options)
      let image = try codec.decode(input, channels: nil, options: options)
      let color = try codec.decode(input, channels: 3, options: options)
      precondition(color.shape.channels == 3 && color.shape.width == image.shape.width)
      var changed = image
      for index in changed.pixels.indices { changed.pixels[index] ^= 0x55 }
      let file = try ImageCodecs.changing(
        input, by: PixelChange(from: image, to: changed), options: options)
      let again = try ImageCodecs.decode(file.contents, options: options)
      precondition(again.shape.height == image.shape.height)
    }
  }
}
