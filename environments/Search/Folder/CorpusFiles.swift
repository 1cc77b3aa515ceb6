internal import Foundation
internal import TurnwiseCore

/// A corpus and questions as somebody wrote or published them, kept byte for byte.
///
///     corpus.jsonl      {"id": "paris", "title": "Paris", "text": "The capital of France."}
///     questions.jsonl   {"question": "Capital of France?", "answer": "Paris", "evidence": ["paris"]}
///
/// In the layout of BEIR the questions are `queries.jsonl`, and `qrels/` says what the evidence is.
struct CorpusFiles: Codable {
  static let corpusName = "corpus.jsonl"
  static let questionsName = "questions.jsonl"
  static let queriesName = "queries.jsonl"
  static let judgementsName = "qrels"

  /// The bytes of `corpus.jsonl`.
  let corpus: Blob
  /// The bytes of `questions.jsonl` or `queries.jsonl`.
  let questions: Blob
  /// The bytes of the files in `qrels`, by their names; nil where there is no such folder.
  let judgements: [String: Blob]?
  /// What errors call the folder; no parameter, as only the files count.
  private var folder = "the recorded corpus"
  /// Which of the two files the questions are from.
  private(set) var questionsFile = Self.questionsName

  private enum CodingKeys: String, CodingKey { case corpus, questions, judgements }

  /// Reads the files of a folder, as they are.
  init(folder path: String) throws(CorpusError) {
    guard Self.isFolder(path) else { throw CorpusError(path, .noFolder) }
    corpus = try Self.blob(path, Self.corpusName)
    if !FileManager.default.fileExists(atPath: "\(path)/\(Self.questionsName)"),
      FileManager.default.fileExists(atPath: "\(path)/\(Self.queriesName)")
    {
      questionsFile = Self.queriesName
    }
    questions = try Self.blob(path, questionsFile)
    judgements = try Self.judgements(in: "\(path)/\(Self.judgementsName)")
    folder = path
  }

  /// What errors call a file.
  func place(_ name: String) -> String { "\(folder)/\(name)" }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  private static func blob(_ folder: String, _ name: String) throws(CorpusError) -> Blob {
    let path = "\(folder)/\(name)"
    guard FileManager.default.fileExists(atPath: path) else {
      for kind in PackedFile.allCases {
        // Of wiki.jsonl.gz as well as of wiki.parquet.
        for base in [path, String(path.dropLast(".jsonl".count))] {
          guard let suffix = kind.suffix, FileManager.default.fileExists(atPath: base + suffix)
          else { continue }
          throw CorpusError(base + suffix, .packed(kind, file: path))
        }
      }
      throw CorpusError(path, .missing)
    }
    guard !isFolder(path) else { throw CorpusError(path, .notAFile) }
    let bytes: [UInt8]
    do {
      bytes = Array(try Data(contentsOf: URL(filePath: path)))
    } catch {
      throw CorpusError(path, .unreadable(error.localizedDescription))
    }
    if let kind = PackedFile(bytes) { throw CorpusError(path, .packed(kind, file: path)) }
    if bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "["), isOneArray(bytes) {
      throw CorpusError(path, .oneArray)
    }
    return Blob(bytes)
  }

  /// Whether a file is one array over all its lines, or in one line, and not lines of arrays.
  private static func isOneArray(_ bytes: [UInt8]) -> Bool {
    let lines = bytes.split(separator: UInt8(ascii: "\n")).filter { $0.contains { $0 > 0x20 } }
    guard let first = lines.first else { return false }
    return lines.count == 1 || (try? StrictJSON.read(first)) == nil
  }

  private static func judgements(in folder: String) throws(CorpusError) -> [String: Blob]? {
    guard isFolder(folder) else { return nil }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw CorpusError(folder, .unreadable(error.localizedDescription))
    }
    var blobs: [String: Blob] = [:]
    for name in names.sorted() where name.hasSuffix(".tsv") && !name.hasPrefix(".") {
      blobs[name] = try blob(folder, name)
    }
    guard !blobs.isEmpty else { throw CorpusError(folder, .nothing("file that ends in .tsv")) }
    return blobs
  }
}

extension CorpusFiles: Hashable {
  static func == (left: CorpusFiles, right: CorpusFiles) -> Bool {
    left.corpus == right.corpus && left.questions == right.questions
      && left.judgements == right.judgements
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(corpus)
    hasher.combine(questions)
    hasher.combine(judgements)
  }
}
