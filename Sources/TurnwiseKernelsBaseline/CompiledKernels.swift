internal import CVector
internal import TurnwiseKernels

/// The kernels at the level that this module is compiled for.
///
/// Three modules share this source: plain, for AVX2, and for AVX-512. Nothing here may be generic or
/// belong to another module's types: what the compiler emits for such code, several modules share, and
/// the linker keeps the first, whatever processor it is for. Types are private to their files for the
/// same reason; see Tile.swift.
package enum CompiledKernels: Kernels {
  package static var registerBits: Int { Int(turnwise_register_bits) }
}

extension CompiledKernels {
  package static func multiplyAdds(rounds: Int) -> Float {
    // Eight sums: as many as hide the time that an addition takes.
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
