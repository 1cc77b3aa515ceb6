internal import TurnwiseCore

extension Vocabulary {
  /// How many syllables names have where a split needs so many: two as in `gavu`, or more.
  ///
  /// Every fifth name is held out. Of the names that there are, many should be left over, so that they
  /// are found soon.
  static func syllables(for count: Int, in split: Split) -> Int {
    let syllables = consonants.count * vowels.count
    var (length, room) = (2, syllables * syllables)
    while count > room / (split == .heldOut ? 7 : 2) {
      (length, room) = (length + 1, room * syllables)
    }
    return length
  }

  /// Draws different names of a split, of so many syllables.
  static func names(
    _ count: Int, of length: Int, in split: Split, using random: inout Randomness
  ) -> [String] {
    let syllables = consonants.count * vowels.count
    var names: [String] = []
    var known: Set<String> = []
    while names.count < count {
      let numbers = (0..<length).map { _ in Int.random(in: 0..<syllables, using: &random) }
      guard zip(numbers, numbers.dropFirst()).allSatisfy(!=),
        self.split(ofSum: numbers.reduce(0, +)) == split
      else { continue }
      let name = numbers.map(syllable).joined()
      if known.insert(name).inserted { names.append(name) }
    }
    return names
  }
}
