import Foundation
import TurnwiseCore
import TurnwiseEnvironments
import TurnwiseTestSupport

/// A folder with four documents and three questions in Russian, with an empty and a large document.
struct CorpusFixture: Sendable {
  private let folder: TemporaryFolder
  /// The folder.
  var url: URL { folder.url }
  /// The path of the folder.
  var path: String { folder.path }

  /// Creates a folder without files.
  static func makeEmpty() -> CorpusFixture { CorpusFixture(folder: TemporaryFolder()) }

  private init(folder: TemporaryFolder) { self.folder = folder }

  /// Writes the files.
  init() throws {
    folder = TemporaryFolder()
    let large = String(repeating: "вода и камень\n", count: 20_000)
    try write(
      "corpus.jsonl",
      [
        #"{"id": "Волга", "title": "Волга", "text": "Волга впадает в Каспийское море. 🛶\u0007"}"#,
        #"{"id": "2", "text": "Каспийское море омывает Иран; его глубина — 1025 м."}"#,
        #"{"id": "пусто", "title": "Пусто", "text": ""}"#, "",
        #"{"id": "много", "title": "Много \"воды\"", "text": "\#(large.replacing("\n", with: "\\n"))"}"#,
      ])
    try write(
      "questions.jsonl",
      [
        #"{"question": "Куда впадает Волга?", "answer": ["Каспийское море", "Каспий"], "evidence": ["Волга"]}"#,
        #"{"question": "Какова глубина моря, в которое впадает Волга?", "answer": "1025 м", "evidence": ["Волга", "2"]}"#,
        #"{"question": "Сколько там воды?", "answer": "много", "evidence": "много", "split": "held-out"}"#,
      ])
  }

  /// Writes a file of lines.
  func write(_ name: String, _ lines: [String]) throws {
    try write(name, bytes: Array(lines.joined(separator: "\n").utf8))
  }

  /// Writes the lines of `corpus.jsonl` and of `questions.jsonl`.
  func write(
    corpus: [String], questions: [String] = [#"{"question": "Q?", "answer": "x"}"#]
  ) throws {
    try write("corpus.jsonl", corpus)
    try write("questions.jsonl", questions)
  }

  /// Writes a file.
  func write(_ name: String, bytes: [UInt8]) throws { try folder.write(bytes, to: name) }

  /// An environment that plays the questions.
  func search() throws -> Search { try Search().playing(tasksIn: url) }
}
