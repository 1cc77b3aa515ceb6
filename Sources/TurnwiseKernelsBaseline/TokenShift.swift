package import TurnwiseKernels

extension CompiledKernels {
  package static func shiftForward(
    _ y: MutableFloats, _ x: Floats, previous: Floats?, current a: Floats, shifted b: Floats,
    width: Int
  ) {
    var i = 0
    while i < width {
      var value = load(x, i, width) * load(a, i, width)
      if let previous {
        value = multiplyAdd(value, load(previous, i, width), load(b, i, width))
      }
      store(value, y, i, width)
      i += lanes
    }
  }

  package static func shiftBackward(
    dx: MutableFloats, dPrevious: MutableFloats?, dCurrent: MutableFloats,
    dShifted: MutableFloats, dy: Floats, x: Floats, previous: Floats?, current a: Floats,
    shifted b: Floats, width: Int
  ) {
    var i = 0
    while i < width {
      let d = load(dy, i, width)
      store(multiplyAdd(load(dx, i, width), d, load(a, i, width)), dx, i, width)
      store(multiplyAdd(load(dCurrent, i, width), d, load(x, i, width)), dCurrent, i, width)
      if let previous, let dPrevious {
        let p = multiplyAdd(load(dPrevious, i, width), d, load(b, i, width))
        store(p, dPrevious, i, width)
        let w = multiplyAdd(load(dShifted, i, width), d, load(previous, i, width))
        store(w, dShifted, i, width)
      }
      i += lanes
    }
  }
}
