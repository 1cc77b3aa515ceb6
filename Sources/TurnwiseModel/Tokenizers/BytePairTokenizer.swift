internal import TurnwiseCore

/// A byte-level tokenizer by pair merging (Sennrich, Haddow and Birch, 2016).
///
/// Text is cut into runs of letters with the slash behind them, single digits, and runs of all
/// other bytes; pairs are merged within these only. A space does not stick to the word after it, so
/// that a name has the same tokens wherever it stands, and small models can copy it. Any bytes can be
/// encoded and come back unchanged.
///
///     let tokenizer = BytePairTokenizer(training: texts, vocabulary: 384, special: ["end"])
///     let tokens = tokenizer.encode("cat notes.txt")
public struct BytePairTokenizer: Tokenizer, Codable {
  /// Two tokens side by side.
  struct Pair: Codable, Hashable, Sendable, Comparable {
    var left: Int32
    var right: Int32

    static func < (a: Pair, b: Pair) -> Bool { (a.left, a.right) < (b.left, b.right) }
  }

  /// Names of the tokens that stand for no bytes, in the order of their ids.
  public let special: [String]
  /// The pairs that became tokens, in the order they did: token 256 + i is `merges[i]`.
  let merges: [Pair]
  /// The bytes of each token, empty for special ones.
  private let bytes: [[UInt8]]
  private let ranks: [Pair: Int32]

  init(merges: [Pair], special: [String]) {
    require(Set(special).count == special.count, "Special tokens have different names.")
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

  /// The number of tokens: bytes, merges and special ones.
  public var vocabulary: Int { bytes.count }

  /// Returns the id of a special token, if there is one of this name.
  public func special(_ name: String) -> Int32? {
    special.firstIndex(of: name).map { Int32(256 + merges.count + $0) }
  }

  /// Returns the bytes that a token stands for, none for a special one.
  public func bytes(of token: Int32) -> [UInt8] {
    require(
      bytes.indices.contains(Int(token)),
      "The tokenizer has \(bytes.count) tokens, so none is the number \(token).")
    return bytes[Int(token)]
  }

  /// Returns the tokens of bytes.
  ///
  /// Special tokens are never among them.
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

  /// Merges within a piece, always the pair that became a token first.
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

  /// Reads a tokenizer, whose merges must each build on earlier tokens.
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
        debugDescription: "Merge \(index) makes tokens that are too long.")
    }
    guard Set(merges).count == merges.count else {
      throw DecodingError.dataCorruptedError(
        forKey: .merges, in: container, debugDescription: "Two merges are the same.")
    }
    guard Set(special).count == special.count else {
      throw DecodingError.dataCorruptedError(
        forKey: .special, in: container, debugDescription: "Two special tokens have one name.")
    }
    self.init(merges: merges.map { Pair(left: $0[0], right: $0[1]) }, special: special)
  }

  /// The most bytes of a token, and of all tokens together: each merge can double them.
  private static let (longestToken, mostBytes) = (1 << 16, 1 << 24)

  /// The first merge with which tokens are too long, if there is one.
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

  /// Writes the merges and the special names, from which all else follows.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(merges.map { [$0.left, $0.right] }, forKey: .merges)
    try container.encode(special, forKey: .special)
  }
}

extension [Int32] {
  /// Replaces each occurrence of a pair, from the left.
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
