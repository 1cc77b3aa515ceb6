/// Marks in a text what was searched.
///
/// A page tells many things, and what was asked mostly follows the word that was searched.
package enum Marks {
  /// Returns the text with asterisks around each word whose terms are all wanted.
  ///
  /// A word ends at white space. Punctuation around it and Korean particles stay outside the asterisks.
  package static func text(_ text: String, marking wanted: Set<String>) -> String {
    var marked = ""
    var rest = text[...]
    while !rest.isEmpty {
      let space = rest.prefix(while: \.isWhitespace)
      let word = rest.dropFirst(space.count).prefix { !$0.isWhitespace }
      rest = rest[word.endIndex...]
      marked += space + self.word(word, wanted)
    }
    return marked
  }

  private static func word(_ word: Substring, _ wanted: Set<String>) -> String {
    func isPunctuation(_ character: Character) -> Bool { Terms.of(String(character)).isEmpty }
    guard let start = word.firstIndex(where: { !isPunctuation($0) }),
      let last = word.lastIndex(where: { !isPunctuation($0) })
    else { return String(word) }
    let core = word[start...last]
    guard
      let found = ([core] + KoreanTerms.stems(of: core)).first(where: {
        wanted.isSuperset(of: Terms.of(String($0)))
      })
    else { return String(word) }
    return "\(word[..<start])*\(found)*\(word[found.endIndex...])"
  }
}
