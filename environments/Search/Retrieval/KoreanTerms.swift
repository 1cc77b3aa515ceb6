internal import Foundation

/// The terms of words in Hangul.
///
/// Particles directly follow a noun: 서울은, 서울에서. So a word gives a term for each pair of neighbouring
/// syllables, by which 서울 is found in all of these words, as in Lucene's analyzer for Chinese, Japanese
/// and Korean. A noun of one syllable has no pair of its own, so it is a term as well if a particle
/// follows it: 강이.
enum KoreanTerms {
  /// Appends the terms of a folded word; parts that are not Hangul are one term each.
  static func append(_ word: String.UnicodeScalarView, to terms: inout [String]) {
    guard word.contains(where: isSyllable) else {
      terms.append(String(word))
      return
    }
    var rest = word[...]
    while let first = rest.first {
      let isKorean = isSyllable(first)
      let run = rest.prefix { isSyllable($0) == isKorean }
      rest = rest[run.endIndex...]
      guard isKorean, run.count > 1 else {
        terms.append(String(String.UnicodeScalarView(run)))
        continue
      }
      for (first, second) in zip(run, run.dropFirst()) {
        terms.append(String(String.UnicodeScalarView([first, second])))
      }
      let after = String(String.UnicodeScalarView(run.dropFirst()))
      if particles.contains(after) { terms.append(String(first)) }
    }
  }

  /// Returns the word without each particle that it may end with; none for words of other scripts.
  static func stems(of word: Substring) -> [Substring] {
    guard let last = word.unicodeScalars.last, last.value >= 0x1100 else { return [] }
    return (1...3).reversed().compactMap { length in
      let stem = word.dropLast(length)
      let particle = String(word.suffix(length)).precomposedStringWithCanonicalMapping
      return stem.isEmpty || !particles.contains(particle) ? nil : stem
    }
  }

  private static func isSyllable(_ scalar: Unicode.Scalar) -> Bool {
    0xAC00...0xD7A3 ~= scalar.value
  }

  private static let particles: Set<String> = [
    "은", "는", "이", "가", "을", "를", "의", "에", "로", "와", "과", "도", "만", "께", "나", "랑",
    "에서", "으로", "에게", "한테", "까지", "부터", "처럼", "보다", "마다", "조차", "밖에", "이나", "이랑", "하고", "라고",
    "에는", "에도", "에서는", "에서도", "으로는", "으로도", "이다", "이라", "입니다", "이며", "이고",
  ]
}
