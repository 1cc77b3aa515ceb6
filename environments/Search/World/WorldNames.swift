internal import TurnwiseCore

/// The made-up names of the world: two syllables such as `gavu`, or more where there must be many.
///
/// As for the shell's words (`Vocabulary`), both splits use all syllables, no name belongs to both, and
/// in the wording of documents and questions no such vowel stands before such a consonant, so that
/// byte-pair encoding cuts no syllable in two. There are more syllables, because a world has more names:
/// were most combinations none, a small model would learn by heart which are, instead of reading.
enum WorldNames {
  static let consonants = Array("fghjkqvxyz")
  static let vowels = Array("aeiu")
  private static let syllables = consonants.count * vowels.count

  /// How many syllables names have where the splits need so many.
  static func length(for counts: [Split: Int]) -> Int {
    var (length, room) = (2, syllables * syllables)
    while counts.contains(where: { $1 * 11 > room * ($0 == .heldOut ? 2 : 8) }) {
      (length, room) = (length + 1, room * syllables)
    }
    return length
  }

  /// Draws different names of a split, of so many syllables, none of which follows itself.
  static func names(
    _ count: Int, of length: Int, in split: Split, using random: inout Randomness
  ) -> [String] {
    var names: [String] = []
    var known: Set<String> = []
    while names.count < count {
      let numbers = (0..<length).map { _ in Int.random(in: 0..<syllables, using: &random) }
      // Every fifth is held out. Vowels alone do not tell, as there are four.
      guard zip(numbers, numbers.dropFirst()).allSatisfy(!=),
        (numbers.reduce(0, +) % 5 == 0) == (split == .heldOut)
      else { continue }
      let name = numbers.map(syllable).joined()
      if known.insert(name).inserted { names.append(name) }
    }
    return names
  }

  /// The first syllable of a name.
  static func firstSyllable(of name: String) -> String { String(name.prefix(2)) }

  private static func syllable(_ number: Int) -> String {
    String([consonants[number / vowels.count], vowels[number % vowels.count]])
  }
}
