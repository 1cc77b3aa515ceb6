internal import TurnwiseCore

/// The made-up words of the tasks: two or three syllables such as `gavu` and `zifeha`.
///
/// Both splits use all syllables, so that a tokenizer trained on one spells the other alike, but no
/// word belongs to both. The letters are chosen for byte-pair encoding: in the fixed wording of
/// instructions, commands and errors no such vowel stands before such a consonant (`of`, `size` and
/// `every` are avoided), so that no merge learned from there cuts a syllable in two.
enum Vocabulary {
  /// The consonants that a syllable begins with.
  static let consonants = Array("fghjvyz")
  /// The vowels that a syllable ends with.
  static let vowels = Array("aeiu")

  /// Draws a word of a split.
  static func word(in split: Split, using random: inout Randomness) -> String {
    let count = consonants.count * vowels.count
    while true {
      let syllables = (0..<Int.random(in: 2...3, using: &random)).map { _ in
        Int.random(in: 0..<count, using: &random)
      }
      guard self.split(ofSum: syllables.reduce(0, +)) == split else { continue }
      return syllables.reduce(into: "") { word, syllable in
        word.append(consonants[syllable / vowels.count])
        word.append(vowels[syllable % vowels.count])
      }
    }
  }

  /// The split of the words whose syllables have numbers of this sum: every fifth is held out.
  ///
  /// Five shares no factor with the number of vowels: vowels alone must not tell the split.
  private static func split(ofSum sum: Int) -> Split { sum % 5 == 0 ? .heldOut : .train }
}
