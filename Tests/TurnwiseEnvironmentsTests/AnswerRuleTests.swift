import Testing
import TurnwiseEnvironments

@Suite struct `The comparison of answers` {
  private static func key(_ answer: String) -> String { AnswerRule.standard.key(of: answer) }

  /// Spellings of the same value.
  static let sameNumbers: [[String]] = [
    ["-5", "−5", "–5", "－5", "- 5", "(-5)", "-5.0", "-05", "-5."],
    ["3.14", "3,14", "٣٫١٤", "3.140", "03.14", "3.14e0"],
    [
      "1000", "1,000", "1 000", "1\u{202F}000", "1'000", "1’000", "1_000", "١٬٠٠٠", "१०००", "1e3",
      "1E3", "10³",
    ],
    ["1000000.5", "1,000,000.50", "1.000.000,5", "10,00,000.5", "1 000 000,5", "1'000'000.5"],
    ["1", "1.000", "+1", "01", "1.0", "１", "①"], ["0", "-0", "+0", "0.0", "00", "٠"],
    ["123", "١٢٣", "१२३", "১২৩", "๑๒๓", "１２３"],
    ["0.5", ".5", "½", "1/2", "1⁄2", "0,5"], ["1.5", "1½", "1 1/2", "3/2"],
    ["1/3", "⅓"], ["-1.5", "−1½", "-1 1/2"], ["0.0015", "1.5e-3", "1.5×10^-3", "1.5 × 10⁻³"],
    ["300000000", "3e8", "3×10^8", "3 x 10^8", "3·10⁸"],
    ["1e60", "1" + String(repeating: "0", count: 60)],
    ["50%", "50 %", "50 percent", "50 per cent", "５０％", "50٪"],
    ["$5", "5$", "5 $", "$5.00"], ["-$5", "$-5", "-5 $"], ["5 km", "5km", "5.0 km", "5 KM"],
    ["5 °C", "5℃"], ["10-20", "10–20", "10 - 20", "10—20", "10−20"], ["1,2,3", "1, 2, 3"],
    ["1/2/2020", "01/02/2020"], ["2020-01-02", "2020-1-2", "2020–01–02"], ["12:30"],
    ["9:05", "09:05"],
    ["1st", "1 st", "1ST", "1ˢᵗ"], ["3D", "3-D", "3d"],
  ]

  /// Spellings of the same name.
  static let sameNames: [[String]] = [
    ["C++", "c++", "C ++"], ["AC/DC", "ac / dc"], ["R&B", "R & B"], ["A−", "A-", "a-"],
    ["Cl⁻", "Cl-"], ["Ca²⁺", "Ca2+"], ["x²", "x^2"], ["H₂O", "H2O"],
    ["Straße", "STRASSE", "STRAẞE"], ["ὈΔΥΣΣΕΎΣ", "ὀδυσσεύς", "ὀδυσσεύσ"],
    ["İstanbul", "Istanbul", "ISTANBUL", "ıstanbul"], ["ﬁn", "fin"], ["ＡＢＣ", "abc"],
    ["international", "inter\u{AD}national", "inter\u{200B}national", "inter\u{2060}national"],
    ["🏳️", "🏳"], ["caf\u{65}\u{301}", "café"], ["محمد", "مُحَمَّد", "محـــمد"], ["שלום", "שָׁלוֹם"],
    ["The Beatles", "Beatles", "the  beatles"], ["a dog", "dog", "A dog."], ["The", "the"],
    ["“Mona Lisa”", "Mona Lisa", "the \"Mona Lisa\"", "«Mona Lisa»", "'Mona Lisa'"],
    ["Paris", "Paris.", "(Paris)", "**Paris**", "`Paris`", "- Paris", "Paris!", "[Paris]"],
    ["Jean-Paul", "Jean Paul", "Jean‐Paul"], ["O'Neill", "O’Neill", "ONeill"],
    ["U.S.A.", "USA", "usa"], ["Paris, France", "Paris France", "Paris – France"],
    ["Yahoo!", "Yahoo"], ["Lego™", "LEGO"], ["東京。", "東京"], ["ﾄｳｷｮｳ", "トウキョウ"],
  ]

  @Test(arguments: sameNumbers + sameNames)
  func `accepts all spellings of the same answer`(spellings: [String]) {
    for spelling in spellings {
      #expect(Self.key(spelling) == Self.key(spellings[0]), "\(spelling)")
      #expect(AnswerRule.standard.matches(spelling, anyOf: ["qqq", spellings[0]]))
    }
  }

  @Test func `distinguishes all answers from one another`() {
    let groups = Self.sameNumbers + Self.sameNames
    var owners: [String: Int] = [:]
    for (number, group) in groups.enumerated() {
      let owner = owners.updateValue(number, forKey: Self.key(group[0]))
      #expect(owner == nil, "\(group) is \(groups[owner ?? 0])")
    }
  }

  @Test(arguments: [
    ("3.14", "314"), ("1.5", "15"), ("-5", "5"), ("−40 °C", "40 °C"), ("(-5)", "5"),
    ("t=-5", "t=5"),
    ("C++", "C"), ("C#", "C"), ("C++", "C#"), ("C♯", "C"), (".NET", "NET"), ("A+", "A"),
    ("A-", "A"),
    ("A*", "A"), ("O+", "O-"), ("Cl-", "Cl"), ("AC/DC", "ACDC"), ("#1", "1"), ("AT&T", "ATT"),
    ("P!nk", "Pnk"), ("Ke$ha", "Keha"), ("a_b", "ab"), ("-l", "l"), ("-∞", "∞"), ("-x", "x"),
    ("10-20", "1020"), ("10-20", "10 20"), ("10-20", "-10"), ("-5–-3", "5-3"), ("5-3", "53"),
    ("x−5", "x5"), ("1/2/2020", "122020"), ("1/2/2020", "1/2/2021"), ("12:30", "1230"),
    ("12:30", "12.30"), ("10²", "102"), ("2^10", "210"), ("10^-3", "10^3"), ("½", "12"),
    ("1½", "11/2"), ("6/8", "3/4"), ("4/4", "1"), ("24/7", "247"), ("3:2", "32"), ("1,000", "1"),
    ("1,5", "15"), ("1,2", "12"), ("10 000", "10"), ("0.05", "0.5"), ("1.05", "1.5"),
    ("50%", "50"), ("5%", "5‰"), ("$5", "5"), ("$5", "€5"), ("$-5", "$5"), ("5 km", "5"),
    ("≥5", "5"), ("±5", "5"), ("1st", "1"), ("5'10\"", "510"), ("192.168.0.1", "19216801"),
    ("1.10.0", "1.1.0"), ("Python 3.10", "Python 3.1"), ("v1.10", "v1.1"), ("Agent 007", "Agent 7"),
    ("Zürich", "Zurich"), ("résumé", "resume"), ("Vitamin A", "Vitamin"),
    ("well-known", "wellknown"),
    ("🦊", "🐺"), ("?", "!"), ("E=mc²", "E=mc2"), ("1e3", "13"), ("three", "3"),
  ])
  func `distinguishes similar answers`(answer: String, other: String) {
    #expect(Self.key(answer) != Self.key(other))
    #expect(!AnswerRule.standard.matches(other, anyOf: [answer]))
    #expect(AnswerRule.standard.matches(answer, anyOf: [answer]))
  }

  @Test func `finds nothing to compare in invisible characters`() {
    for answer in ["", " \n", "\u{AD}", "\u{200B}\u{FEFF}", "\u{0}"] {
      #expect(Self.key(answer) == "")
      #expect(!AnswerRule.standard.matches(answer, anyOf: [answer]))
    }
    #expect(!AnswerRule.standard.matches("x", anyOf: []))
  }

  @Test func `keeps zeros in codes and versions if asked to`() {
    for (one, other) in [("1.10", "1.1"), ("007", "7"), ("01234", "1234")] {
      #expect(AnswerRule.standard.matches(one, anyOf: [other]))
      #expect(!AnswerRule.codes.matches(one, anyOf: [other]))
    }
    #expect(AnswerRule.codes.matches("1,000", anyOf: ["1000"]))
    #expect(!AnswerRule.codes.matches("C", anyOf: ["C++"]))
  }

  @Test(arguments: [
    ("The Beatles!", "beatles"), ("  an  Apple,\nred ", "apple red"), ("1,000", "1000"),
    ("«Война и мир»", "война и мир"), ("ＡＢＣ", "abc"), ("caf\u{65}\u{301}", "café"),
    ("東京。", "東京"), ("🦊", "🦊"), ("the", ""), ("C++", "c"), ("anthem", "anthem"), ("3.14", "314"),
    ("-5", "5"),
  ])
  func `follows the rule of SQuAD if asked to`(answer: String, normalized: String) {
    #expect(AnswerRule.squad.key(of: answer) == normalized)
    #expect(AnswerRule.squad.matches(answer, anyOf: ["x", answer]) == !normalized.isEmpty)
    #expect(!AnswerRule.squad.matches(answer, anyOf: []))
  }

  @Test func `ignores white space around any text`() {
    let parts = [
      "-", "−", "–", "+", "5", "00", ".", ",", "'", "\"", "½", "²", "⁻", "$", "€", "%", "^", "/",
      ":", "e",
      "x", "a", "the", " ", "  ", "#", "ß", "\u{301}", "\u{200D}", "٣", "한", "東", "🦊", "*", "_",
      "(",
      ")", "10", "\u{0}", "∞",
    ]
    var random = SystemLike(state: 7)
    for _ in 0..<5000 {
      let text = (0..<Int.random(in: 0...9, using: &random))
        .map { _ in parts.randomElement(using: &random) ?? "" }.joined()
      let key = Self.key(text)
      #expect(Self.key(" " + text + "\n") == key, "\(text)")
    }
  }

  @Test func `reads long and extreme answers without delay or crash`() {
    let groups = Array(repeating: "111", count: 60_000)
    for answer in [
      groups.joined(separator: " ") + " 1", groups.joined(separator: ",") + ".5",
      groups.joined(separator: ",1,"), "-9223372036854775808 1/2", "9223372036854775807 1/2",
    ] {
      #expect(!AnswerRule.standard.matches(answer, anyOf: ["111"]))
    }
    #expect(AnswerRule.standard.matches("the 7.50", anyOf: ["7.5"]))
  }
}

/// A generator whose numbers are the same in each run.
private struct SystemLike: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
}
