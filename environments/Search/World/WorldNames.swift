internal import TurnwiseCore

extension Vocabulary {
  /// The number of syllables of names, if a split needs `count` of them: two, as in `gavu`, or more.
  ///
  /// Every fifth name is held out. Many of the possible names should stay unused, so that unused ones are
  /// found soon.
  static func syllables(for count: Int, in split: Split) -> Int {
    let syllables = consonants.count * vowels.count
    var (length, room) = (2, syllables * syllables)
    while count > room / (split == .heldOut ? 7 : 2) {
      (length, room) = (length + 1, room * syllables)
    }
    return length
  }

  /// Draws different names of a split, with `length` syllables each.
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
