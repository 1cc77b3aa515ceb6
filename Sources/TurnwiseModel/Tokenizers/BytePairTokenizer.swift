internal import TurnwiseCore

/// A byte-level tokenizer by byte-pair merging (Sennrich, Haddow and Birch, 2016).
///
/// Text is divided into runs of letters with the slash after them, single digits, and runs of all
/// other bytes; pairs are merged only within these. A space is not merged with the word after it, so
/// that a name has the same tokens wherever it occurs, and small models can copy it. Any bytes can be
/// encoded, and decoding returns them unchanged.
///
///     let tokenizer = BytePairTokenizer(training: texts, vocabulary: 384, special: ["end"])
///     let tokens = tokenizer.encode("cat notes.txt")
public struct BytePairTokenizer: Tokenizer, Codable {
  /// Two adjacent tokens.
  struct Pair: Codable, Hashable, Sendable, Comparable {
    var left: Int32
    var right: Int32

    static func < (a: Pair, b: Pair) -> Bool { (a.left, a.right) < (b.left, b.right) }
  }

  /// The names of the tokens that stand for no bytes, in the order of their ids.
  public let special: [String]
  /// The pairs that were merged, in order: token 256 + i is `merges[i]`.
  let merges: [Pair]
  /// The bytes of each token, empty for special ones.
  private let bytes: [[UInt8]]
  private let ranks: [Pair: Int32]

  init(merges: [Pair], special: [String]) {
    require(Set(special).count == special.count, "Two special tokens must not have the same name.")
    (self.merges, self.special) = (merges, special)
    var bytes = (0..<256).map { [UInt8($0)] }
    var ranks: [Pair: Int32] = [:]
    for (index, pair) in merges.enumerated() {
      ranks[pair] = Int32(256 + index)
      bytes.append(bytes[Int(pair.left)] + bytes[Int(pair.right)])
    }
    self.bytes = bytes + special.map { _ in [] }
    self.ranks = ranks
  }

  /// The number of tokens: bytes, merges and special tokens.
  public var vocabulary: Int { bytes.count }

  /// Returns the id of the special token of a name; `nil` if there is none.
  public func special(_ name: String) -> Int32? {
    special.firstIndex(of: name).map { Int32(256 + merges.count + $0) }
  }

  /// Returns the bytes of a token; none for a special token.
  public func bytes(of token: Int32) -> [UInt8] {
    require(
      bytes.indices.contains(Int(token)),
      "The tokenizer has \(bytes.count) tokens, so there is no token \(token).")
    return bytes[Int(token)]
  }

  /// Returns the tokens of bytes; special tokens are never among them.
  public func encode(_ bytes: some Sequence<UInt8>) -> [Int32] {
    var known: [ArraySlice<UInt8>: [Int32]] = [:]
    var result: [Int32] = []
    for piece in PieceSequence(Array(bytes)) {
      if piece.count == 1, let byte = piece.first {
        result.append(Int32(byte))
      } else if let tokens = known[piece] {
        result += tokens
      } else {
        let tokens = merge(piece)
        known[piece] = tokens
        result += tokens
      }
    }
    return result
  }

  /// Merges pairs within a piece, always the pair that was learnt first.
  private func merge(_ piece: ArraySlice<UInt8>) -> [Int32] {
    var tokens = piece.map(Int32.init)
    while true {
      var best: Int32?
      for (left, right) in zip(tokens, tokens.dropFirst()) {
        guard let rank = ranks[Pair(left: left, right: right)] else { continue }
        if best.map({ rank < $0 }) ?? true { best = rank }
      }
      guard let best else { return tokens }
      tokens.merge(merges[Int(best) - 256], into: best)
    }
  }

  private enum CodingKeys: String, CodingKey { case merges, special }

  /// Reads a tokenizer; each merge must consist of earlier tokens.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let merges = try container.decode([[Int32]].self, forKey: .merges)
    let special = try container.decode([String].self, forKey: .special)
    for (index, pair) in merges.enumerated() {
      guard pair.count == 2, pair.allSatisfy({ $0 >= 0 && $0 < 256 + index }) else {
        throw DecodingError.dataCorruptedError(
          forKey: .merges, in: container,
          debugDescription: "Merge \(index) is not a pair of earlier tokens.")
      }
    }
    if let index = Self.longMerge(merges) {
      throw DecodingError.dataCorruptedError(
        forKey: .merges, in: container,
        debugDescription: "With merge \(index) the tokens become too long.")
    }
    guard Set(merges).count == merges.count else {
      throw DecodingError.dataCorruptedError(
        forKey: .merges, in: container, debugDescription: "Two merges are equal.")
    }
    guard Set(special).count == special.count else {
      throw DecodingError.dataCorruptedError(
        forKey: .special, in: container, debugDescription: "Two special tokens have the same name.")
    }
    self.init(merges: merges.map { Pair(left: $0[0], right: $0[1]) }, special: special)
  }

  /// The maximum number of bytes of a token, and of all tokens together, as each merge can double them.
  private static let (longestToken, mostBytes) = (1 << 16, 1 << 24)

  /// Returns the first merge with which the tokens are too long; `nil` if there is none.
  private static func longMerge(_ merges: [[Int32]]) -> Int? {
    var lengths = [Int](repeating: 1, count: 256)
    var total = 256
    for (index, pair) in merges.enumerated() {
      let length = lengths[Int(pair[0])] + lengths[Int(pair[1])]
      total += length
      guard length <= longestToken, total <= mostBytes else { return index }
      lengths.append(length)
    }
    return nil
  }

  /// Writes the merges and the names of special tokens, which determine everything else.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(merges.map { [$0.left, $0.right] }, forKey: .merges)
    try container.encode(special, forKey: .special)
  }
}

extension [Int32] {
  /// Replaces each occurrence of a pair, from left to right.
  mutating func merge(_ pair: BytePairTokenizer.Pair, into token: Int32) {
    var end = 0
    var index = 0
    while index < count {
      if index + 1 < count, self[index] == pair.left, self[index + 1] == pair.right {
        self[end] = token
        index += 2
      } else {
        self[end] = self[index]
        index += 1
      }
      end += 1
    }
    removeLast(count - end)
  }
}
