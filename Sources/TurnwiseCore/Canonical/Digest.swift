/// The SHA-256 digest of some bytes (FIPS 180-4).
///
/// Foundation has no such function on Linux, and the values of `Hasher` differ between processes.
public struct Digest: Hashable, Sendable, Comparable {
  /// The digest as four big-endian words.
  public let words: SIMD4<UInt64>

  /// Computes the digest of `bytes`.
  public init(of bytes: some Collection<UInt8>) {
    let hashed = bytes.withContiguousStorageIfAvailable(Self.hash)
    words = hashed ?? Array(bytes).withUnsafeBufferPointer(Self.hash)
  }

  /// Parses 64 hexadecimal digits; nil if the text is anything else.
  public init?(hexadecimal text: String) {
    guard text.utf8.count == 64 else { return nil }
    var words = SIMD4<UInt64>()
    var rest = Substring(text)
    for index in 0..<4 {
      guard let word = StateKey.word(hexadecimal: rest.prefix(16)) else { return nil }
      words[index] = word
      rest = rest.dropFirst(16)
    }
    self.words = words
  }

  /// The digest as 64 hexadecimal digits.
  public var hexadecimal: String {
    (0..<4).map { StateKey.hexadecimal(words[$0]) }.joined()
  }

  /// Orders digests by their bytes.
  public static func < (left: Digest, right: Digest) -> Bool {
    for index in 0..<4 where left.words[index] != right.words[index] {
      return left.words[index] < right.words[index]
    }
    return false
  }

  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> SIMD4<UInt64> {
    var state = SIMD8<UInt32>(
      0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
      0x5be0_cd19)
    var tail: [UInt8] = []
    tail.reserveCapacity(128)
    tail += bytes[(bytes.count / 64 * 64)...]
    tail.append(0x80)
    tail.append(contentsOf: repeatElement(0, count: (120 - tail.count) % 64))
    let bits = UInt64(bytes.count) &* 8
    for shift in stride(from: 56, through: 0, by: -8) {
      tail.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
    }
    roundConstants.withUnsafeBufferPointer { constants in
      compress(&state, bytes, constants)
      tail.withUnsafeBufferPointer { compress(&state, $0, constants) }
    }
    var words = SIMD4<UInt64>()
    for index in 0..<4 {
      words[index] = UInt64(state[2 * index]) << 32 | UInt64(state[2 * index + 1])
    }
    return words
  }

  /// Processes the complete blocks of 64 bytes at the beginning of `bytes`.
  private static func compress(
    _ state: inout SIMD8<UInt32>, _ bytes: UnsafeBufferPointer<UInt8>,
    _ constants: UnsafeBufferPointer<UInt32>
  ) {
    func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x &>> n | x &<< (32 &- n) }
    // The caller rotates the arguments from round to round, so that no variable has to be moved.
    func round(
      _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32,
      _ g: UInt32, _ h: inout UInt32, _ word: UInt32
    ) {
      let s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
      let t1 = h &+ s1 &+ ((e & f) ^ (~e & g)) &+ word
      let s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
      d &+= t1
      h = t1 &+ s0 &+ ((a & b) ^ (a & c) ^ (b & c))
    }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
      for start in stride(from: 0, to: bytes.count / 64 * 64, by: 64) {
        for i in 0..<16 {
          let at = start &+ 4 &* i
          w[i] =
            UInt32(bytes[at]) &<< 24 | UInt32(bytes[at &+ 1]) &<< 16
            | UInt32(bytes[at &+ 2]) &<< 8 | UInt32(bytes[at &+ 3])
        }
        for i in 16..<64 {
          let s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] &>> 3
          let s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] &>> 10
          w[i] = w[i - 16] &+ s0 &+ w[i - 7] &+ s1
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for i in stride(from: 0, to: 64, by: 4) {
          round(a, b, c, &d, e, f, g, &h, constants[i] &+ w[i])
          round(h, a, b, &c, d, e, f, &g, constants[i + 1] &+ w[i + 1])
          round(g, h, a, &b, c, d, e, &f, constants[i + 2] &+ w[i + 2])
          round(f, g, h, &a, b, c, d, &e, constants[i + 3] &+ w[i + 3])
          (a, b, c, d, e, f, g, h) = (e, f, g, h, a, b, c, d)
        }
        state &+= SIMD8(a, b, c, d, e, f, g, h)
      }
    }
  }

  private static let roundConstants: [UInt32] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
  ]
}
