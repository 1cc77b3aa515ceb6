internal import TurnwiseCore

/// The contents of the files in `qrels`: the documents that lead to the answer of each query.
///
/// A line is `query-id`, `corpus-id` and `score`, separated by tabs, as in BEIR, or has the four columns of
/// TREC. A score of 0 or less means that the document does not lead to the answer.
struct QueryJudgements {
  /// The documents of a query, and its split.
  struct Judgement {
    var documents: [String]
    var split: Split
  }

  private var judgements: [String: Judgement] = [:]
  /// The lines of each file that name a query.
  private var lines: [(file: String, line: Int, query: String)] = []

  /// Reads the files of a folder: `train.tsv` is for training, all others are held out.
  ///
  /// - Throws: A ``TaskFileError`` with all problems.
  init(
    _ files: [String: Blob], in folder: String, corpus: SearchCorpus
  ) throws(TaskFileError) {
    // A query that several files contain is held out, because it must not be learned by heart.
    for (name, blob) in files.sorted(by: { $0.key < $1.key }) {
      var report = CorpusReport("\(folder)/\(name)")
      let split: Split = name == "train.tsv" ? .train : .heldOut
      let rows = blob.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      for (index, row) in rows.enumerated() {
        let columns = String(decoding: row, as: UTF8.self)
          .split { $0 == "\t" || $0 == " " || $0 == "\r\n" || $0 == "\r" }.map(String.init)
        guard !columns.isEmpty else { continue }
        do throws(TaskFileError) {
          try read(columns, index + 1, of: report.file, split, corpus)
        } catch {
          report.add(error)
        }
      }
      _ = try report.end(known: [])
    }
  }

  private mutating func read(
    _ columns: [String], _ line: Int, of file: String, _ split: Split, _ corpus: SearchCorpus
  ) throws(TaskFileError) {
    guard 3...4 ~= columns.count, let score = Double(columns[columns.count - 1]) else {
      // The first line may contain the names of the columns.
      if line == 1, columns.count == 3 { return }
      throw TaskFileError(file, line: line, .notAJudgement)
    }
    let (query, document) = (columns[0], columns[columns.count - 2])
    lines.append((file, line, query))
    guard corpus[document] != nil else {
      throw TaskFileError(file, line: line, .unknownDocument(document))
    }
    guard score > 0 else { return }
    var judgement = judgements[query] ?? Judgement(documents: [], split: split)
    if !judgement.documents.contains(document) { judgement.documents.append(document) }
    if split == .heldOut { judgement.split = split }
    judgements[query] = judgement
  }

  /// The judgement of a query; nil if there is none.
  subscript(query: String) -> Judgement? { judgements[query] }

  /// Returns warnings for the lines whose query is not among `queries`.
  func warnings(knowing queries: Set<String>) -> [CorpusWarning] {
    Dictionary(grouping: lines.filter { !queries.contains($0.query) }, by: \.file)
      .sorted { $0.key < $1.key }
      .map { CorpusWarning(file: $0.key, lines: $0.value.map(\.line), fact: .ofNoQuery) }
  }
}
