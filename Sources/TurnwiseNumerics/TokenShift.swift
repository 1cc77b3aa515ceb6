/// A row with the one of the previous token mixed in: y_t = a x_t + b x_{t-1}, by channel (the token
/// shift of RWKV; Peng et al., 2023).
///
/// A layer that sees the previous token in its keys can look up "what followed this token earlier",
/// which is how names are copied; small models hardly learn it otherwise. Where embeddings see it, the
/// look-up is by two tokens.
package enum TokenShift {
  /// Sets one row.
  ///
  /// `previous` is nil at the start of a sequence.
  package static func forward(
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

  /// Adds to the gradients of one row, of the row before it, and of both weights.
  package static func backward(
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
