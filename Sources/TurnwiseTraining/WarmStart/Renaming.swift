package import TurnwiseCore

/// Gives a demonstration the names of another one, everywhere the same way.
///
/// Which name stands where says nothing of what to do with it, but a small model that sees each
/// demonstration many times learns its names by heart instead of looking them up. A demonstration with
/// other names is as good as a new one and costs no environment turn. The names come together from
/// one other demonstration, so what is true of names that occur together stays true.
///
/// A name is a run of letters that is rare and that some action copies from what was read before: a
/// rare word of an error message is none, nor is the name of a tool. Scripts that put no space between
/// words have no names here, as nothing says where one ends. Names come from demonstrations
/// alone, so those of held-out scenarios stay unseen.
package struct Renaming {
  /// The letters of a word.
  package typealias Word = ArraySlice<UInt8>

  /// The share of demonstrations from which on a word is part of the wording.
  static let commonShare = 0.05

  /// The share for these demonstrations.
  ///
  /// Where there are few tasks, as in a folder of them, each name comes up in many: the share is then twice
  /// the standard deviation of a share in so many tasks, and at most a third. Tasks are told apart by
  /// their first observations; fewer than 20 do not show what is wording.
  private static func commonShare(of demonstrations: [Episode]) -> Double {
    let tasks = Set(demonstrations.compactMap { $0.turns.first?.observation.text }).count
    guard tasks >= 20 else { return commonShare }
    return max(commonShare, min(1.0 / 3, 2 / Double(tasks).squareRoot()))
  }

  /// The names in each demonstration.
  package let names: [[Word]]
  private let episodes: [Episode]

  /// Finds the names in demonstrations.
  package init(_ demonstrations: [Episode]) {
    var occurrences: [Word: Int] = [:]
    var copied: Set<Word> = []
    let words = demonstrations.map { episode in
      var words: [Word] = []
      var read: Set<Word> = []
      func add(_ text: Text) -> [Word] {
        let new = text.words
        words += new
        return new
      }
      for turn in episode.turns {
        read.formUnion(add(turn.observation.text))
        copied.formUnion(add(turn.action.text).filter(read.contains))
        for reply in turn.replies { read.formUnion(add(reply.text)) }
      }
      let unique = Set(words)
      for word in unique { occurrences[word, default: 0] += 1 }
      return unique.sorted { $0.lexicographicallyPrecedes($1) }
    }
    let common = Self.commonShare(of: demonstrations) * Double(demonstrations.count)
    copied = copied.filter { Double(occurrences[$0] ?? 0) < common }
    names = words.map { $0.filter(copied.contains) }
    episodes = demonstrations
  }

  /// The demonstration of a number with the names of another one, or its own where the other has too
  /// few.
  package func episode(_ number: Int, using random: inout Randomness) -> Episode {
    var episode = episodes[number]
    let other = names.randomElement(using: &random) ?? []
    guard other.count >= names[number].count else { return episode }
    let exchange = Dictionary(
      uniqueKeysWithValues: zip(names[number], other.shuffled(using: &random)))
    for index in episode.turns.indices {
      episode.turns[index].observation.text.exchange(exchange)
      episode.turns[index].action.text.exchange(exchange)
      for reply in episode.turns[index].replies.indices {
        episode.turns[index].replies[reply].text.exchange(exchange)
      }
    }
    return episode
  }
}

extension Text {
  /// The runs of letters.
  fileprivate var words: [Renaming.Word] {
    runs.map(\.word).filter { !$0.isEmpty }
  }

  /// Puts another word in the place of each that has one.
  fileprivate mutating func exchange(_ words: [Renaming.Word: Renaming.Word]) {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for (word, gap) in runs { result += (words[word] ?? word) + gap }
    bytes = result
  }

  /// Words, each with what is between it and the next one; the first may be empty.
  private var runs: [(word: Renaming.Word, gap: Renaming.Word)] {
    let letters = letters
    var runs: [(word: Renaming.Word, gap: Renaming.Word)] = []
    var start = 0
    while start < bytes.count {
      let gap = letters[start...].firstIndex(of: false) ?? bytes.count
      let next = letters[gap...].firstIndex(of: true) ?? bytes.count
      runs.append((bytes[start..<gap], bytes[gap..<next]))
      start = next
    }
    return runs
  }

  /// Whether each byte belongs to a letter; in what is not UTF-8 only ASCII has letters.
  private var letters: [Bool] {
    guard bytes.contains(where: { $0 >= 0x80 }), let string = validString else {
      return bytes.map(\.isLetter)
    }
    return string.unicodeScalars.flatMap { repeatElement($0.isLetter, count: $0.utf8.count) }
  }
}

extension UInt8 {
  fileprivate var isLetter: Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= self | 0x20
  }
}

extension Unicode.Scalar {
  /// Whether the scalar is a letter, or an accent of one, of a script that tells where words end.
  fileprivate var isLetter: Bool {
    guard value >= 0x80 else { return UInt8(value).isLetter }
    return (properties.isAlphabetic || properties.generalCategory == .nonspacingMark)
      && !isOfScriptWithoutSpaces
  }
}
