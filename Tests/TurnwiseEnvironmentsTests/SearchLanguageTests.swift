import Testing
import TurnwiseCore
import TurnwiseEnvironments

/// Texts of one script, and queries that must find them or must not.
struct ScriptCase: Sendable, CustomTestStringConvertible {
  var script: String
  /// Each text with the queries that must find it.
  var found: [(text: String, queries: [String])]
  /// Queries that must not find the text.
  var missed: [(text: String, query: String)] = []
  var testDescription: String { script }
}

@Suite struct `Words of ten scripts` {
  static let cases = [
    ScriptCase(
      script: "Latin",
      found: [
        ("Zürich liegt an der Limmat", ["Zurich", "ZÜRICH", "zu\u{308}rich"]),
        ("Die Straße nach Łódź", ["STRASSE", "strasse", "lodz", "ŁÓDŹ"]),
        ("inter\u{AD}national co\u{2060}operation", ["international", "cooperation"]),
        ("İstanbul ve Diyarbakır", ["istanbul", "ISTANBUL", "diyarbakir", "DİYARBAKIR"]),
        ("The oﬃce of Ｔｏｋｙｏ", ["office", "tokyo"]), ("Đà Nẵng, Việt Nam", ["da nang", "viet"]),
        ("Øresund and Ærø", ["oresund", "aero"]), ("crème brûlée", ["CREME BRULEE"]),
      ], missed: [("Zürich", "zuri"), ("a schön day", "schoner"), ("co-operation", "cooperation")]),
    ScriptCase(
      script: "Greek",
      found: [
        ("Ο δήμος της ΑΘΗΝΑΣ", ["αθηνας", "Αθήνας", "αθηνασ"]),
        ("ὁ Ὀδυσσεύς", ["οδυσσευς", "ΟΔΥΣΣΕΥΣ"]),
      ], missed: [("Αθήνα", "θηνα")]),
    ScriptCase(
      script: "Cyrillic",
      found: [
        ("Во́лга впадает в Каспийское море", ["волга", "ВОЛГА", "каспийское"]),
        ("ёлка и ещё", ["елка", "ЁЛКА", "еще"]), ("Київ", ["київ", "КИЇВ"]),
      ], missed: [("мой дом", "мои"), ("воина", "война"), ("ќе", "ке")]),
    ScriptCase(
      script: "Arabic",
      found: [
        ("كَتَبَ مُحَمَّدٌ الكِتَابَ", ["محمد", "كتب", "الكتاب"]), ("مدينة القاهـــرة", ["القاهرة", "مدينه"]),
        ("أحمد أو إبراهيم", ["احمد", "إبراهيم"]), ("سنة ١٩٤٥", ["1945"]),
        ("می\u{200C}خواهم ایران", ["میخواهم", "ايران"]),
      ], missed: [("كتاب", "كتب"), ("قلب", "كلب")]),
    ScriptCase(
      script: "Hebrew",
      found: [("שָׁלוֹם עוֹלָם", ["שלום", "עולם"]), ("בית־ספר", ["בית", "ספר"])],
      missed: [("שלום", "שלו")]),
    ScriptCase(
      script: "Devanagari",
      found: [
        ("दिल्ली भारत की राजधानी है", ["दिल्ली", "राजधानी"]), ("हिंदी फ़िल्म और चाँद", ["फिल्म", "चांद", "हिंदी"]),
        ("सन् १९४७", ["1947"]),
      ], missed: [("दिल्ली", "दल"), ("की", "का"), ("किताब", "कताब")]),
    ScriptCase(
      script: "Hangul",
      found: [
        ("서울은 한국의 수도이다", ["서울", "한국", "수도", "서울은"]), ("한강이 흐르는 도시", ["한강", "도시"]),
        ("강에서 물을 마신다", ["강", "물"]), ("부산까지 기차로", ["부산", "기차"]),
        ("\u{1109}\u{1165}\u{110B}\u{116E}\u{11AF}", ["서울"]),
      ], missed: [("울산은 서산과 다르다", "서울"), ("대한민국", "강"), ("수도이다", "도시")]),
    ScriptCase(
      script: "Kana and Han",
      found: [
        ("東京は日本の首都", ["首都", "東京"]), ("ｶﾞｲﾄﾞﾌﾞｯｸ", ["ガイドブック"]), ("北京市在中国", ["北京", "中国"]),
      ], missed: [("かさ", "が"), ("日本", "中国")]),
    ScriptCase(
      script: "Thai and Khmer",
      found: [("กรุงเทพมหานคร", ["กรุงเทพ"]), ("ภ\u{200B}าษา", ["ภาษา"]), ("ភ្នំពេញ", ["ភ្នំ"])],
      missed: [("กรุง", "ฟ้า")]),
    ScriptCase(
      script: "Armenian, Georgian, Bengali and Tamil",
      found: [
        ("Երևան քաղաք", ["ԵՐԵՒԱՆ", "քաղաք"]), ("თბილისი", ["ᲗᲑᲘᲚᲘᲡᲘ"]),
        ("ঢাকা ১৯৭১", ["ঢাকা", "1971"]),
        ("சென்னை நகரம்", ["சென்னை", "நகரம்"]),
      ], missed: [("ঢাকা", "ঢাক"), ("சென்னை", "சென்")]),
  ]

  @Test(arguments: cases) func `are found in all spellings, and other words are not`(
    script: ScriptCase
  ) {
    var (found, wanted) = (0, 0)
    let texts = script.found.map(\.text)
    let index = BM25Index(texts + ["something else"])
    for (number, entry) in script.found.enumerated() {
      for query in entry.queries {
        let isFound = index.search(query, limit: 20).contains { $0.document == number }
        #expect(isFound, "\(query) in \(entry.text)")
        (found, wanted) = (found + (isFound ? 1 : 0), wanted + 1)
      }
    }
    for (text, query) in script.missed {
      let hits = BM25Index([text, "x"]).search(query, limit: 20)
      #expect(hits.isEmpty, "\(query) in \(text)")
    }
    print("recall in \(script.script): \(found) of \(wanted)")
  }

  @Test(arguments: [
    ("Zürich, inter\u{AD}national!", "zurich INTERNATIONAL", "*Zürich*, *inter\u{AD}national*!"),
    ("„Straße“ und Strasse", "STRASSE", "„*Straße*“ und *Strasse*"),
    ("서울은 크다. 강에서", "서울 강", "*서울*은 크다. *강*에서"), ("مُحَمَّد، كتب", "محمد", "*مُحَمَّد*، كتب"),
    ("της ΑΘΗΝΑΣ", "Αθήνας", "της *ΑΘΗΝΑΣ*"), ("ｶﾞｲﾄﾞ", "ガイド", "*ｶﾞｲﾄﾞ*"),
  ])
  func `are marked with asterisks as they are written`(text: String, query: String, shown: String)
    async throws
  {
    let folder = try CorpusFixture()
    try folder.write("corpus.jsonl", [#"{"id": "a", "text": "\#(text)"}"#])
    try folder.write("questions.jsonl", [#"{"question": "Q?", "answer": "x"}"#])
    var session = try Session(
      try folder.search(), origin: EpisodeOrigin(seed: 1, split: .train, scenario: 0))
    await session.play(.call("search", ["query": .string(query)]))
    await session.play(.call("open", ["id": "#1"]))
    #expect(session.turns.last?.replies.first?.text.string == shown)
  }
}
