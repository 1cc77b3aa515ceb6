internal import CVector
internal import TurnwiseKernels

/// The kernels at the level that this module is compiled for.
///
/// Three modules share this source: for any processor, for AVX2, and for AVX-512. Nothing here may be
/// generic or extend types of other modules: the compiler emits such code in several modules under the same
/// name, and the linker keeps the first copy, whatever processor it is for. Types are private to their
/// files for the same reason; see Tile.swift.
package enum CompiledKernels: Kernels {
  package static var registerBits: Int { Int(turnwise_register_bits) }
}

extension CompiledKernels {
  package static func multiplyAdds(rounds: Int) -> Float {
    // Eight independent sums hide the latency of an addition.
    let (x, y) = (Vector(repeating: 1.0001), Vector(repeating: 1e-9))
    var (a, b, c, d) = (x, x, x, x)
    var (e, f, g, h) = (y, y, y, y)
    for _ in 0..<rounds {
      for _ in 0..<4 {
        a = multiplyAdd(y, a, x)
        b = multiplyAdd(y, b, x)
        c = multiplyAdd(y, c, x)
        d = multiplyAdd(y, d, x)
        e = multiplyAdd(y, e, x)
        f = multiplyAdd(y, f, x)
        g = multiplyAdd(y, g, x)
        h = multiplyAdd(y, h, x)
      }
    }
    return sum(a + b + c + d + e + f + g + h)
  }
}
