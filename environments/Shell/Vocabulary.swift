internal import TurnwiseCore

/// The made-up words of the tasks: two syllables, such as `gavu` and `zife`.
///
/// Both splits use all syllables, so that a tokenizer trained on one split encodes the other in the
/// same way, but no word belongs to both. The letters are chosen for byte-pair encoding: in the fixed
/// words of instructions, commands and errors, no such vowel precedes such a consonant (`of`, `size`
/// and `every` are avoided), so no merge learned from them divides a syllable.
enum Vocabulary {
  /// The consonants that a syllable begins with.
  static let consonants = Array("fghjvyz")
  /// The vowels that a syllable ends with.
  static let vowels = Array("aeiu")

  /// Draws a word of a split.
  ///
  /// First syllables in `taken`, those of other words in the task, are avoided while there are others:
  /// a small model copies a word by looking up what followed its first syllable.
  static func word(
    in split: Split, besides taken: Set<String> = [], using random: inout Randomness
  ) -> String {
    let count = consonants.count * vowels.count
    let mayRepeat = taken.count >= count
    while true {
      let (first, second) = (
        Int.random(in: 0..<count, using: &random), Int.random(in: 0..<count, using: &random)
      )
      guard first != second, self.split(ofSum: first + second) == split,
        mayRepeat || !taken.contains(syllable(first))
      else { continue }
      return syllable(first) + syllable(second)
    }
  }

  /// The number of words of each split.
  static let counts: [Split: Int] = {
    let syllables = 0..<consonants.count * vowels.count
    let sums = syllables.flatMap { first in syllables.filter { $0 != first }.map { first + $0 } }
    return Dictionary(grouping: sums, by: split(ofSum:)).mapValues(\.count)
  }()

  /// The first syllable of a word.
  static func firstSyllable(of word: String) -> String { String(word.prefix(2)) }

  static func syllable(_ number: Int) -> String {
    String([consonants[number / vowels.count], vowels[number % vowels.count]])
  }

  /// The split of the words whose syllable numbers have this sum: every fifth is held out.
  ///
  /// Five has no common factor with the number of vowels, so vowels alone do not reveal the split.
  static func split(ofSum sum: Int) -> Split { sum % 5 == 0 ? .heldOut : .train }
}
