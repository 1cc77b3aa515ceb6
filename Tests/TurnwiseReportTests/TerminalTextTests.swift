import Testing
import TurnwiseCore
import TurnwiseReport

@Suite struct `Hostile text` {
  @Test(arguments: [
    ("\u{1B}]52;c;cm0gLXJmIH4=\u{07}", #"\u{1B}]52;c;cm0gLXJmIH4=\u{07}"#),
    ("\u{1B}]0;owned\u{1B}\\", #"\u{1B}]0;owned\u{1B}\"#),
    ("\u{1B}[2J\u{1B}[1;1H", #"\u{1B}[2J\u{1B}[1;1H"#), ("\u{9B}31m", #"\u{9B}31m"#),
    ("\u{9D}0;title\u{9C}", #"\u{9D}0;title\u{9C}"#),
    ("a\r\u{08}\u{7F}\tb", #"a\r\u{08}\u{7F}\tb"#),
    ("abc\u{202E}fed\u{202C}", #"abc\u{202E}fed\u{202C}"#),
    ("\u{2066}x\u{2069}\u{200F}\u{FEFF}", #"\u{2066}x\u{2069}\u{200F}\u{FEFF}"#),
    ("a\u{2028}b\u{E0041}", #"a\u{2028}b\u{E0041}"#), ("line\r\nline", #"line\r\nline"#),
    ("naïve 日本 👩‍💻", "naïve 日本 👩‍💻"),
  ])
  func `is shown without any effect`(hostile: String, visible: String) {
    #expect(TerminalText.escaped(hostile) == visible)
    #expect(TerminalText.escaped(Text(hostile)) == visible)
  }

  @Test func `shows bytes that are not UTF-8 as numbers`() {
    #expect(
      TerminalText.escaped(Text([0x61, 0x9B, 0x33, 0xFF, 0xED, 0xA0, 0x80]))
        == #"a\x9B3\xFF\xED\xA0\x80"#)
    #expect(TerminalText.escaped(Text([0xE2, 0x82])) == #"\xE2\x82"#)
  }

  @Test func `keeps new lines on request`() {
    #expect(TerminalText.escaped("a\n\u{1B}b\r\n", keepsNewlines: true) == "a\n\\u{1B}b\\r\n")
  }

  @Test func `keeps no control character of any kind`() {
    let all = (UInt32(0)...0x10FFFF).lazy.compactMap(Unicode.Scalar.init)
    let controls = all.filter { [.control, .format].contains($0.properties.generalCategory) }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: controls)
    let left = TerminalText.escaped(String(text)).unicodeScalars.filter {
      !$0.isASCII || $0.value < 32
    }
    #expect(left.map(\.value) == [0x200C, 0x200D])
  }

  @Test(arguments: [("abc", 3), ("日本", 4), ("e\u{301}", 1), ("👩‍💻", 2), ("▁█", 2), ("", 0)])
  func `has a width`(text: String, width: Int) {
    #expect(TerminalText.width(of: text) == width)
  }

  @Test func `is padded by columns, not letters`() {
    #expect(TerminalText.padded("日本", to: 6) == "日本  ")
    #expect(TerminalText.padded("日本", to: 6, alignsRight: true) == "  日本")
    #expect(TerminalText.padded("abc", to: 2) == "abc")
  }

  @Test(arguments: [
    ("abcdefgh", 8, "abcdefgh"), ("abcdefghi", 8, "abcd…ghi"), ("日本語日本", 6, "日…本"), ("abc", 1, "…"),
  ])
  func `is shortened in its middle`(text: String, width: Int, expected: String) {
    #expect(TerminalText.shortened(text, to: width) == expected)
  }
}
