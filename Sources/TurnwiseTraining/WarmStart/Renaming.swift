package import TurnwiseCore

/// Replaces the names in a demonstration by those of another one, each name by the same name
/// everywhere.
///
/// The right action does not depend on the names themselves, but a small model that sees each
/// demonstration many times learns the names by heart instead of looking them up. A demonstration
/// with other names is as good as a new one and costs no environment turns. All new names come from
/// one other demonstration, so names that belong together still do.
///
/// A name is a rare run of letters that some action copies from text that was read before. So a
/// rare word of an error message is not a name, nor is the name of a tool. Scripts without spaces
/// between words have no names here, because nothing shows where a name ends. Names come from
/// demonstrations only, so the names of held-out scenarios stay unseen.
package struct Renaming {
  /// The letters of a word.
  package typealias Word = ArraySlice<UInt8>

  /// The share of demonstrations at which a word counts as wording, not as a name.
  static let commonShare = 0.05

  /// Returns the share for these demonstrations.
  ///
  /// If there are few tasks, as in a folder of tasks, each name occurs in many demonstrations. The
  /// share is then twice the standard deviation of a share in that many tasks, and at most a third.
  /// Tasks are told apart by their first observations; fewer than 20 do not show which words are
  /// wording.
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

  /// Returns the demonstration of a number with the names of another one, or with its own names if
  /// the other one has too few.
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
  /// The runs of letters in the text.
  fileprivate var words: [Renaming.Word] {
    runs.map(\.word).filter { !$0.isEmpty }
  }

  /// Replaces each word that has a replacement.
  fileprivate mutating func exchange(_ words: [Renaming.Word: Renaming.Word]) {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for (word, gap) in runs { result += (words[word] ?? word) + gap }
    bytes = result
  }

  /// Words, each with the text between it and the next one; the first word may be empty.
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

  /// Whether each byte belongs to a letter; in bytes that are not UTF-8 only ASCII letters count.
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
  /// Whether the scalar is a letter, or an accent of one, of a script that puts spaces between
  /// words.
  fileprivate var isLetter: Bool {
    guard value >= 0x80 else { return UInt8(value).isLetter }
    return (properties.isAlphabetic || properties.generalCategory == .nonspacingMark)
      && !isOfScriptWithoutSpaces
  }
}
