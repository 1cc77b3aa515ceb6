internal import TurnwiseCore

extension BytePairTokenizer {
  /// Learns merges from texts.
  ///
  /// Equal texts in equal order give equal tokenizers.
  ///
  /// - Parameters:
  ///   - texts: Texts that resemble those to be encoded, as bytes.
  ///   - vocabulary: The maximum number of tokens; special tokens and the 256 bytes count.
  ///   - special: The names of tokens that stand for no bytes, such as the end of an action.
  public init(training texts: some Sequence<[UInt8]>, vocabulary: Int, special: [String] = []) {
    require(
      vocabulary >= 256 + special.count,
      "A vocabulary with \(special.count) special tokens needs at least \(256 + special.count)"
        + " tokens, not \(vocabulary).")
    var trainer = MergeTrainer(texts)
    self.init(merges: trainer.merges(vocabulary - 256 - special.count), special: special)
  }
}

/// The counts of pairs in the pieces of some texts, which are updated as pairs are merged.
private struct MergeTrainer {
  private var pieces: [(tokens: [Int32], count: Int)] = []
  private var counts: [BytePairTokenizer.Pair: Int] = [:]
  /// The pieces that may contain a pair.
  private var places: [BytePairTokenizer.Pair: Set<Int>] = [:]

  init(_ texts: some Sequence<[UInt8]>) {
    var known: [ArraySlice<UInt8>: Int] = [:]
    for text in texts {
      for piece in PieceSequence(text) where piece.count > 1 {
        if let index = known[piece] {
          pieces[index].count += 1
        } else {
          // A copy, so that the dictionary does not keep all texts in memory.
          known[ArraySlice(Array(piece))] = pieces.count
          pieces.append((piece.map(Int32.init), 1))
        }
      }
    }
    for index in pieces.indices { count(index, sign: 1) }
  }

  /// Returns up to `limit` merges: each is the most frequent pair, and the smallest one if several are.
  mutating func merges(_ limit: Int) -> [BytePairTokenizer.Pair] {
    var result: [BytePairTokenizer.Pair] = []
    while result.count < limit {
      // The order of a dictionary varies; the order of (count, pair) does not.
      let best = counts.max { a, b in
        a.value != b.value ? a.value < b.value : a.key > b.key
      }
      // A pair that occurs once shortens no other text.
      guard let best, best.value > 1 else { break }
      let token = Int32(256 + result.count)
      for index in places.removeValue(forKey: best.key) ?? [] {
        count(index, sign: -1)
        pieces[index].tokens.merge(best.key, into: token)
        count(index, sign: 1)
      }
      counts[best.key] = nil
      result.append(best.key)
    }
    return result
  }

  private mutating func count(_ index: Int, sign: Int) {
    let (tokens, count) = pieces[index]
    for (left, right) in zip(tokens, tokens.dropFirst()) {
      let pair = BytePairTokenizer.Pair(left: left, right: right)
      let now = counts[pair, default: 0] + sign * count
      counts[pair] = now == 0 ? nil : now
      if sign > 0 { places[pair, default: []].insert(index) }
    }
  }
}
