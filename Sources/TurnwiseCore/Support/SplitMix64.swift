/// The generator SplitMix64 (Steele, Lea and Flood 2014), which has 64 bits of state.
///
/// It is used where numbers must agree with those of other programs, such as the intervals of a bootstrap.
/// Episodes use ``Randomness``, whose streams can be split.
package struct SplitMix64: RandomNumberGenerator, Hashable, Sendable {
  private var state: UInt64

  /// Creates a generator with an initial state.
  package init(seed: UInt64) { state = seed }

  /// Draws the next number.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  /// The finalizer of the generator: returns a word whose bits each depend on all bits of the argument.
  static func mix(_ word: UInt64) -> UInt64 {
    var z = word
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
