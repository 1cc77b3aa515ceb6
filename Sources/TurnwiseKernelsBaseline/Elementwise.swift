package import TurnwiseKernels

extension CompiledKernels {
  package static func exponential(_ y: MutableFloats, _ x: Floats, count: Int) {
    var i = 0
    while i < count {
      store(vectorExponential(load(x, i, count)), y, i, count)
      i += lanes
    }
  }

  package static func add(_ y: MutableFloats, _ x: Floats, count: Int) {
    var i = 0
    while i < count {
      store(load(y, i, count) + load(x, i, count), y, i, count)
      i += lanes
    }
  }

  package static func scale(_ y: MutableFloats, by factor: Float, count: Int) {
    var i = 0
    while i < count {
      store(load(y, i, count) * factor, y, i, count)
      i += lanes
    }
  }

  package static func add(_ y: MutableFloats, _ factor: Float, times x: Floats, count: Int) {
    let f = Vector(repeating: factor)
    var i = 0
    while i < count {
      store(multiplyAdd(load(y, i, count), load(x, i, count), f), y, i, count)
      i += lanes
    }
  }

  package static func dot(_ x: Floats, _ y: Floats, count: Int) -> Float {
    var total = Vector.zero
    var i = 0
    while i < count {
      total = multiplyAdd(total, load(x, i, count), load(y, i, count))
      i += lanes
    }
    return sum(total)
  }
}
