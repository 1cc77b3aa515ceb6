internal import TurnwiseCore

extension CorpusFiles {
  private static let documentFields = ["id", "title", "text"]

  /// The documents, and what to warn of.
  ///
  /// They may have the fields of BEIR (`_id`, `title`, `text`) or those of Search-R1 (`id`, `contents`, whose
  /// first line is the title in quotes).
  func documents() throws(CorpusError) -> (documents: [SearchDocument], warnings: [CorpusWarning]) {
    var lines: [String: Int] = [:]
    var report = CorpusReport(place(Self.corpusName))
    let documents = JSONLines.read(corpus.bytes, into: &report) {
      line throws(CorpusError) in
      let id = try line.text("id", "_id")
      guard !Search.Open.isListed(id) else { throw line.error("id", .resultNumber(id)) }
      if let first = lines[id] { throw line.error("id", .duplicate(id, line: first)) }
      lines[id] = line.number
      let title = try line.optionalText("title")
      var document = SearchDocument(id: id, title: title, text: "")
      let found = try line.anyText("text", "contents")
      if found.name == "contents", title == nil {
        (document.title, document.text) = Self.parted(found.text)
      } else {
        document.text = found.text
      }
      return document
    }
    let warnings = try report.end(known: Self.documentFields)
    guard !documents.isEmpty else {
      throw CorpusError(place(Self.corpusName), .nothing("document"))
    }
    return (documents, warnings)
  }

  /// Title and text of the contents of a document: the title is in quotes on the first line.
  private static func parted(_ contents: String) -> (title: String?, text: String) {
    let line = contents.prefix { !$0.isNewline }
    let title = line.dropFirst().dropLast()
    guard line.utf8.count > 2, line.first == "\"", line.last == "\"", !title.contains("\""),
      title.contains(where: { !$0.isWhitespace }), line.endIndex < contents.endIndex
    else { return (nil, contents) }
    return (String(title), String(contents[line.endIndex...].dropFirst()))
  }
}
