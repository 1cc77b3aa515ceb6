package import TurnwiseKernels

extension CompiledKernels {
  package static func rotate(
    _ row: MutableFloats, heads: Int, headWidth: Int, cosines: Floats, sines: Floats,
    direction: Float
  ) {
    let half = headWidth / 2
    var a = row
    for _ in 0..<heads {
      let b = a + half
      var i = 0
      while i < half {
        let x = load(a, i, half)
        let y = load(b, i, half)
        let c = load(cosines, i, half)
        let s = load(sines, i, half) * direction
        store(x * c - y * s, a, i, half)
        store(x * s + y * c, b, i, half)
        i += lanes
      }
      a += headWidth
    }
  }
}
