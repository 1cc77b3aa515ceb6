internal import Foundation
internal import TurnwiseCore

/// The files of a corpus and its questions, kept byte for byte.
///
///     corpus.jsonl      {"id": "paris", "title": "Paris", "text": "The capital of France."}
///     questions.jsonl   {"question": "Capital of France?", "answer": "Paris", "evidence": ["paris"]}
///
/// In the layout of BEIR the questions are in `queries.jsonl`, and `qrels/` contains the evidence.
struct CorpusFiles: Codable {
  static let corpusName = "corpus.jsonl"
  static let questionsName = "questions.jsonl"
  static let queriesName = "queries.jsonl"
  static let judgementsName = "qrels"

  /// The bytes of `corpus.jsonl`.
  let corpus: Blob
  /// The bytes of `questions.jsonl` or `queries.jsonl`.
  let questions: Blob
  /// The bytes of the files in `qrels`, by their names; nil if there is no such folder.
  let judgements: [String: Blob]?
  /// The path that errors show for the folder.
  ///
  /// It is not encoded, because only the files are parameters.
  private var folder = "the recorded corpus"
  /// The name of the file that the questions are from.
  private(set) var questionsFile = Self.questionsName

  private enum CodingKeys: String, CodingKey { case corpus, questions, judgements }

  /// Reads the files of a folder.
  init(folder path: String) throws(TaskFileError) {
    guard Self.isFolder(path) else {
      throw TaskFileError(path, .noFolder(expected: TaskFileError.Problem.corpusLayout))
    }
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

  /// The path of a file, as errors show it.
  func place(_ name: String) -> String { "\(folder)/\(name)" }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  private static func blob(_ folder: String, _ name: String) throws(TaskFileError) -> Blob {
    let path = "\(folder)/\(name)"
    guard FileManager.default.fileExists(atPath: path) else {
      for kind in PackedFile.allCases {
        // The compressed file may be named corpus.jsonl.gz or corpus.parquet.
        for base in [path, String(path.dropLast(".jsonl".count))] {
          guard let suffix = kind.suffix, FileManager.default.fileExists(atPath: base + suffix)
          else { continue }
          throw TaskFileError(base + suffix, .packed(kind, base + suffix, target: path))
        }
      }
      throw TaskFileError(path, .missing("--tasks expects \(TaskFileError.Problem.corpusLayout)"))
    }
    guard !isFolder(path) else { throw TaskFileError(path, .notAFile) }
    let bytes: [UInt8]
    do {
      bytes = Array(try Data(contentsOf: URL(filePath: path)))
    } catch {
      throw TaskFileError(path, .unreadable(error.localizedDescription))
    }
    if let kind = PackedFile(bytes) {
      throw TaskFileError(path, .packed(kind, path, target: path))
    }
    if bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "["), isOneArray(bytes) {
      throw TaskFileError(path, .oneArray(path))
    }
    return Blob(bytes)
  }

  /// Whether a file is one array, in one line or in several, and not an array in each line.
  private static func isOneArray(_ bytes: [UInt8]) -> Bool {
    let lines = bytes.split(separator: UInt8(ascii: "\n")).filter { $0.contains { $0 > 0x20 } }
    guard let first = lines.first else { return false }
    return lines.count == 1 || (try? StrictJSON.read(first)) == nil
  }

  private static func judgements(in folder: String) throws(TaskFileError) -> [String: Blob]? {
    guard isFolder(folder) else { return nil }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw TaskFileError(folder, .unreadable(error.localizedDescription))
    }
    var blobs: [String: Blob] = [:]
    for name in names.sorted() where name.hasSuffix(".tsv") && !name.hasPrefix(".") {
      blobs[name] = try blob(folder, name)
    }
    guard !blobs.isEmpty else { throw TaskFileError(folder, .noJudgements) }
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
