/// Floats that a kernel reads.
package typealias Floats = UnsafePointer<Float>
/// Floats that a kernel writes.
package typealias MutableFloats = UnsafeMutablePointer<Float>

/// All loops over floats that Turnwise runs.
///
/// One source implements them and is compiled once for each ``KernelLevel``. The tests compare each level
/// with plain loops, which conform to this protocol as well. A kernel works on raw memory, in an order that
/// depends only on its arguments. Matrices are row-major; a stride is the distance between rows, in
/// floats.
package protocol Kernels: Sendable {
  /// The widest vector registers that the kernels use, in bits.
  static var registerBits: Int { get }
  /// The number of columns of a panel; see ``packTransposed(_:_:stride:columns:depth:panelDepth:)``.
  static var panelWidth: Int { get }

  // MARK: Elementwise

  /// Sets `y` to e to the power of `x`, with an error of about two units in the last place.
  static func exponential(_ y: MutableFloats, _ x: Floats, count: Int)
  /// Adds `x` to `y`.
  static func add(_ y: MutableFloats, _ x: Floats, count: Int)
  /// Adds `factor` times `x` to `y`.
  static func add(_ y: MutableFloats, _ factor: Float, times x: Floats, count: Int)
  /// Multiplies `y` by `factor`.
  static func scale(_ y: MutableFloats, by factor: Float, count: Int)
  /// Returns the inner product of `x` and `y`.
  static func dot(_ x: Floats, _ y: Floats, count: Int) -> Float
  /// Updates `count` parameters and their moments by a step of Adam.
  static func adam(
    _ step: AdamStep, _ parameters: MutableFloats, first: MutableFloats, second: MutableFloats,
    gradient: Floats, count: Int)

  // MARK: Layers

  /// Normalises rows by their root mean square: y = x w / rms(x) (Zhang and Sennrich, 2019).
  ///
  /// Stores 1 / rms of each row in `inverse` (rows), unless it is `nil`.
  static func normForward(
    _ y: MutableFloats, _ x: Floats, weight: Floats, inverse: MutableFloats?, rows: Int,
    width: Int, epsilon: Float)
  /// Adds to the gradients of the input and of the weight of ``normForward``.
  static func normBackward(
    dx: MutableFloats, dWeight: MutableFloats, dy: Floats, x: Floats, weight: Floats,
    inverse: Floats, rows: Int, width: Int)
  /// Rotates elements i and i + headWidth / 2 of each head by the angle whose cosine and sine are given
  /// (headWidth / 2 each).
  ///
  /// `direction` is 1, or -1 for the opposite direction in the backward pass.
  static func rotate(
    _ row: MutableFloats, heads: Int, headWidth: Int, cosines: Floats, sines: Floats,
    direction: Float)
  /// The gated unit of Llama: y = gate σ(gate) up (Shazeer, 2020).
  ///
  /// A row of `x` contains `width` gates, then `width` values to be gated; `y` is rows × width.
  static func gateForward(_ y: MutableFloats, _ x: Floats, rows: Int, width: Int)
  /// Sets the gradient `dx` (rows × 2 width) of ``gateForward``; it may be the memory of `x`.
  static func gateBackward(dx: MutableFloats, dy: Floats, x: Floats, rows: Int, width: Int)
  /// Mixes the row of the previous token into a row: y_t = a x_t + b x_{t-1}, by channel (the token
  /// shift of RWKV; Peng et al., 2023).
  ///
  /// `previous` is `nil` at the start of a sequence.
  static func shiftForward(
    _ y: MutableFloats, _ x: Floats, previous: Floats?, current a: Floats, shifted b: Floats,
    width: Int)
  /// Adds to the gradients of a row, of the row before it, and of both weights of ``shiftForward``.
  static func shiftBackward(
    dx: MutableFloats, dPrevious: MutableFloats?, dCurrent: MutableFloats,
    dShifted: MutableFloats, dy: Floats, x: Floats, previous: Floats?, current a: Floats,
    shifted b: Floats, width: Int)

  // MARK: Products

  /// Lays out the transpose of `b` (columns × depth) in panels of ``panelWidth`` columns.
  ///
  /// A panel contains `depth` rows of its columns, padded with zeros, so that a product reads it from
  /// start to end. Panels are `panelDepth` rows apart.
  static func packTransposed(
    _ panels: MutableFloats, _ b: Floats, stride: Int, columns: Int, depth: Int, panelDepth: Int)
  /// Lays out `b` (depth × columns) in panels.
  static func packColumns(
    _ panels: MutableFloats, _ b: Floats, stride: Int, columns: Int, depth: Int, panelDepth: Int)
  /// Sets c to a b, or adds a b to it, where b is in panels.
  ///
  /// Each element is one sum over the depth, from first to last, that starts from zero or from the element
  /// of c. So it has the same bits however many rows are computed together.
  static func product(_ product: PanelProduct)
  /// Sets c to a b, or adds a b to it, in the same order, where neither factor is in panels.
  ///
  /// `scratch` is memory for ``MatrixProduct/scratchCount`` floats.
  static func product(_ product: MatrixProduct, scratch: MutableFloats)

  // MARK: Attention

  /// Sets the output of a sequence, and stores the probabilities for the backward pass.
  static func attentionForward(
    _ attention: CausalAttention, _ x: CausalAttention.Operands, scratch: MutableFloats)
  /// Sets the gradients of queries, and adds to the gradients of keys and values.
  ///
  /// `gradients` contains the gradient of the output, and memory for the others; its probabilities are not
  /// used.
  static func attentionBackward(
    _ attention: CausalAttention, _ x: CausalAttention.Operands,
    gradients: CausalAttention.Operands, scratch: MutableFloats)
  /// Stores the keys and values of a position in a layer of its page.
  static func writePage(
    _ attention: PagedAttention, _ layer: MutableFloats, key: Floats, value: Floats, position: Int)
  /// Computes the attention of one row to the first `count` positions of a sequence in pages.
  static func pagedAttention(_ attention: PagedAttention, _ x: PagedAttention.Operands)

  // MARK: Distributions

  /// Returns log Σ exp(l) of a row of logits, and the mean logit under the distribution.
  static func partition(_ logits: Floats, vocabulary: Int) -> (logarithm: Float, mean: Float)
  /// Returns Σ p², the sum over the vocabulary of squared probabilities, given the log-partition.
  static func squares(_ logits: Floats, partition: Float, vocabulary: Int) -> Float
  /// Replaces the logits of a row by the gradient of the loss with respect to them.
  ///
  /// With p the probabilities and H the entropy: d log p_t / d l_i = [i = t] - p_i and d H / d l_i
  /// = -p_i (log p_i + H).
  static func logitGradient(
    _ logits: MutableFloats, target: Int, dLogProbability: Float, dEntropy: Float, entropy: Float,
    partition: Float, vocabulary: Int)
  /// Draws a token with probabilities softmax(l slope): the token at which the running sum exceeds the
  /// share `uniform` of the total.
  ///
  /// Returns log Σ exp(l slope) as well. `weights` is memory for as many floats as there are logits.
  static func draw(
    _ logits: Floats, slope: Float, uniform: Double, weights: MutableFloats, vocabulary: Int
  ) -> (token: Int, logarithm: Float)

  // MARK: Benchmark

  /// Multiplies and adds within registers, `rounds` times 32 vectors of 16 floats: no product can be
  /// faster.
  static func multiplyAdds(rounds: Int) -> Float
}
