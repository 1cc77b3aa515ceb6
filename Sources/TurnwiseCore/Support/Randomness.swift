/// A reproducible source of random numbers that can be split into independent streams.
///
/// The generator is counter-based: a stream is named by a 128-bit key, and the n-th number of a
/// stream is a hash of the key and n. Deriving a stream uses only the key, so it does not depend on
/// how many numbers were drawn before. The mixing function is the finalizer of SplitMix64
/// (Steele, Lea and Flood, 2014), applied twice.
public struct Randomness: RandomNumberGenerator, Codable, Hashable, Sendable {
  private var high: UInt64
  private var low: UInt64
  private var counter: UInt64 = 0

  /// Creates the root stream of a seed.
  public init(seed: UInt64) {
    high = Self.mix(seed ^ 0x7475_726E_7769_7365)
    low = Self.mix(high &+ 0x9E37_79B9_7F4A_7C15)
    // The first number would mix `high` in the way that `low` was computed, and be 0 for every seed.
    counter = 1
  }

  /// Draws the next number.
  public mutating func next() -> UInt64 {
    counter &+= 1
    return Self.mix(low ^ Self.mix(high &+ counter &* 0x9E37_79B9_7F4A_7C15))
  }

  /// Returns the child stream of a name and some indices, independent of how many numbers were drawn.
  ///
  /// - Parameters:
  ///   - name: The purpose of the stream, such as `"policy"`.
  ///   - indices: Numbers that distinguish it from its siblings, such as a member and a turn.
  /// - Returns: A stream at its beginning.
  public func stream(_ name: String, _ indices: Int...) -> Randomness {
    indices.reduce(stream(name, followedBy: "")) { $0.indexed($1) }
  }

  /// Returns the child stream of a name in two parts, without concatenating them.
  func stream(_ name: String, followedBy rest: String) -> Randomness {
    var child = self
    child.counter = 0
    child.absorb(name)
    child.absorb(rest)
    child.absorb(0x100)  // Ends the name, so that no number after it can extend it.
    return child
  }

  /// Returns the child stream of one more index: `stream("a", 1, 2)` is `stream("a", 1).indexed(2)`.
  func indexed(_ index: Int) -> Randomness {
    var child = self
    child.counter = 0
    child.absorb(UInt64(bitPattern: Int64(index)))
    return child
  }

  /// Draws a number in [0, 1) with 53 random bits.
  public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Draws whether an event of the given probability happens.
  public mutating func chance(_ probability: Double) -> Bool { unit() < probability }

  /// The stream's key as 32 hexadecimal digits, as trace files record it.
  public var key: String { StateKey.hexadecimal(high) + StateKey.hexadecimal(low) }

  private mutating func absorb(_ name: String) {
    var name = name
    name.withUTF8 { for byte in $0 { absorb(UInt64(byte)) } }
  }

  private mutating func absorb(_ word: UInt64) {
    high = Self.mix(high ^ Self.mix(word &+ 0xD1B5_4A32_D192_ED03))
    low = Self.mix(low &+ high)
  }

  private static func mix(_ word: UInt64) -> UInt64 { SplitMix64.mix(word) }
}
