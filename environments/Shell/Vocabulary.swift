internal import TurnwiseCore

/// The made-up words of the tasks: two or three syllables such as `kalo` and `tisuva`.
///
/// Both splits use all syllables, so that a tokenizer trained on one spells the other alike, but no
/// word belongs to both. There is no `e`: English words of the fixed wording, such as `mode`, are
/// never made.
enum Vocabulary {
  /// The consonants that a syllable begins with.
  static let consonants = Array("bdfgklmnprstvz")
  /// The vowels that a syllable ends with.
  static let vowels = Array("aiou")

  /// The split that a word belongs to, or nil if it is not one of the words.
  ///
  /// The numbers of the syllables are summed; every fourth sum is held out.
  static func split(of word: some StringProtocol) -> Split? {
    let letters = Array(word)
    guard letters.count == 4 || letters.count == 6 else { return nil }
    var sum = 0
    for start in stride(from: 0, to: letters.count, by: 2) {
      guard let consonant = consonants.firstIndex(of: letters[start]),
        let vowel = vowels.firstIndex(of: letters[start + 1])
      else { return nil }
      sum += consonant * vowels.count + vowel
    }
    return sum % 4 == 0 ? .heldOut : .train
  }

  /// Draws a word of a split.
  static func word(in split: Split, using random: inout Randomness) -> String {
    while true {
      let word = (0..<Int.random(in: 2...3, using: &random)).reduce(into: "") { word, _ in
        word.append(consonants[Int.random(in: 0..<consonants.count, using: &random)])
        word.append(vowels[Int.random(in: 0..<vowels.count, using: &random)])
      }
      if self.split(of: word) == split { return word }
    }
  }
}
