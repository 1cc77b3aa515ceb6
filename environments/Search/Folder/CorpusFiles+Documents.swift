internal import TurnwiseCore

extension CorpusFiles {
  private static let documentFields = ["id", "title", "text"]

  /// Reads the documents, and returns them with warnings.
  ///
  /// They may have the fields of BEIR (`_id`, `title`, `text`), or those of Search-R1 (`id`, and `contents`
  /// whose first line is the title in quotes).
  func documents() throws(TaskFileError) -> (
    documents: [SearchDocument], warnings: [CorpusWarning]
  ) {
    var lines: [String: Int] = [:]
    var report = CorpusReport(place(Self.corpusName))
    let documents = JSONLines.read(corpus.bytes, into: &report) {
      line throws(TaskFileError) in
      let id = try line.text("id", "_id")
      guard !Search.Open.isListed(id) else { throw line.error("id", .resultNumber(id)) }
      if let first = lines[id] { throw line.error("id", .duplicateID(id, line: first)) }
      lines[id] = line.number
      let title = try line.optionalText("title")
      var document = SearchDocument(id: id, title: title, text: "")
      let found = try line.anyText("text", "contents")
      if found.name == "contents", title == nil {
        (document.title, document.text) = Self.divided(found.text)
      } else {
        document.text = found.text
      }
      return document
    }
    let warnings = try report.end(known: Self.documentFields)
    guard !documents.isEmpty else {
      throw TaskFileError(place(Self.corpusName), .noDocuments)
    }
    return (documents, warnings)
  }

  /// Divides the contents of a document into title and text: the title is in quotes on the first line.
  private static func divided(_ contents: String) -> (title: String?, text: String) {
    let line = contents.prefix { !$0.isNewline }
    let title = line.dropFirst().dropLast()
    guard line.utf8.count > 2, line.first == "\"", line.last == "\"", !title.contains("\""),
      title.contains(where: { !$0.isWhitespace }), line.endIndex < contents.endIndex
    else { return (nil, contents) }
    return (String(title), String(contents[line.endIndex...].dropFirst()))
  }
}
